using System.Buffers;
using System.Globalization;

namespace Aha.Verification.Text;

/// <summary>Precision, recall and their harmonic mean over the words two texts share.</summary>
public readonly record struct WordOverlap(double F1, double Precision, double Recall);

/// <summary>Exact text, fuzzy text and plain numbers. The answer is what <see cref="AnswerSpan"/> finds in a completion.</summary>
public static class TextVerifier
{
    /// <summary>Texts beyond this length are compared up to it only where an edit distance is taken.</summary>
    public const int MaxEditLength = 2000;

    private static readonly SearchValues<char> s_decimal = SearchValues.Create("-.0123456789");

    /// <summary>Equal after trimming; case may be left out of account.</summary>
    public static Judgement JudgeExact(string completion, string gold, bool ignoreCase = false)
    {
        string answer = AnswerSpan.Of(completion).ToString();
        return Decide(answer, answer.Equals(gold.Trim(), ignoreCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal));
    }

    /// <summary>Equal after <see cref="TextNormaliser.Normalise"/>. A gold with no words in it is unscorable.</summary>
    public static Judgement JudgeNormalised(string completion, string gold)
    {
        string normal = TextNormaliser.Normalise(gold);
        if (normal.Length == 0) return Judgement.Unscorable("the gold has no words");
        string answer = AnswerSpan.Of(completion).ToString();
        return Decide(answer, TextNormaliser.Normalise(answer) == normal);
    }

    /// <summary>Correct where the normalised texts' similarity, <c>1 - edits / longer length</c>, reaches the threshold (0 to 1).</summary>
    public static Judgement JudgeFuzzy(string completion, string gold, double threshold = 0.9)
    {
        string normal = TextNormaliser.Normalise(gold);
        if (normal.Length == 0) return Judgement.Unscorable("the gold has no words");
        string answer = AnswerSpan.Of(completion).ToString();
        return Decide(answer, Similarity(TextNormaliser.Normalise(answer), normal) >= threshold);
    }

    /// <summary>Correct within <c>max(absolute, relative * |gold|)</c>. The answer must be one number: commas between thousands and a percent sign are allowed.</summary>
    public static Judgement JudgeNumber(string completion, double gold, double absolute = 0, double relative = 1e-6)
    {
        if (!double.IsFinite(gold)) return Judgement.Unscorable("the gold is not a finite number");
        string answer = AnswerSpan.Of(completion).ToString();
        if (!TryNumber(answer, out double value)) return Judgement.Wrong(answer, "not a number");
        return Decide(answer, Math.Abs(value - gold) <= Math.Max(absolute, relative * Math.Abs(gold)));
    }

    /// <summary>As above for a gold that is text. Without any tolerance the comparison is exact: 12345678901234567890 is not 12345678901234567891.</summary>
    public static Judgement JudgeNumber(string completion, string gold, double absolute, double relative)
    {
        if (!TryNumber(gold, out double expected)) return Judgement.Unscorable($"the gold '{gold}' is no number");
        Judgement judgement = JudgeNumber(completion, expected, absolute, relative);
        if (judgement.Verdict != Verdict.Correct || absolute > 0 || relative > 0) return judgement;
        return Digits(judgement.Answer) is { } said && Digits(gold) is { } wanted && said != wanted ? Judgement.Wrong(judgement.Answer, "another number") : judgement;
    }

    /// <summary>The number as text decides where a double cannot tell two apart: more than fifteen digits, without an exponent or a percent sign.</summary>
    private static string? Digits(string? text)
    {
        string plain = (text ?? "").Trim().TrimEnd('.').Trim('$', ' ', '+').Replace(",", "", StringComparison.Ordinal);
        if (plain.AsSpan().ContainsAnyExcept(s_decimal)) return null;
        if (plain.Contains('.', StringComparison.Ordinal)) plain = plain.TrimEnd('0').TrimEnd('.');
        bool negative = plain.StartsWith('-');
        plain = plain.TrimStart('-').TrimStart('0');
        if (plain.Length == 0) return "0";
        return (negative ? "-" : "") + (plain[0] == '.' ? "0" : "") + plain;
    }

    /// <summary>Reads one number: <c>-1,234.5</c>, <c>1e-3</c>, <c>$12</c>, <c>12.</c>, <c>50%</c> (as 0.5).</summary>
    public static bool TryNumber(ReadOnlySpan<char> text, out double value)
    {
        value = 0;
        text = text.Trim().TrimEnd('.').Trim("$ ");
        bool percent = text.EndsWith("%") || text.EndsWith("\\%");
        if (percent) text = text.TrimEnd(@"\% ");
        if (text.IsEmpty || text.Length > 100 || !ThousandsWellPlaced(text)) return false;
        const NumberStyles styles = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent | NumberStyles.AllowThousands;
        if (!double.TryParse(text, styles, CultureInfo.InvariantCulture, out value) || !double.IsFinite(value)) return false;
        if (percent) value /= 100;
        return true;
    }

    /// <summary>Word overlap of two texts after normalisation. A yes/no/noanswer on one side only counts as no overlap at all.</summary>
    public static WordOverlap Overlap(string answer, string gold)
    {
        string[] said = TextNormaliser.Words(answer), wanted = TextNormaliser.Words(gold);
        string saidText = string.Join(' ', said), wantedText = string.Join(' ', wanted);
        if (saidText != wantedText && (IsClosed(saidText) || IsClosed(wantedText))) return default;
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (string word in wanted) counts[word] = counts.GetValueOrDefault(word) + 1;
        int shared = 0;
        foreach (string word in said)
        {
            if (counts.GetValueOrDefault(word) == 0) continue;
            counts[word]--;
            shared++;
        }
        if (shared == 0) return default;
        double precision = (double)shared / said.Length, recall = (double)shared / wanted.Length;
        return new(2 * precision * recall / (precision + recall), precision, recall);
    }

    /// <summary><c>1 - edits / longer length</c>, 1 for two empty texts; at most <see cref="MaxEditLength"/> characters of each are read.</summary>
    public static double Similarity(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        int longer = Math.Max(a.Length, b.Length);
        if (longer == 0) return 1;
        if (longer > MaxEditLength) return a.SequenceEqual(b) ? 1 : Math.Min(Similarity(a[..Math.Min(a.Length, MaxEditLength)], b[..Math.Min(b.Length, MaxEditLength)]), 1 - 1.0 / longer);
        Span<int> row = stackalloc int[b.Length + 1];
        for (int j = 0; j <= b.Length; j++) row[j] = j;
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substituted, Math.Min(row[j], row[j - 1]) + 1);
            }
        }
        return 1 - (double)row[b.Length] / longer;
    }

    private static bool IsClosed(string text) => text is "yes" or "no" or "noanswer";

    private static bool ThousandsWellPlaced(ReadOnlySpan<char> text)
    {
        int comma = text.IndexOf(',');
        if (comma < 0) return true;
        ReadOnlySpan<char> whole = text.TrimStart("+-");
        int end = whole.IndexOfAny('.', 'e', 'E');
        if (end >= 0)
        {
            if (whole[end..].Contains(',')) return false;
            whole = whole[..end];
        }
        int first = whole.IndexOf(',');
        if (first is < 1 or > 3) return false;
        for (int at = first; at < whole.Length; at += 4)
            if (whole[at] != ',' || at + 4 > whole.Length || whole.Slice(at + 1, 3).ContainsAnyExceptInRange('0', '9')) return false;
        return true;
    }

    private static Judgement Decide(string answer, bool correct) => correct ? Judgement.Correct(answer) : Judgement.Wrong(answer);
}
