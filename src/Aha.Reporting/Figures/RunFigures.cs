using Aha.Reporting.Charts;
using Aha.Runs;

namespace Aha.Reporting.Figures;

/// <summary>The figures of one run. Each is null where the run has no records for it.</summary>
public static class RunFigures
{
    private const int MostBars = 120;

    /// <summary>The paper's Figure 2: pass@1 as the mean over samples with its standard error, majority vote, base model, published results.</summary>
    public static Chart? Accuracy(RunData run) => Accuracy(new RunView(run));

    /// <summary>The paper's Figure 3: mean response length in tokens, in training and on held-out problems.</summary>
    public static Chart? ResponseLength(RunData run) => ResponseLength(new RunView(run));

    /// <summary>Occurrences of each reflective word per 100 held-out responses.</summary>
    public static Chart? ReflectiveWords(RunData run) => ReflectiveWords(new RunView(run));

    /// <summary>Reward and its parts, mean over a step's completions.</summary>
    public static Chart? Rewards(RunData run) => Rewards(new RunView(run));

    /// <summary>Seconds of each step by phase.</summary>
    public static Chart? Timings(RunData run) => Timings(new RunView(run));

    internal static Chart? Accuracy(RunView view)
    {
        IReadOnlyList<ChartPoint> pass = view.Evaluated("pass@1");
        if (pass.Count == 0)
        {
            return null;
        }
        EvaluationRecord last = view.Followed[^1];
        List<ChartSeries> series = ByStage(view, "pass@1", "pass@1", 0, evaluations => StandardErrors(view, evaluations));
        if (view.Consensus is { } consensus)
        {
            series.AddRange(ByStage(view, consensus, consensus, series.Count, _ => []));
        }
        var lines = new List<ReferenceLine>();
        if (view.Base?.Metrics.TryGetValue("pass@1", out double baseline) == true)
        {
            lines.Add(new ReferenceLine($"base model {Numbers.Share(baseline)}", baseline, Dashed: false));
        }
        lines.AddRange(view.Data.Stages
            .Where(stage => stage.Kind is "sft" or "distill" && stage.Metrics.ContainsKey("pass@1"))
            .Select(stage => new ReferenceLine($"{stage.Name} {Numbers.Share(stage.Metrics["pass@1"])}", stage.Metrics["pass@1"], Dashed: false)));
        lines.AddRange(view.Data.Run.Published
            .Where(published => published.Metric == "pass@1" || published.Metric.StartsWith("cons@", StringComparison.Ordinal))
            .Select(published => new ReferenceLine($"{published.Label} {Numbers.Share(published.Value)}", published.Value, Dashed: true)));
        int fewest = view.Followed.Min(e => e.Problems);
        string during = fewest < last.Problems ? $" ({Numbers.Count(fewest)} of them between the first and the last point)" : "";
        string votesText = view.Consensus is { } name ? $" {name}: the answer most of them agree on." : "";
        return new Chart
        {
            Id = "accuracy",
            Title = "Accuracy over RL training",
            Caption = $"Share of {Numbers.Count(last.Problems)} held-out problems solved{during}. pass@1: mean of {last.Samples} samples a problem, band ±1 standard error.{votesText}",
            YLabel = "accuracy",
            Share = true,
            FullShare = true,
            Series = series,
            Lines = lines,
            Marks = view.Marks,
        };
    }

    internal static Chart? ResponseLength(RunView view)
    {
        IReadOnlyList<ChartPoint> training = view.TrainingMetric("completions/mean_length"), evaluated = view.Evaluated("length");
        var series = new List<ChartSeries>();
        if (training.Count > 0)
        {
            series.Add(Thinned("training", training, 3) with { Smooth = true });
        }
        if (evaluated.Count > 0)
        {
            series.AddRange(ByStage(view, "length", "held-out", 0, _ => []));
        }
        return series.Count == 0 ? null : new Chart
        {
            Id = "length",
            Title = "Response length over RL training",
            Caption = "Mean tokens of a response, chain of thought included.",
            YLabel = "tokens",
            Series = series,
            Marks = view.Marks,
        };
    }

    internal static Chart? ReflectiveWords(RunView view)
    {
        string[] words = [.. view.Followed.SelectMany(evaluation => evaluation.ReflectiveWords.Keys).Distinct()];
        return words.Length == 0 ? null : new Chart
        {
            Id = "reflective-words",
            Title = "Reflective words",
            Caption = "Occurrences per 100 held-out responses.",
            YLabel = "per 100 responses",
            Series = [.. words.Select((word, i) => new ChartSeries(word, view.Word(word)) { Colour = i, Markers = true })],
            Marks = view.Marks,
        };
    }

    /// <summary>How far answers keep to the language of the question; null for a run that does not measure it.</summary>
    internal static Chart? LanguageConsistency(RunView view)
    {
        List<ChartSeries> series = ByStage(view, "language_consistency", "held-out", 0, _ => []);
        return series.Count == 0 ? null : new Chart
        {
            Id = "languages",
            Title = "Language mixing",
            Caption = "Share of the words of a chain of thought that are in the language of the question, mean over held-out problems. What is missing to 1 is mixed in.",
            YLabel = "share",
            Share = true,
            FullShare = true,
            Series = series,
            Marks = view.Marks,
        };
    }

    internal static Chart? Rewards(RunView view)
    {
        IEnumerable<string> parts = view.TrainingNames(name => name.StartsWith("rewards/", StringComparison.Ordinal) && name.EndsWith("/mean", StringComparison.Ordinal));
        return Trained(view, "rewards", "Reward and its parts", "Mean over a step's completions.", "reward",
            [("reward", "total"), .. parts.Select(name => (name, name["rewards/".Length..^"/mean".Length]))]);
    }

    internal static Chart? Timings(RunView view)
    {
        // One order, so that the layers keep their colours from run to run.
        string[] order = ["time/rollout", "time/reward", "time/update", "time/evaluation"];
        string[] phases = [.. order, .. view.TrainingNames(name => name.StartsWith("time/", StringComparison.Ordinal)).Except([.. order, "time/other"]), "time/other"];
        // Of rollouts sampled beside an update a step has what it waited for them, and no more.
        HashSet<double> waited = [.. view.TrainingMetric("time/wait").Select(point => point.X)];
        ChartPoint[] Of(string phase) => [.. view.TrainingMetric(phase).Where(point => phase is not ("time/rollout" or "time/reward") || !waited.Contains(point.X))];
        var measured = phases.Select(phase => (Name: phase["time/".Length..], Points: Of(phase))).ToArray();
        if (measured.All(phase => phase.Points.Length == 0))
        {
            return null;
        }
        double total = measured.Sum(phase => Sum(phase.Points));
        string shares = string.Join(", ", measured.Where(phase => Sum(phase.Points) > 0.005 * total).Select(phase => $"{phase.Name} {100 * Sum(phase.Points) / total:F0} %"));
        int bucket = Smoothing.Bucket(measured.Max(phase => phase.Points.Length), MostBars);
        return new Chart
        {
            Id = "timings",
            Title = "Where the time goes",
            Caption = $"Of {Numbers.Duration(total)} in RL steps: {shares}.{(bucket > 1 ? $" Each bar is the mean of {bucket} steps." : "")}",
            YLabel = "seconds a step",
            Form = ChartForm.StackedBars,
            Series = [.. measured.Select((phase, i) => (phase, i)).Where(layer => layer.phase.Points.Length > 0)
                .Select(layer => new ChartSeries(layer.phase.Name, Smoothing.Thin(layer.phase.Points, MostBars)) { Colour = layer.i })],
        };
    }

    /// <summary>Figures on the health of RL training, for those who tune it.</summary>
    internal static IEnumerable<Chart> Health(RunView view)
    {
        IEnumerable<string> clips = view.TrainingNames(name => name.StartsWith("clip_ratio/", StringComparison.Ordinal));
        Chart?[] charts =
        [
            Trained(view, "groups", "Groups without a signal, completions cut short", "Groups whose rewards are all equal teach nothing; completions that reach the token limit end without an answer.", "share",
                [("frac_reward_zero_std", "zero-variance groups"), ("completions/clipped_ratio", "truncated completions")]) is { } signal ? signal with { Share = true } : null,
            Trained(view, "entropy", "Entropy", "Mean over tokens of the policy's next-token distribution.", "nats", [("entropy", "entropy")]),
            Trained(view, "kl", "KL to the reference model", "Mean over tokens.", "nats", [("kl", "kl")]),
            Trained(view, "clip", "Clipped tokens", "Share of tokens whose probability ratio left the trust region.", "share", [.. clips.Select(name => (name, name["clip_ratio/".Length..].Replace('_', ' ')))]),
            Trained(view, "gradient", "Gradient norm", "Before clipping.", "", [("grad_norm", "gradient norm")]),
            Trained(view, "throughput", "Rollout speed", "Tokens sampled a second.", "tokens/s", [("rollout_tokens_per_second", "rollout")]),
        ];
        return charts.OfType<Chart>();
    }

    /// <summary>The loss of every stage that has one and is not RL, whose loss says nothing.</summary>
    internal static IEnumerable<Chart> Losses(RunData run) => run.Metrics
        .Where(metric => metric.Kind != "grpo" && metric.Values.ContainsKey("loss"))
        .GroupBy(metric => metric.Stage)
        .Select((stage, i) => new Chart
        {
            Id = $"loss-{i}",
            Title = $"Loss of {stage.Key}",
            Caption = "Mean over tokens.",
            XLabel = "step",
            YLabel = "nats a token",
            Series = [Thinned("loss", [.. stage.OrderBy(metric => metric.Step).Select(metric => new ChartPoint(metric.Step, metric.Values["loss"]))], 0) with { Smooth = true }],
        });

    /// <summary>pass@1 on the benchmarks other than the one followed.</summary>
    internal static Chart? OtherBenchmarks(RunView view)
    {
        var rl = view.Followed.Select(evaluation => evaluation.Stage).ToHashSet();
        var others = view.Data.Evaluations
            .Where(evaluation => evaluation.Benchmark != view.Benchmark && rl.Contains(evaluation.Stage) && evaluation.Metrics.ContainsKey("pass@1"))
            .GroupBy(evaluation => evaluation.Benchmark).ToArray();
        return others.Length == 0 ? null : new Chart
        {
            Id = "benchmarks",
            Title = "Other benchmarks",
            Caption = "pass@1 over RL training.",
            YLabel = "accuracy",
            Share = true,
            FullShare = true,
            Series = [.. others.Select((benchmark, i) => new ChartSeries(benchmark.Key, [.. benchmark.Select(evaluation => new ChartPoint(view.X(evaluation), evaluation.Metrics["pass@1"])).OrderBy(point => point.X)]) { Colour = i, Markers = true })],
            Marks = view.Marks,
        };
    }

    private static Chart? Trained(RunView view, string id, string title, string caption, string unit, IReadOnlyList<(string Name, string Label)> metrics)
    {
        ChartSeries[] series = [.. metrics.Select((metric, i) => Thinned(metric.Label, view.TrainingMetric(metric.Name), i) with { Smooth = true }).Where(line => line.Points.Count > 0)];
        if (series.Length == 0)
        {
            return null;
        }
        int bucket = metrics.Max(metric => Smoothing.Bucket(view.TrainingMetric(metric.Name).Count, Smoothing.MostPoints));
        return new Chart
        {
            Id = id,
            Title = title,
            Caption = bucket > 1 ? $"{caption} Each point is the mean of {bucket} steps." : caption,
            YLabel = unit,
            Series = series,
            Marks = view.Marks,
        };
    }

    private static ChartSeries Thinned(string label, IReadOnlyList<ChartPoint> points, int colour) =>
        new(label, Smoothing.Thin(points, Smoothing.MostPoints)) { Colour = colour };

    // A stage's line does not go on from the one before: it may have begun from another model.
    private static List<ChartSeries> ByStage(RunView view, string metric, string label, int colour, Func<IReadOnlyList<EvaluationRecord>, IReadOnlyList<ChartInterval>> band)
    {
        var stages = view.Followed.Where(evaluation => evaluation.Metrics.ContainsKey(metric)).GroupBy(evaluation => evaluation.Stage).ToArray();
        return
        [
            .. stages.Select((stage, i) => new ChartSeries(stages.Length == 1 ? label : $"{stage.Key}, {label}", [.. stage.Select(evaluation => new ChartPoint(view.X(evaluation), evaluation.Metrics[metric]))])
            {
                Colour = colour + i, Markers = true, Band = band([.. stage]),
            }),
        ];
    }

    private static List<ChartInterval> StandardErrors(RunView view, IReadOnlyList<EvaluationRecord> evaluations) =>
        [.. evaluations
            .Where(evaluation => evaluation.Metrics.ContainsKey("pass@1") && evaluation.Metrics.ContainsKey("pass@1_se"))
            .Select(evaluation => (X: view.X(evaluation), Mean: evaluation.Metrics["pass@1"], Error: evaluation.Metrics["pass@1_se"]))
            .Select(point => new ChartInterval(point.X, point.Mean - point.Error, point.Mean + point.Error))];

    private static double Sum(IReadOnlyList<ChartPoint> points) => points.Where(point => double.IsFinite(point.Y)).Sum(point => point.Y);
}
