namespace Aha.Cli.Chat;

/// <summary>
/// Shows an answer as it comes, what stands between <c>&lt;think&gt;</c> and <c>&lt;/think&gt;</c> dimmed where the output is a terminal. A tag may
/// come in pieces: what could still become one is held back.
/// </summary>
internal sealed class Thought(TextWriter output, bool dims, bool begun)
{
    public const string Open = "<think>";
    private const string Close = "</think>";
    private const string Dim = "\e[2m";
    private const string Normal = "\e[0m";

    private string _held = "";
    private bool _thinking = begun;
    private bool _dimmed;

    public void Write(string text)
    {
        _held += text;
        while (true)
        {
            string tag = _thinking ? Close : Open;
            int at = _held.IndexOf(tag, StringComparison.Ordinal);
            if (at < 0)
            {
                int certain = _held.Length - Enumerable.Range(1, tag.Length - 1).LastOrDefault(n => _held.EndsWith(tag[..n], StringComparison.Ordinal));
                Show(_held[..certain]);
                _held = _held[certain..];
                return;
            }

            // Both tags belong to the thought.
            if (_thinking)
            {
                Show(_held[..(at + tag.Length)]);
                Turn(false);
            }
            else
            {
                Show(_held[..at]);
                Turn(true);
                Show(tag);
            }

            _held = _held[(at + tag.Length)..];
        }
    }

    /// <summary>Shows what was held back, and ends the dimming.</summary>
    public void Finish()
    {
        Show(_held);
        _held = "";
        Turn(false);
    }

    private void Turn(bool thinking)
    {
        _thinking = thinking;
        if (!thinking && _dimmed)
        {
            output.Write(Normal);
            output.Flush();
            _dimmed = false;
        }
    }

    private void Show(string text)
    {
        if (text.Length == 0)
        {
            return;
        }

        if (dims && _thinking && !_dimmed)
        {
            output.Write(Dim);
            _dimmed = true;
        }

        output.Write(text);
        output.Flush();
    }
}
