namespace Aha.Verification.Rewards;

/// <summary>A named part of a reward: an <see cref="IRewardFunction"/> or an <see cref="IDeferredReward"/>.</summary>
public interface IReward
{
    /// <summary>The name under which a run logs this part.</summary>
    string Name { get; }
}

/// <summary>A part that is ready at once. Pure and bounded: the same input always gets the same score, and nothing is thrown.</summary>
public interface IRewardFunction : IReward
{
    RewardResult Score(in RewardInput input);
}

/// <summary>A part that scores many samples together, as a reward model does, or takes its time, as a judge at an endpoint does.</summary>
public interface IDeferredReward : IReward
{
    /// <summary>Begins to score one batch of samples.</summary>
    IRewardBatch Begin();
}

/// <summary>Samples on their way to a deferred part. <see cref="AddAsync"/> may be called by many threads at once. Disposing abandons what is unfinished.</summary>
public interface IRewardBatch : IDisposable
{
    /// <summary>Hands in a sample, whose scoring may begin at once. Completes when it is taken in: a full queue makes the giver wait, and nobody else.</summary>
    /// <param name="index">The sample's place in the batch; each once.</param>
    ValueTask AddAsync(int index, RewardInput input, CancellationToken cancel);

    /// <summary>Waits for every sample that was added. The result depends on what was added, not on the order in which it was.</summary>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    /// <exception cref="RewardException">The part cannot score at all.</exception>
    Task<IReadOnlyDictionary<int, RewardResult>> FinishAsync(CancellationToken cancel);
}

/// <summary>A reward part that failed for a whole batch of samples; the message is one line that names the part, and says what to do.</summary>
public sealed class RewardException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>One sampled completion and what is known about it.</summary>
/// <param name="Question">What the model was asked.</param>
/// <param name="Completion">The completion's text, without the prompt and without the end-of-text token.</param>
/// <param name="Judgement">The verifier's judgement of the completion, made once for all parts.</param>
/// <param name="Tokens">The completion's length in tokens.</param>
/// <param name="Truncated">Generation was cut at the token limit.</param>
/// <param name="Kind">What kind of request the question is.</param>
/// <param name="Language">The language the answer is wanted in, ISO 639-1; null for the question's own.</param>
/// <param name="Gold">The right answer, where there is one to show.</param>
public readonly record struct RewardInput(
    string Question, string Completion, Judgement Judgement, int Tokens, bool Truncated = false, ProblemKind Kind = ProblemKind.Reasoning, string? Language = null,
    string? Gold = null);

/// <summary>A part's value, or why there is none. An unscorable part is not a 0: it takes the whole sample out of training.</summary>
public readonly record struct RewardResult
{
    private RewardResult(double value, string? unscorable) => (Value, Reason) = (value, unscorable);

    /// <summary>A part that does not judge samples of this kind: no value, and nothing wrong.</summary>
    public static RewardResult NotAsked => new(double.NaN, null);

    /// <summary>The unweighted value; NaN where <see cref="HasValue"/> is false.</summary>
    public double Value { get; }

    /// <summary>Why the sample could not be scored; null where it could, or need not be.</summary>
    public string? Reason { get; }

    public bool IsScorable => Reason is null;

    /// <summary>Whether the part judged the sample and came to a value.</summary>
    public bool HasValue => !double.IsNaN(Value);

    public static RewardResult Of(double value) => new(value, null);

    public static RewardResult Of(bool value) => new(value ? 1 : 0, null);

    public static RewardResult Unscorable(string reason) => new(double.NaN, reason);
}
