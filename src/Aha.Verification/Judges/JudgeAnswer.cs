using Aha.Verification.Text;

namespace Aha.Verification.Judges;

/// <summary>Reads a judge's answer. Strict: what is not exactly in the form that was asked for is no verdict.</summary>
public static class JudgeAnswer
{
    /// <summary>
    /// The choice on the answer's last line, which reads <c>LABEL: CHOICE</c>, in any case, perhaps in bold or with a full stop. Null where the last
    /// line is anything else, or where an earlier line (after the chain of thought) makes a choice as well.
    /// </summary>
    public static string? Choice(string answer, string label, IReadOnlyList<string> choices)
    {
        string[] lines = [.. AnswerSpan.AfterThought(answer).ToString().Split('\n').Select(Bare).Where(line => line.Length > 0)];
        if (lines.Length == 0 || lines[..^1].Any(line => Read(line) is not null)) return null;
        return Read(lines[^1]);

        string? Read(string line)
        {
            int colon = line.IndexOf(':');
            if (colon < 0 || !line[..colon].Trim().Equals(label, StringComparison.OrdinalIgnoreCase)) return null;
            string chosen = line[(colon + 1)..].Trim();
            return choices.FirstOrDefault(choice => choice.Equals(chosen, StringComparison.OrdinalIgnoreCase));
        }
    }

    private static string Bare(string line) => line.Replace("*", "", StringComparison.Ordinal).Trim().TrimEnd('.').TrimEnd();
}
