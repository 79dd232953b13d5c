using Aha.Generation;
using Aha.Runs;
using Aha.Tasks;
using Aha.Verification;
using Aha.Verification.Votes;

namespace Aha.Evaluation;

/// <summary>An evaluation's numbers and the completions behind them.</summary>
/// <param name="Problems">Reasoning problems, those that pass@1 is a mean over; general prompts are not among them.</param>
/// <param name="Metrics">Those of <see cref="Evaluator.Summarise"/> over reasoning problems, of <see cref="Evaluator.SummariseGeneral"/>, and the mean of every reward part by its name.</param>
public sealed record EvaluationResult(
    int Problems, int Samples, IReadOnlyDictionary<string, double> Metrics, IReadOnlyDictionary<string, double> ReflectiveWords, IReadOnlyList<JudgedCompletion> Completions);

/// <summary>
/// The paper's protocol: k samples a question, pass@1 as the mean correctness over all of them, cons@k by majority vote over
/// equivalent answers, pass@k.
/// </summary>
public sealed class Evaluator(RolloutSampler sampler, ReflectiveWords reflectiveWords)
{
    /// <exception cref="OperationCanceledException">Cancelled: there is no partial result.</exception>
    public EvaluationResult Evaluate(
        IReadOnlyList<Problem> problems, int samples, SamplingOptions options, ulong seed, CancellationToken cancel, IProgress<int>? tokens = null)
    {
        IReadOnlyList<JudgedCompletion> completions = sampler.Sample(problems, samples, options, seed, cancel, tokens);
        ILookup<ProblemKind, JudgedCompletion> kinds = completions.ToLookup(c => c.Problem.Kind);
        Dictionary<string, double> metrics = Summarise([.. kinds[ProblemKind.Reasoning]], samples);
        foreach ((string name, double value) in SummariseGeneral([.. kinds[ProblemKind.General]]))
        {
            metrics[name] = value;
        }

        for (int part = 0; part < sampler.Rewards.Parts.Count; part++)
        {
            double[] values = [.. completions.Select(c => c.Reward.Parts[part]).Where(p => p.HasValue).Select(p => p.Value)];
            if (values.Length > 0)
            {
                metrics.TryAdd(sampler.Rewards.Parts[part].Function.Name, values.Average());
            }
        }

        return new EvaluationResult(problems.Count(p => p.Kind == ProblemKind.Reasoning), samples, metrics, CountWords(completions), completions);
    }

    /// <summary>The metrics of completions grouped by problem. Unscorable completions count in no accuracy and are reported.</summary>
    public static Dictionary<string, double> Summarise(IReadOnlyList<JudgedCompletion> completions, int samples)
    {
        var passAt1 = new List<double>();
        double cons = 0, passAtK = 0;
        foreach (IGrouping<int, JudgedCompletion> group in completions.GroupBy(c => c.Group))
        {
            JudgedCompletion[] scorable = [.. group.Where(c => c.Judgement.Verdict != Verdict.Unscorable)];
            if (scorable.Length == 0)
            {
                continue;
            }

            int correct = scorable.Count(c => c.IsCorrect);
            passAt1.Add((double)correct / scorable.Length);
            cons += Consensus(scorable);
            passAtK += PassAtK.Estimate(scorable.Length, correct, scorable.Length);
        }

        int problems = Math.Max(1, passAt1.Count);
        int count = Math.Max(1, completions.Count);
        return new Dictionary<string, double>
        {
            ["pass@1"] = passAt1.Count == 0 ? 0 : passAt1.Average(),
            ["pass@1_se"] = StandardError(passAt1),
            [$"cons@{samples}"] = cons / problems,
            [$"pass@{samples}"] = passAtK / problems,
            ["format"] = (double)completions.Count(c => c.Format) / count,
            ["length"] = completions.Sum(c => (double)c.Tokens) / count,
            ["reflection"] = (double)completions.Count(c => c.Reflects) / count,
            ["truncated"] = (double)completions.Count(c => c.IsTruncated) / count,
            ["unscorable"] = (double)completions.Count(c => c.Judgement.Verdict == Verdict.Unscorable) / count,
        };
    }

    /// <summary>
    /// The metrics of general prompts: <c>general/gold</c>, the share of replies that the held-out rule finds good (absent where no rule knows),
    /// <c>general/format</c>, <c>general/length</c>. Empty without completions.
    /// </summary>
    public static Dictionary<string, double> SummariseGeneral(IReadOnlyList<JudgedCompletion> completions)
    {
        var metrics = new Dictionary<string, double>();
        if (completions.Count == 0)
        {
            return metrics;
        }

        metrics["general/format"] = completions.Average(c => c.Format ? 1.0 : 0.0);
        metrics["general/length"] = completions.Average(c => (double)c.Tokens);
        JudgedCompletion[] known = [.. completions.Where(c => c.Judgement.Verdict != Verdict.Unscorable)];
        if (known.Length > 0)
        {
            metrics["general/gold"] = known.Average(c => c.IsCorrect ? 1.0 : 0.0);
        }

        return metrics;
    }

    private static double Consensus(JudgedCompletion[] completions)
    {
        string?[] votes = [.. completions.Select(c => c.Problem.VoteOf(c.Text))];
        HashSet<string> correct = [.. votes.Where((v, i) => v is not null && completions[i].IsCorrect).Select(v => v!)];
        return MajorityVote.Count(votes, completions[0].Problem.IsSameVote, correct.Contains).Credit;
    }

    // Over problems, not samples: samples of one problem are not independent.
    private static double StandardError(List<double> values)
    {
        if (values.Count < 2)
        {
            return 0;
        }

        double mean = values.Average();
        return Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (values.Count - 1) / values.Count);
    }

    private Dictionary<string, double> CountWords(IReadOnlyList<JudgedCompletion> completions)
    {
        var totals = reflectiveWords.Words.ToDictionary(w => w, _ => 0.0);
        foreach (JudgedCompletion completion in completions)
        {
            foreach ((string word, int count) in reflectiveWords.Count(completion.Text))
            {
                totals[word] += count;
            }
        }

        return totals.ToDictionary(t => t.Key, t => 100 * t.Value / Math.Max(1, completions.Count));
    }
}
