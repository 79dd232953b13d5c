using System.Globalization;
using System.Text.Json;
using Aha.Verification.Grading;
using Aha.Verification.Text;

namespace Aha.Verification.Answers;

/// <summary>Answers compared as texts and as numbers.</summary>
internal static class TextRules
{
    internal static AnswerVerifier Exact(JsonElement row)
    {
        string[] golds = [.. AnswerVerifiers.Golds(row).Select(gold => gold.Trim())];
        return new(completion => AnswerVerifier.AnswerText(completion) is not { } answer ? Judgement.Wrong(null, "no answer")
            : golds.Contains(answer, StringComparer.OrdinalIgnoreCase) ? Judgement.Correct(answer)
            : Judgement.Wrong(answer, "another text"))
        {
            IsSameVote = (a, b) => a.Equals(b, StringComparison.OrdinalIgnoreCase),
        };
    }

    internal static AnswerVerifier Words(JsonElement row)
    {
        IReadOnlyList<string> golds = AnswerVerifiers.Golds(row);
        double? threshold = InputField.Optional(row, "threshold") is { } given ? Real(given, "threshold", 0, 1) : null;
        return new(completion => AnswerVerifiers.Any(golds.Select(gold =>
            threshold is { } least ? TextVerifier.JudgeFuzzy(completion, gold, least) : TextVerifier.JudgeNormalised(completion, gold))))
        {
            VoteOf = completion => TextNormaliser.Normalise(AnswerSpan.Of(completion).ToString()) is { Length: > 0 } words ? words : null,
        };
    }

    internal static AnswerVerifier Number(JsonElement row)
    {
        IReadOnlyList<string> golds = AnswerVerifiers.Golds(row);
        double absolute = InputField.Optional(row, "tolerance") is { } t ? Real(t, "tolerance", 0, double.MaxValue) : 0;
        double relative = InputField.Optional(row, "relative_tolerance") is { } r ? Real(r, "relative_tolerance", 0, double.MaxValue) : 0;
        return new(completion => AnswerVerifiers.Any(golds.Select(gold => TextVerifier.JudgeNumber(completion, gold, absolute, relative))))
        {
            VoteOf = completion => AnswerVerifier.AnswerText(completion) is { } answer ? TextVerifier.TryNumber(answer, out double value) ? value.ToString("R", CultureInfo.InvariantCulture) : answer : null,
        };
    }

    private static double Real(JsonElement value, string name, double low, double high) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double real) && real >= low && real <= high
            ? real
            : throw new GradeInputException(string.Create(CultureInfo.InvariantCulture, $"the field '{name}' must be a number {(high <= 1 ? $"from {low} to {high}" : $"of at least {low}")}"));
}
