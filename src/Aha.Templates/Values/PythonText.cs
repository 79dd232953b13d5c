using System.Buffers;
using System.Globalization;
using System.Text;
using Aha.Templates.Evaluation;

namespace Aha.Templates.Values;

/// <summary>Python's idea of text: positions and lengths count code points, and white space includes the separators U+001C to U+001F.</summary>
internal static class PythonText
{
    private static readonly SearchValues<char> s_lineBreaks = SearchValues.Create("\n\r\v\f\u001c\u001d\u001e\u0085\u2028\u2029");

    public static bool IsSpace(char c) => char.IsWhiteSpace(c) || c is >= '\u001c' and <= '\u001f';

    /// <summary>Code points in a text.</summary>
    public static int Length(string text) => HasSurrogates(text) ? text.Length - Pairs(text) : text.Length;

    /// <summary>The code points of a text, each as a text of its own.</summary>
    public static IEnumerable<string> CodePoints(string text)
    {
        for (int i = 0; i < text.Length;)
        {
            int length = char.IsSurrogatePair(text, i) ? 2 : 1;
            yield return text.Substring(i, length);
            i += length;
        }
    }

    /// <summary>The offset in UTF-16 units of a code point.</summary>
    public static int Offset(string text, int codePoint)
    {
        if (!HasSurrogates(text))
        {
            return codePoint;
        }

        int at = 0;
        for (int i = 0; i < codePoint; i++)
        {
            at += char.IsSurrogatePair(text, at) ? 2 : 1;
        }

        return at;
    }

    /// <summary>The code point at an offset in UTF-16 units.</summary>
    public static int CodePoint(string text, int offset) => Length(text[..offset]);

    /// <param name="characters">What to take away; null takes white space.</param>
    public static string Strip(string text, string? characters, bool left = true, bool right = true)
    {
        int start = 0, end = text.Length;
        Func<char, bool> goes = characters is null ? IsSpace : c => characters.Contains(c, StringComparison.Ordinal);
        while (left && start < end && goes(text[start]))
        {
            start++;
        }

        while (right && end > start && goes(text[end - 1]))
        {
            end--;
        }

        return text[start..end];
    }

    public static List<string> SplitLines(string text, bool keepEnds = false)
    {
        var lines = new List<string>();
        for (int start = 0; start < text.Length;)
        {
            int end = text.AsSpan(start).IndexOfAny(s_lineBreaks);
            if (end < 0)
            {
                lines.Add(text[start..]);
                break;
            }

            end += start;
            int next = text[end] == '\r' && end + 1 < text.Length && text[end + 1] == '\n' ? end + 2 : end + 1;
            lines.Add(text[start..(keepEnds ? next : end)]);
            start = next;
        }

        return lines;
    }

    /// <summary>Splits at runs of white space, at most <paramref name="max"/> times.</summary>
    public static List<string> SplitWords(string text, int max, bool fromRight)
    {
        var words = new List<string>();
        int start = 0, end = text.Length;
        while (true)
        {
            while (start < end && IsSpace(text[fromRight ? end - 1 : start]))
            {
                (start, end) = fromRight ? (start, end - 1) : (start + 1, end);
            }

            int cut = words.Count == max ? -1 : fromRight ? LastSpace(text, start, end) : FirstSpace(text, start, end);
            if (start == end || cut < 0)
            {
                break;
            }

            words.Add(fromRight ? text[(cut + 1)..end] : text[start..cut]);
            (start, end) = fromRight ? (start, cut) : (cut, end);
        }

        // What the last split leaves keeps the white space on its far side.
        if (start < end)
        {
            words.Add(text[start..end]);
        }

        if (fromRight)
        {
            words.Reverse();
        }

        return words;
    }

    /// <summary>A letter at the beginning of each word large, every other small, as <c>str.title</c> does.</summary>
    public static string Title(string text)
    {
        var title = new StringBuilder(text.Length);
        bool inside = false;
        foreach (char c in text)
        {
            title.Append(inside ? char.ToLowerInvariant(c) : char.ToUpperInvariant(c));
            inside = char.IsLetter(c);
        }

        return title.ToString();
    }

    public static string Capitalize(string text)
    {
        if (text.Length == 0)
        {
            return text;
        }

        int first = char.IsSurrogatePair(text, 0) ? 2 : 1;
        return Upper(text[..first]) + Lower(text[first..]);
    }

    // The one letter of common alphabets that grows when written large.
    public static string Upper(string text) => text.ToUpperInvariant().Replace("\u00df", "SS", StringComparison.Ordinal);

    public static string Lower(string text) => text.ToLowerInvariant();

    /// <summary>As MarkupSafe escapes for HTML.</summary>
    public static string Escape(string text, Budget budget)
    {
        budget.Allocate(text.Length);
        return text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal)
            .Replace("'", "&#39;", StringComparison.Ordinal).Replace("\"", "&#34;", StringComparison.Ordinal);
    }

    /// <summary>A float as <c>repr</c> writes it: the shortest digits that read back as the same value.</summary>
    public static string Float(double value)
    {
        if (!double.IsFinite(value))
        {
            return double.IsNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
        }

        // "E16" would pad; "R" gives the shortest digits, in one of two notations.
        string shortest = value.ToString("R", CultureInfo.InvariantCulture);
        string sign = shortest[0] == '-' ? "-" : "";
        (string digits, int exponent) = Digits(shortest[sign.Length..]);
        if (exponent is < -4 or >= 16)
        {
            string fraction = digits.Length > 1 ? "." + digits[1..] : "";
            return $"{sign}{digits[0]}{fraction}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
        }

        if (exponent < 0)
        {
            return $"{sign}0.{new string('0', -exponent - 1)}{digits}";
        }

        string padded = digits.PadRight(exponent + 2, '0');
        return $"{sign}{padded[..(exponent + 1)]}.{padded[(exponent + 1)..]}";
    }

    // Significant digits without zeros around them, and the exponent of the first.
    private static (string Digits, int Exponent) Digits(string number)
    {
        int e = number.IndexOf('E', StringComparison.Ordinal);
        int exponent = e < 0 ? 0 : int.Parse(number[(e + 1)..], CultureInfo.InvariantCulture);
        string mantissa = e < 0 ? number : number[..e];
        int dot = mantissa.IndexOf('.', StringComparison.Ordinal);
        string digits = mantissa.Replace(".", "", StringComparison.Ordinal);
        exponent += (dot < 0 ? mantissa.Length : dot) - 1;
        string trimmed = digits.TrimStart('0');
        exponent -= digits.Length - trimmed.Length;
        trimmed = trimmed.TrimEnd('0');
        return trimmed.Length == 0 ? ("0", 0) : (trimmed, exponent);
    }

    private static bool HasSurrogates(string text) => text.AsSpan().IndexOfAnyInRange('\ud800', '\udfff') >= 0;

    private static int Pairs(string text)
    {
        int pairs = 0;
        for (int i = 0; i + 1 < text.Length; i++)
        {
            if (char.IsSurrogatePair(text[i], text[i + 1]))
            {
                pairs++;
                i++;
            }
        }

        return pairs;
    }

    private static int FirstSpace(string text, int start, int end)
    {
        while (start < end && !IsSpace(text[start]))
        {
            start++;
        }

        return start < end ? start : -1;
    }

    private static int LastSpace(string text, int start, int end)
    {
        while (end > start && !IsSpace(text[end - 1]))
        {
            end--;
        }

        return end > start ? end - 1 : -1;
    }
}
