using System.Text.RegularExpressions;

namespace Aha.Verification.Maths.Extraction;

/// <summary>A piece of a response that may be the answer, and where it ends.</summary>
internal readonly record struct Candidate(string Text, int End);

/// <summary>Finds formulas between LaTeX delimiters, and numbers in prose.</summary>
internal static partial class Formulas
{
    private const int MaxCandidates = 8;
    private const int LongestTail = 4000;

    /// <summary>The last formulas of the text, last first: between dollars, in \( \), \[ \] and display environments.</summary>
    public static IEnumerable<Candidate> FromLast(string text)
    {
        var found = new List<Candidate>();
        Between(text, "\\(", "\\)", found);
        Between(text, "\\[", "\\]", found);
        Between(text, "\\begin{equation}", "\\end{equation}", found);
        Between(text, "\\begin{align*}", "\\end{align*}", found);
        Between(text, "\\begin{align}", "\\end{align}", found);
        Dollars(text, found);
        return found.OrderByDescending(static c => c.End).Take(MaxCandidates);
    }

    private static void Between(string text, string open, string close, List<Candidate> found)
    {
        int from = text.Length;
        for (int i = 0; i < MaxCandidates && from > 0; i++)
        {
            int end = text.LastIndexOf(close, from - 1, StringComparison.Ordinal);
            if (end <= 0) { return; }
            int start = text.LastIndexOf(open, end - 1, StringComparison.Ordinal);
            if (start < 0) { return; }
            if (end > start + open.Length) { found.Add(new(text[(start + open.Length)..end], end)); }
            from = start;
        }
    }

    /// <summary>Pairs of neighbouring dollars from the last on; a lone dollar (a price) only shifts the pairs, and what lies between formulas does not parse.</summary>
    private static void Dollars(string text, List<Candidate> found)
    {
        int end = LastDollar(text, text.Length);
        for (int i = 0; i < MaxCandidates && end > 0; i++)
        {
            int start = LastDollar(text, end);
            if (start < 0) { return; }
            if (end - start > 1) { found.Add(new(text[(start + 1)..end], end)); }
            end = start;
        }
    }

    private static int LastDollar(string text, int before)
    {
        while (before > 0)
        {
            int at = text.LastIndexOf('$', before - 1);
            if (at <= 0 || text[at - 1] != '\\') { return at; }
            before = at;
        }
        return -1;
    }

    /// <summary>The last number of the text with its sign, separators, fraction and percent sign, or the last \frac or \sqrt when that ends later.</summary>
    public static Candidate? LastNumber(string text)
    {
        // The last number of a long text stands near its end.
        int skipped = Math.Max(0, text.Length - LongestTail);
        string tail = text[skipped..];
        var number = Numbers().Match(tail);
        var command = Commands().Match(tail);
        if (command.Success && (!number.Success || command.Index + command.Length >= number.Index + number.Length)) { return new(command.Value, skipped + command.Index + command.Length); }
        return number.Success ? new(number.Value, skipped + number.Index + number.Length) : null;
    }

    /// <summary>The first number of the text.</summary>
    public static string? FirstNumber(string text)
    {
        var number = FirstNumbers().Match(text.Length > LongestTail ? text[..LongestTail] : text);
        return number.Success ? number.Value : null;
    }

    private const string NumberPattern = @"(?:(?<![\w)\].,])[-+−])?(?:(?<![\d.])\.\d+|(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?)(?:\s*/\s*\d+(?:\.\d+)?)?(?:\s*\\?%)?";

    [GeneratedRegex(NumberPattern, RegexOptions.RightToLeft | RegexOptions.CultureInvariant)]
    private static partial Regex Numbers();

    [GeneratedRegex(NumberPattern, RegexOptions.CultureInvariant)]
    private static partial Regex FirstNumbers();

    [GeneratedRegex(@"[-−]?\d*\\(?:[dtc]?frac\{[^{}]{1,60}\}\{[^{}]{1,60}\}|sqrt\{[^{}]{1,60}\})(?:\\pi)?", RegexOptions.RightToLeft | RegexOptions.CultureInvariant)]
    private static partial Regex Commands();
}
