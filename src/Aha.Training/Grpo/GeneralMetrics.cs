using Aha.Evaluation;
using Aha.Training.RewardModels;
using Aha.Verification;
using Aha.Verification.Rewards;

namespace Aha.Training.Grpo;

/// <summary>The numbers of a step that holds more than one kind of request, and what tells whether a learned reward is being hacked.</summary>
internal static class GeneralMetrics
{
    /// <summary>
    /// By kind: <c>reward</c>, <c>length</c>, <c>format</c>. Of general prompts also <c>general/gold</c> (share that the held-out rule finds good),
    /// <c>general/proxy</c> (mean of the learned parts, weighted) and its correlations with gold and with length. Empty where all are of one kind.
    /// </summary>
    public static Dictionary<string, double> Of(RolloutBatch batch, RewardSet rewards)
    {
        var metrics = new Dictionary<string, double>();
        int[] general = [.. Places(batch, ProblemKind.General)];
        if (general.Length == 0)
        {
            return metrics;
        }

        foreach ((string kind, int[] places) in ((string, int[])[])[("reasoning", [.. Places(batch, ProblemKind.Reasoning)]), ("general", general)])
        {
            metrics[$"{kind}/reward"] = Mean(places.Select(i => batch.Rewards[i]).Where(double.IsFinite));
            metrics[$"{kind}/length"] = Mean(places.Select(i => (double)batch.Completions[i].Tokens));
            metrics[$"{kind}/format"] = Mean(places.Select(i => batch.Completions[i].Format ? 1.0 : 0.0));
        }

        JudgedCompletion[] judged = [.. general.Select(i => batch.Completions[i]).Where(c => c.Reward.IsScorable && c.Judgement.Verdict != Verdict.Unscorable)];
        double[] gold = [.. judged.Select(c => c.IsCorrect ? 1.0 : 0.0)], proxy = [.. judged.Select(c => Learned(c.Reward, rewards))];
        if (judged.Length > 0 && rewards.Parts.Any(IsLearned))
        {
            metrics["general/gold"] = gold.Average();
            metrics["general/proxy"] = proxy.Average();
            metrics["general/gold_correlation"] = Correlation.Pearson(proxy, gold);
            metrics["general/length_correlation"] = Correlation.Pearson(proxy, [.. judged.Select(c => (double)c.Tokens)]);
        }

        return metrics;
    }

    private static IEnumerable<int> Places(RolloutBatch batch, ProblemKind kind) => Enumerable.Range(0, batch.Completions.Count).Where(i => batch.Completions[i].Problem.Kind == kind);

    private static double Learned(RewardTotal reward, RewardSet rewards) =>
        reward.Parts.Zip(rewards.Parts).Where(p => IsLearned(p.Second) && p.First.HasValue).Sum(p => p.Second.Weight * p.First.Value);

    private static bool IsLearned(WeightedReward part) => part.Function is IDeferredReward;

    private static double Mean(IEnumerable<double> values) => values.DefaultIfEmpty(0).Average();
}
