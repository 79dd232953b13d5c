namespace Aha.Verification.Maths.Extraction;

/// <summary>Finds \boxed{...} in one pass over the text, whatever the braces around it do.</summary>
internal static class Boxes
{
    private static readonly string[] Commands = ["\\boxed", "\\fbox"];

    private readonly record struct Box(int Start, int End, int ContentStart, int ContentEnd);

    /// <summary>The content of the last box; boxes joined by "and", "or", commas or nothing at all are one answer. Null without a closed box.</summary>
    public static string? Last(string text)
    {
        if (!text.Contains("\\boxed", StringComparison.Ordinal) && !text.Contains("\\fbox", StringComparison.Ordinal)) { return null; }
        var boxes = Find(text);
        if (boxes.Count == 0) { return null; }
        int first = boxes.Count - 1;
        while (first > 0 && Joins(text.AsSpan(boxes[first - 1].End, boxes[first].Start - boxes[first - 1].End))) { first--; }
        if (first == boxes.Count - 1) { return Content(text, boxes[first]); }
        var contents = boxes[first..].Select(b => Content(text, b).Trim()).Distinct(StringComparer.Ordinal).ToList();
        return string.Join(" and ", contents);
    }

    private static string Content(string text, Box box) => text[box.ContentStart..box.ContentEnd];

    private static List<Box> Find(string text)
    {
        var boxes = new List<Box>();
        // For every open brace: where the \boxed before it starts, or -1.
        var open = new Stack<(int Command, int Brace)>();
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c == '\\')
            {
                int brace = BraceOfBox(text, i);
                if (brace >= 0)
                {
                    open.Push((i, brace));
                    i = brace;
                }
                // An escaped brace is a letter; a doubled backslash before \boxed is not an escape.
                else if (i + 1 < text.Length && text[i + 1] is '{' or '}') { i++; }
            }
            else if (c == '{') { open.Push((-1, i)); }
            else if (c == '}' && open.Count > 0)
            {
                var (command, brace) = open.Pop();
                if (command < 0) { continue; }
                // Boxes inside this one belong to it.
                while (boxes.Count > 0 && boxes[^1].Start > command) { boxes.RemoveAt(boxes.Count - 1); }
                // An empty box answers nothing, and takes nothing back.
                if (!text.AsSpan((brace + 1)..i).IsWhiteSpace()) { boxes.Add(new(command, i + 1, brace + 1, i)); }
            }
        }
        return boxes;
    }

    /// <summary>The position of the brace that a box command at <paramref name="start"/> opens, or -1.</summary>
    private static int BraceOfBox(string text, int start)
    {
        foreach (string command in Commands)
        {
            if (!text.AsSpan(start).StartsWith(command)) { continue; }
            int brace = start + command.Length;
            while (brace < text.Length && char.IsWhiteSpace(text[brace])) { brace++; }
            return brace < text.Length && text[brace] == '{' ? brace : -1;
        }
        return -1;
    }

    /// <summary>Whether the text between two boxes only joins them.</summary>
    private static bool Joins(ReadOnlySpan<char> gap)
    {
        if (gap.Length > 40) { return false; }
        Span<char> letters = stackalloc char[gap.Length];
        int count = 0;
        for (int i = 0; i < gap.Length; i++)
        {
            char c = gap[i];
            if (char.IsWhiteSpace(c) || c is ',' or ';' or '$' or '{' or '}' or '\\' or '(' or ')') { continue; }
            letters[count++] = c;
        }
        return letters[..count] is "" or "and" or "or" or "textand" or "textor" or "quad" or "quadand" or "quadtextand" or "quadtextandquad" or "quadtextor" or "quadtextorquad";
    }
}
