using Aha.Verification.Text;

namespace Aha.Verification.Code;

/// <summary>Finds the code in a completion.</summary>
public static class CodeBlock
{
    private const string Fence = "```";

    /// <summary>
    /// The last fenced block that names the language, else the last fenced block, else all of the answer (see <see cref="AnswerSpan"/>'s rules for thoughts and answer
    /// tags). A block that is never closed goes on to the end. Trimmed of surrounding line breaks; empty where there is nothing.
    /// </summary>
    public static string Of(string completion, CodeLanguage language)
    {
        ReadOnlySpan<char> text = AnswerSpan.AfterThought(completion);
        if (AnswerSpan.TryTagged(text, out ReadOnlySpan<char> tagged)) text = tagged;
        ReadOnlySpan<char> named = default, last = default;
        bool any = false;
        for (int at = 0; (at = NextFence(text, at)) >= 0;)
        {
            int line = text[at..].IndexOf('\n');
            if (line < 0) break;
            int start = at + line + 1, close = NextFence(text, start);
            ReadOnlySpan<char> body = close < 0 ? text[start..] : text[start..close];
            last = body;
            any = true;
            if (Names(text[(at + Fence.Length)..(at + line)].Trim(), language)) named = body;
            if (close < 0) break;
            at = close + Fence.Length;
        }
        return (named.IsEmpty ? any ? last : text : named).Trim("\r\n").TrimEnd().ToString();
    }

    /// <summary>A fence stands at the beginning of its line, blanks apart.</summary>
    private static int NextFence(ReadOnlySpan<char> text, int from)
    {
        while (true)
        {
            int found = text[from..].IndexOf(Fence);
            if (found < 0) return -1;
            int at = from + found;
            int line = text[..at].LastIndexOf('\n') + 1;
            if (text[line..at].IsWhiteSpace()) return at;
            from = at + Fence.Length;
        }
    }

    private static bool Names(ReadOnlySpan<char> tag, CodeLanguage language)
    {
        int end = tag.IndexOfAny(' ', '{', ',');
        if (end >= 0) tag = tag[..end];
        return language == CodeLanguage.Python
            ? tag.Equals("python", StringComparison.OrdinalIgnoreCase) || tag.Equals("py", StringComparison.OrdinalIgnoreCase) || tag.Equals("python3", StringComparison.OrdinalIgnoreCase)
            : tag.Equals("csharp", StringComparison.OrdinalIgnoreCase) || tag.Equals("c#", StringComparison.OrdinalIgnoreCase) || tag.Equals("cs", StringComparison.OrdinalIgnoreCase);
    }
}
