namespace Aha.Templates.Syntax;

/// <summary>A template's source, and where its lines begin.</summary>
internal sealed class SourceText
{
    private readonly List<int> _lineStarts = [0];

    /// <param name="name">What error messages call the template.</param>
    public SourceText(string text, string name)
    {
        Name = name;
        // As Jinja reads sources: every line break is \n, and one at the very end is dropped.
        Text = text.Contains('\r', StringComparison.Ordinal) ? text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n') : text;
        if (Text.EndsWith('\n'))
        {
            Text = Text[..^1];
        }

        for (int i = 0; i < Text.Length; i++)
        {
            if (Text[i] == '\n')
            {
                _lineStarts.Add(i + 1);
            }
        }
    }

    public string Name { get; }

    public string Text { get; }

    public Position At(int offset)
    {
        int line = _lineStarts.BinarySearch(offset);
        line = line < 0 ? ~line - 1 : line;
        return new Position(line + 1, offset - _lineStarts[line] + 1);
    }

    public TemplateException Error(int offset, string reason) => Error(At(offset), reason);

    public TemplateException Error(Position at, string reason) => new(Name, at, reason);
}
