using Aha.Evaluation;
using Aha.Verification;
using Aha.Verification.Rewards;

namespace Aha.Training.Grpo;

/// <summary>The numbers of a step that follow from its rollouts, under the names TRL logs them by.</summary>
internal static class GrpoMetrics
{
    public static Dictionary<string, double> OfRollouts(RolloutBatch batch, RewardSet rewards)
    {
        IReadOnlyList<JudgedCompletion> completions = batch.Completions;
        double[] totals = [.. batch.Rewards.Where(double.IsFinite)];
        double[] lengths = [.. completions.Select(c => (double)c.Tokens)];
        double[] terminated = [.. completions.Where(c => !c.IsTruncated).Select(c => (double)c.Tokens)];
        IGrouping<int, double>[] groups = [.. completions.Select((c, i) => (c.Group, Reward: batch.Rewards[i])).Where(x => double.IsFinite(x.Reward)).GroupBy(x => x.Group, x => x.Reward)];
        var metrics = new Dictionary<string, double>
        {
            ["reward"] = Mean(totals),
            ["reward_std"] = Mean([.. groups.Select(g => Deviation([.. g]))]),
            ["frac_reward_zero_std"] = groups.Length == 0 ? 0 : (double)groups.Count(g => g.All(r => r == g.First())) / groups.Length,
            ["accuracy"] = Mean([.. completions.Where(c => c.Reward.IsScorable && c.Problem.Kind == ProblemKind.Reasoning).Select(c => c.IsCorrect ? 1.0 : 0.0)]),
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

        for (int part = 0; part < rewards.Parts.Count; part++)
        {
            string name = rewards.Parts[part].Function.Name;
            double[] values = [.. completions.Select(c => c.Reward.Parts[part]).Where(p => p.HasValue).Select(p => p.Value)];
            metrics[$"rewards/{name}/mean"] = Mean(values);
            metrics[$"rewards/{name}/std"] = Deviation(values);
            if (rewards.Parts[part].Function is IDeferredReward)
            {
                metrics[$"rewards/{name}/unscorable"] = Mean([.. completions.Select(c => c.Reward.Parts[part].IsScorable ? 0.0 : 1.0)]);
            }
        }

        foreach ((string name, double value) in GeneralMetrics.Of(batch, rewards))
        {
            metrics[name] = value;
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
