using System.Buffers;

namespace Aha.Verification.Maths.Extraction;

/// <summary>Finds what follows "the answer is" and its like, in several languages.</summary>
internal static class Announcements
{
    /// <summary>Openings that announce an answer, lower case; a colon or verb belongs to them, so that "the answer depends on" is none.</summary>
    private static readonly string[] Openings =
    [
        "answer is", "answers are", "answer:", "answer is:", "answer：", "final answer", "solution is", "####", "réponse est", "réponse:", "réponse :", "respuesta es", "respuesta:", "antwort ist",
        "antwort:", "lösung ist", "risposta è", "risposta:", "resposta é", "resposta:", "ответ:", "答案是", "答案为", "答案：", "答案:", "الجواب هو", "الإجابة هي", "उत्तर:", "उत्तर है",
    ];

    private const int LongestTail = 20_000;
    private const int LongestOpening = 16;

    /// <summary>What every opening contains: most texts hold none of these, and are passed over at once.</summary>
    private static readonly SearchValues<string> Stems = SearchValues.Create(
        ["answer", "solution", "####", "réponse", "respuesta", "antwort", "lösung", "risposta", "resposta", "ответ", "答案", "الجواب", "الإجابة", "उत्तर"], StringComparison.OrdinalIgnoreCase);

    /// <summary>The sentence after the last announcement that has one, or null.</summary>
    public static string? Last(string text)
    {
        int best = -1;
        // A final answer is announced near the end; the bound keeps a giant text from being searched once for every opening.
        int tail = Math.Max(0, text.Length - LongestTail);
        int first = text.AsSpan(tail).IndexOfAny(Stems);
        if (first >= 0)
        {
            // An opening may begin some letters before its stem: "final answer".
            first = tail + Math.Max(0, first - LongestOpening);
            foreach (string opening in Openings) { best = Math.Max(best, LastWithTail(text, opening, first)); }
        }
        int labelled = LastLabel(text);
        best = Math.Max(best, labelled);
        return best < 0 ? null : Sentence(text, best);
    }

    private static int LastWithTail(string text, string opening, int first)
    {
        int from = text.Length;
        // The last opening may have nothing after it ("Final answer:"); then the one before counts. A few tries bound the search.
        for (int tries = 0; tries < 4 && from > first; tries++)
        {
            int at = text.LastIndexOf(opening, from - 1, from - first, StringComparison.OrdinalIgnoreCase);
            if (at < 0) { return -1; }
            if (HasContent(text.AsSpan(at + opening.Length))) { return at + opening.Length; }
            from = at;
        }
        return -1;
    }

    /// <summary>A last line "A: 18".</summary>
    private static int LastLabel(string text)
    {
        int line = text.TrimEnd().LastIndexOf('\n') + 1;
        return text.AsSpan(line).StartsWith("A:", StringComparison.Ordinal) && HasContent(text.AsSpan(line + 2)) ? line + 2 : -1;
    }

    private static bool HasContent(ReadOnlySpan<char> tail)
    {
        foreach (char c in tail)
        {
            if (char.IsLetterOrDigit(c)) { return true; }
        }
        return false;
    }

    /// <summary>From the position to the end of its sentence, without the decoration around it.</summary>
    private static string Sentence(string text, int start)
    {
        while (start < text.Length && (char.IsWhiteSpace(text[start]) || text[start] is ':' or '：' or '*' or '"' or '\'' or '=' or '_' || (text[start] == '\\' && start + 1 < text.Length && text[start + 1] == '"'))) { start++; }
        if (text.AsSpan(start).StartsWith("is ", StringComparison.OrdinalIgnoreCase)) { start += 3; }
        int end = start;
        bool formula = false;
        while (end < text.Length)
        {
            char c = text[end];
            if (c == '$') { formula = !formula; }
            if (text.AsSpan(end).StartsWith("\\[") || text.AsSpan(end).StartsWith("\\(") || text.AsSpan(end).StartsWith("\\begin{")) { formula = true; }
            if (text.AsSpan(end).StartsWith("\\]") || text.AsSpan(end).StartsWith("\\)") || text.AsSpan(end).StartsWith("\\end{")) { formula = false; }
            if (c == '。' || (c == '\n' && !formula)) { break; }
            if (c is '.' or '!' or '?' && !formula && (end + 1 >= text.Length || char.IsWhiteSpace(text[end + 1]) || text[end + 1] is '"' or '*' or '\\')) { break; }
            end++;
        }
        return text[start..end].Trim().Trim('*', '"', '\'', '`', '\\').Trim();
    }
}
