using Aha.Verification.Text;

namespace Aha.Verification.Answers;

/// <summary>A rule bound to one problem. Made by <see cref="AnswerVerifiers.Create"/>; safe to use from several threads.</summary>
/// <param name="Judge">Judges a whole completion (chain of thought and answer). Never throws; bounded in time.</param>
public sealed record AnswerVerifier(Func<string, Judgement> Judge)
{
    /// <summary>What a completion votes for in cons@k; null where it gives no answer and so no vote. By default the answer's text without a final full stop.</summary>
    public Func<string, string?> VoteOf { get; init; } = AnswerText;

    /// <summary>Whether two votes are for one answer. By default: whether their texts are equal.</summary>
    public Func<string, string, bool> IsSameVote { get; init; } = string.Equals;

    /// <summary>What <see cref="AnswerSpan"/> finds, without a final full stop; null where that is nothing.</summary>
    internal static string? AnswerText(string completion)
    {
        ReadOnlySpan<char> answer = AnswerSpan.Of(completion).Trim().TrimEnd('.').Trim();
        return answer.IsEmpty ? null : answer.ToString();
    }
}
