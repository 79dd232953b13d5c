using Aha.Evaluation;

namespace Aha.Training.Grpo;

/// <summary>The numbers of a step that follow from its rollouts, under the names TRL logs them by.</summary>
internal static class GrpoMetrics
{
    public static Dictionary<string, double> OfRollouts(RolloutBatch batch, IReadOnlyList<string> rewardNames)
    {
        IReadOnlyList<JudgedCompletion> completions = batch.Completions;
        double[] rewards = [.. batch.Rewards.Where(double.IsFinite)];
        double[] lengths = [.. completions.Select(c => (double)c.Tokens)];
        double[] terminated = [.. completions.Where(c => !c.IsTruncated).Select(c => (double)c.Tokens)];
        IGrouping<int, double>[] groups = [.. completions.Select((c, i) => (c.Group, Reward: batch.Rewards[i])).Where(x => double.IsFinite(x.Reward)).GroupBy(x => x.Group, x => x.Reward)];
        var metrics = new Dictionary<string, double>
        {
            ["reward"] = Mean(rewards),
            ["reward_std"] = Mean([.. groups.Select(g => Deviation([.. g]))]),
            ["frac_reward_zero_std"] = groups.Length == 0 ? 0 : (double)groups.Count(g => g.All(r => r == g.First())) / groups.Length,
            ["accuracy"] = Mean([.. completions.Where(c => c.Reward.IsScorable).Select(c => c.IsCorrect ? 1.0 : 0.0)]),
            ["reflection"] = Mean([.. completions.Select(c => c.Reflects ? 1.0 : 0.0)]),
            ["unscorable"] = Mean([.. completions.Select(c => c.Reward.IsScorable ? 0.0 : 1.0)]),
            ["completions/mean_length"] = Mean(lengths),
            ["completions/min_length"] = lengths.Min(),
            ["completions/max_length"] = lengths.Max(),
            ["completions/clipped_ratio"] = Mean([.. completions.Select(c => c.IsTruncated ? 1.0 : 0.0)]),
            // 0 where every completion was cut, as TRL has it.
            ["completions/mean_terminated_length"] = Mean(terminated),
            ["completions/min_terminated_length"] = terminated.DefaultIfEmpty().Min(),
            ["completions/max_terminated_length"] = terminated.DefaultIfEmpty().Max(),
        };

        for (int part = 0; part < rewardNames.Count; part++)
        {
            double[] values = [.. completions.Select(c => c.Reward.Parts[part]).Where(p => p.HasValue).Select(p => p.Value)];
            metrics[$"rewards/{rewardNames[part]}/mean"] = Mean(values);
            metrics[$"rewards/{rewardNames[part]}/std"] = Deviation(values);
        }

        return metrics;
    }

    private static double Mean(double[] values) => values.Length == 0 ? 0 : values.Average();

    private static double Deviation(double[] values)
    {
        if (values.Length < 2)
        {
            return 0;
        }

        double mean = values.Average();
        return Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (values.Length - 1));
    }
}
