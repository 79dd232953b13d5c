using System.Text;
using System.Text.RegularExpressions;
using Aha.Verification.Maths.Expressions;

namespace Aha.Verification.Maths;

/// <summary>Answers as words: names, choices, yes and no.</summary>
internal static partial class AnswerText
{
    private static readonly string[] TextCommands = ["\\text", "\\textbf", "\\textit", "\\textrm", "\\textnormal", "\\mbox", "\\mathrm", "\\mathbf", "\\mathit", "\\operatorname", "\\emph", "\\texttt", "\\textsf", "\\mathsf"];

    private static readonly HashSet<string> NumberWords = new(StringComparer.OrdinalIgnoreCase)
    {
        "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen",
        "eighteen", "nineteen", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety", "hundred", "thousand", "million", "billion", "half", "dozen",
    };

    /// <summary>Lower case words without articles, punctuation, LaTeX text commands and brackets around the whole.</summary>
    public static string Words(string text)
    {
        foreach (string command in TextCommands)
        {
            if (text.Contains(command, StringComparison.Ordinal)) { text = text.Replace(command + "{", "{", StringComparison.Ordinal); }
        }
        var words = new StringBuilder();
        var word = new StringBuilder();
        void Flush()
        {
            if (word.Length > 0 && word.ToString() is not ("a" or "an" or "the") || (word.Length > 0 && words.Length == 0 && word.Length == 1 && text.Length <= 4))
            {
                if (words.Length > 0) { words.Append(' '); }
                words.Append(word);
            }
            word.Clear();
        }
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (char.IsLetterOrDigit(c) || c is '\'' or '-' or '+' or '*' or '/' or '=' or '^' or '<' or '>') { word.Append(char.ToLowerInvariant(c)); }
            else if (c == '\\' && i + 1 < text.Length && char.IsAsciiLetter(text[i + 1])) { word.Append(c); }
            else if (c is '.' or ',' or ':' && i + 1 < text.Length && i > 0 && char.IsAsciiDigit(text[i + 1]) && char.IsAsciiDigit(text[i - 1])) { word.Append(c); }
            else if (c == '\\' && i + 1 < text.Length) { i++; Flush(); }
            else { Flush(); }
        }
        Flush();
        return words.ToString();
    }

    public static bool SameWords(string gold, string answer) => Words(gold) is { Length: > 0 } words && words == Words(answer);

    /// <summary>Whether the text is words rather than mathematics: at least two letters in a row outside of commands, and no operator.</summary>
    public static bool IsWords(string text)
    {
        int run = 0, longest = 0;
        bool afterBackslash = false;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c == '\\')
            {
                afterBackslash = true;
                run = 0;
                continue;
            }
            if (char.IsLetter(c))
            {
                if (afterBackslash) { continue; }
                run++;
                longest = Math.Max(longest, run);
                continue;
            }
            afterBackslash = false;
            run = 0;
            if (c is '+' or '=' or '^' or '<' or '>' or '/' or '*' or '_') { return false; }
        }
        return longest >= 2;
    }

    /// <summary>Whether the words spell a number ("forty two"), which is not read.</summary>
    public static bool SpellsNumber(string text) => Words(text).Split(' ', '-').Any(NumberWords.Contains);

    /// <summary>The set that the words describe: all real numbers, or none.</summary>
    public static Constant? SetInWords(string text) => Words(text) switch
    {
        "all real numbers" or "all reals" or "real numbers" or "set of all real numbers" or "set of real numbers" or "any real number" or "all real x" or "all real values" => new(ConstantKind.Reals),
        "no solution" or "no solutions" or "empty set" or "no real solution" or "no real solutions" or "none" => new(ConstantKind.EmptySet),
        _ => null,
    };

    /// <summary>The letter of a choice that its option follows: "C) 42", "B. 7", \textbf{(B)}\ 7; null where there is none.</summary>
    public static char? OptionLetter(string text) => Option().Match(text) is { Success: true } match ? match.Groups["letter"].Value[0] : null;

    [GeneratedRegex(@"^\s*(?:\\(?:text|textbf|textrm|mathrm|mathbf)\s*\{)?\s*(?:\((?<letter>[A-J])\)|(?<letter>[A-J])[.:)])\}?(?:\s|~|\\ |\\quad)+\S", RegexOptions.CultureInvariant)]
    private static partial Regex Option();

    /// <summary>The single letter of a choice in any dress: C, (C), \text{(C)}, "C."; null where there is none.</summary>
    public static char? ChoiceLetter(string text)
    {
        string words = Words(text);
        return words.Length == 1 && words[0] is >= 'a' and <= 'z' ? char.ToUpperInvariant(words[0]) : null;
    }
}
