using System.Globalization;
using Aha.Runs;

namespace Aha.Cli.Terminal;

/// <summary>Numbers and metric names as the terminal says them.</summary>
internal static class Wording
{
    /// <summary>What is shown of a step, in this order: metric names that may hold it, what it is called.</summary>
    public static IReadOnlyList<(string[] Metrics, string Label)> Shown { get; } =
    [
        (["loss"], "loss"),
        (["reward"], "reward"),
        (["accuracy", "rewards/accuracy/mean"], "accuracy"),
        (["completions/mean_length"], "length"),
        (["reflection"], "reflection"),
        (["rollout_tokens_per_second", "tokens_per_second"], "tokens/s"),
    ];

    /// <summary>The metrics of <see cref="Shown"/> that a step has. The loss of RL is left out: it says nothing.</summary>
    public static IEnumerable<(string Metric, string Label, double Value)> Of(string? kind, IReadOnlyDictionary<string, double> values)
    {
        foreach ((string[] metrics, string label) in Shown)
        {
            if (metrics.FirstOrDefault(values.ContainsKey) is { } name && !(name == "loss" && kind == "grpo"))
            {
                yield return (name, label, values[name]);
            }
        }
    }

    public static string Number(double value) => Math.Abs(value) switch
    {
        _ when !double.IsFinite(value) => value.ToString(CultureInfo.InvariantCulture),
        >= 10_000 => (value / 1000).ToString("0", CultureInfo.InvariantCulture) + "k",
        >= 20 => value.ToString("0", CultureInfo.InvariantCulture),
        _ => value.ToString("0.00", CultureInfo.InvariantCulture),
    };

    public static string Time(TimeSpan span)
    {
        long seconds = (long)Math.Round(span.TotalSeconds);
        return seconds < 60 ? $"{seconds} s" : seconds < 3600 ? $"{seconds / 60} min {seconds % 60} s" : $"{seconds / 3600} h {seconds % 3600 / 60} min";
    }

    public static string Bytes(long bytes) => bytes switch
    {
        >= 1_000_000_000 => (bytes / 1e9).ToString("0.00", CultureInfo.InvariantCulture) + " GB",
        >= 1_000_000 => (bytes / 1e6).ToString("0.0", CultureInfo.InvariantCulture) + " MB",
        >= 1_000 => (bytes / 1e3).ToString("0.0", CultureInfo.InvariantCulture) + " kB",
        _ => bytes.ToString(CultureInfo.InvariantCulture) + " B",
    };

    public static string Evaluation(EvaluationRecord evaluation)
    {
        IEnumerable<string> numbers = evaluation.Metrics
            .Where(metric => metric.Key is "pass@1" or "format" or "length" or "reflection" or "language_consistency" or "general/gold" || metric.Key.StartsWith("cons@", StringComparison.Ordinal))
            .Where(metric => !metric.Key.EndsWith("_se", StringComparison.Ordinal))
            .Select(metric => $"{metric.Key.Replace('_', ' ')} {Number(metric.Value)}");
        return $"step {evaluation.Step}, {evaluation.Problems} problems x {evaluation.Samples}: {string.Join(", ", numbers)}";
    }
}
