using Aha.Evaluation;
using Aha.Generation;
using Aha.Tasks;
using Aha.Verification;
using Aha.Verification.Rewards;

namespace Aha.Training.Checkpoints;

/// <summary>A part of a stored reward: a value, or why there is none; see <see cref="RewardResult"/>.</summary>
public sealed record StoredPart(double Value, string? Reason)
{
    internal static StoredPart Of(RewardResult part) => new(part.Value, part.Reason);

    internal RewardResult ToResult() => Reason is not null ? RewardResult.Unscorable(Reason) : double.IsNaN(Value) ? RewardResult.NotAsked : RewardResult.Of(Value);
}

/// <summary>A <see cref="JudgedCompletion"/> in a file. The problem is known by its kind and id.</summary>
/// <param name="Unscorable">Why its reward is no number; null where it is one.</param>
public sealed record StoredCompletion(
    ProblemKind Kind, string Problem, int Group, int Request, int Sample, long PolicyVersion, FinishReason Finish, int[] Tokens, float[] LogProbs, string Text,
    Verdict Verdict, string? Answer, string? Reason, bool Format, bool Reflects, double Reward, IReadOnlyList<StoredPart> Parts, string? Unscorable)
{
    internal static StoredCompletion Of(JudgedCompletion c) => new(
        c.Problem.Kind, c.Problem.Id, c.Group, c.Completion.Request, c.Completion.Sample, c.Completion.PolicyVersion, c.Completion.Finish, c.Completion.Tokens, c.Completion.LogProbs, c.Text,
        c.Judgement.Verdict, c.Judgement.Answer, c.Judgement.Reason, c.Format, c.Reflects, c.Reward.Total, [.. c.Reward.Parts.Select(StoredPart.Of)], c.Reward.Reason);

    internal JudgedCompletion ToJudged(Problem problem, int[] prompt) => new(
        problem, Group, prompt, new Completion(Request, Sample, Tokens, LogProbs, Finish, PolicyVersion), Text, new Judgement(Verdict, Answer, Reason),
        new RewardTotal(Reward, [.. Parts.Select(part => part.ToResult())], Unscorable), Format, Reflects);

    /// <summary>What training relies on.</summary>
    /// <param name="index">Its place, for the message.</param>
    /// <exception cref="InvalidDataException">Some of it does not hold.</exception>
    internal void Require(int index, int maxNewTokens, int vocabulary, int parts)
    {
        string? wrong =
            Tokens.Length is 0 || Tokens.Length > maxNewTokens ? $"has {Tokens.Length} tokens"
            : Array.Exists(Tokens, id => id < 0 || id >= vocabulary) ? "has a token outside the vocabulary"
            : LogProbs.Length != Tokens.Length || !Array.TrueForAll(LogProbs, float.IsFinite) ? "lacks a log-probability"
            : Parts.Count != parts || Parts.Any(part => part is null) ? $"has {Parts.Count} of {parts} reward parts"
            : double.IsFinite(Reward) == (Unscorable is not null) ? $"has a reward of {Reward}"
            : null;
        if (wrong is not null)
        {
            throw new InvalidDataException($"completion {index} {wrong}");
        }
    }
}
