using System.Text.RegularExpressions;
using Aha.Verification.Maths.Expressions;
using Aha.Verification.Maths.Parsing;

namespace Aha.Verification.Maths;

/// <summary>An answer after reading: an expression, a time of day, or words; or why it is none of them.</summary>
internal sealed record ReadAnswer(string Text, Expr? Expression, string? Time, string? Error)
{
    public bool IsWords => Expression is TextValue || (Expression is null && AnswerText.IsWords(Text));
}

/// <summary>Turns an extracted answer into something to compare.</summary>
internal static partial class AnswerReader
{
    public static ReadAnswer Read(string text, Budget budget)
    {
        text = Clean(text);
        if (text.Length == 0) { return new(text, null, null, "empty"); }
        string? time = TimeOf(text);
        if (WordsOnly().IsMatch(text) && text.Length >= 4 && !Vocabulary.IsKnownWord(text.Trim())) { return new(text, new TextValue(text), null, null); }
        var expression = Parser.Parse(text, budget, out string? error);
        if (expression is not null && expression is not TextValue && expression.Any(static e => e is TextValue) && !expression.Any(static e => e is Relation or Collection))
        {
            expression = null;
            error = "words among the mathematics";
        }
        return new(text, expression, time, error);
    }

    /// <summary>Whether the text is two or more letters and nothing else.</summary>
    public static bool IsLetters(string text) => text.Length >= 2 && WordsOnly().IsMatch(text) && text[^1] != '!';

    /// <summary>The text without the decoration that Markdown and sentences leave around an answer.</summary>
    private static string Clean(string text)
    {
        text = text.Trim();
        int before;
        do
        {
            before = text.Length;
            text = text.Trim('*', '`', '"', '“', '”').Trim();
            if (text.EndsWith('.') && !text.EndsWith("..", StringComparison.Ordinal)) { text = text[..^1].TrimEnd(); }
            if (text.EndsWith('\\') && !text.EndsWith("\\\\", StringComparison.Ordinal)) { text = text[..^1].TrimEnd(); }
        }
        while (text.Length != before);
        return text;
    }

    /// <summary>12:00, 7:05 pm, 10 a.m. as minutes and seconds are written, without leading zero, with a lower-case am or pm; null for anything else.</summary>
    private static string? TimeOf(string text)
    {
        if (text.Length is 0 or > 60 || !(char.IsAsciiDigit(text[0]) || text[0] == '$')) { return null; }
        var match = Times().Match(text);
        // "10 a.m." has no minutes; without its half of the day it is just a number.
        if (!match.Success || !(match.Groups[2].Success || match.Groups[4].Success)) { return null; }
        string half = match.Groups[4].Success ? " " + char.ToLowerInvariant(match.Groups[4].Value[0]) + "m" : "";
        string minutes = match.Groups[2].Success ? match.Groups[2].Value : "00";
        return match.Groups[1].Value.TrimStart('0').PadLeft(1, '0') + ":" + minutes + match.Groups[3].Value + half;
    }

    [GeneratedRegex(@"^\$?\s*(\d{1,2})(?:\s*:\s*([0-5]\d)(:[0-5]\d)?)?\s*(?:\\?[,;~ ]|\\text\{\s*|\\mathrm\{\s*|\s)*([aApP]\.?\s*[mM]\.?)?\s*\}?\s*\$?$", RegexOptions.CultureInvariant)]
    private static partial Regex Times();

    [GeneratedRegex(@"^[A-Za-z]+(?:[ '\-][A-Za-z]+)*[.!]?$", RegexOptions.CultureInvariant)]
    private static partial Regex WordsOnly();
}
