using System.Text;

namespace Aha.Templates.Evaluation;

/// <summary>
/// What a rendering has written. Macros, <c>set</c> blocks and filter blocks write into a part of their own, whose place in the whole is not known before it is used.
/// </summary>
internal sealed class Output(Budget budget)
{
    private readonly List<GenerationSpan> _generation = [];
    private StringBuilder _text = new();
    private int _parts;
    private bool _misplaced;

    public void Write(string text)
    {
        budget.Allocate(text.Length);
        _text.Append(text);
    }

    /// <summary>What <paramref name="write"/> writes, kept apart.</summary>
    public string Capture(Action write)
    {
        StringBuilder around = _text;
        _text = new StringBuilder();
        _parts++;
        write();
        string text = _text.ToString();
        budget.Allocate(text.Length);
        _text = around;
        _parts--;
        return text;
    }

    /// <summary>Writes the part of the conversation that the assistant wrote, and notes where it stands.</summary>
    public void Generate(Action write)
    {
        int start = _text.Length;
        write();
        if (_parts > 0)
        {
            _misplaced = true;
        }
        else
        {
            _generation.Add(new GenerationSpan(start, _text.Length));
        }
    }

    public RenderedTemplate Finish() => new(_text.ToString(), _misplaced ? null : _generation);
}
