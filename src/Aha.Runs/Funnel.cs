namespace Aha.Runs;

/// <summary>A step of a funnel: what fell there, and what was left after it.</summary>
public sealed record FunnelStep(string Name, int Fell, int Left);

/// <summary>How many samples fell at which filter, from all that were sampled to those that were kept.</summary>
public sealed record Funnel(int Sampled, IReadOnlyList<FunnelStep> Steps)
{
    private const string Prefix = "funnel/";

    // Metrics are stored by name alone; the order in which filters apply is theirs everywhere.
    private static readonly string[] s_order =
        ["unscorable", "wrong", "cut short", "out of form", "too short or long", "mixed languages", "long paragraphs", "code blocks", "repeated", "not rewritable", "more than wanted"];

    public int Kept => Steps.Count == 0 ? Sampled : Steps[^1].Left;

    /// <summary>The step that took most; null where nothing fell.</summary>
    public FunnelStep? Widest => Steps.Where(s => s.Fell > 0).MaxBy(s => s.Fell);

    /// <summary>The funnel as metrics of a stage.</summary>
    public Dictionary<string, double> ToMetrics()
    {
        var metrics = new Dictionary<string, double> { [Prefix + "sampled"] = Sampled };
        foreach (FunnelStep step in Steps)
        {
            metrics[Prefix + step.Name] = step.Fell;
        }

        metrics[Prefix + "kept"] = Kept;
        return metrics;
    }

    /// <summary>The funnel among a stage's metrics; null where it has none.</summary>
    public static Funnel? Of(IReadOnlyDictionary<string, double> metrics)
    {
        if (!metrics.TryGetValue(Prefix + "sampled", out double sampled))
        {
            return null;
        }

        int left = (int)sampled;
        var steps = new List<FunnelStep>();
        foreach ((string name, double fell) in metrics
            .Where(m => m.Key.StartsWith(Prefix, StringComparison.Ordinal))
            .Select(m => (Name: m.Key[Prefix.Length..], m.Value))
            .Where(m => m.Name is not ("sampled" or "kept"))
            .OrderBy(m => Array.IndexOf(s_order, m.Name) is >= 0 and int place ? place : s_order.Length).ThenBy(m => m.Name, StringComparer.Ordinal))
        {
            left -= (int)fell;
            steps.Add(new FunnelStep(name, (int)fell, left));
        }

        return new Funnel((int)sampled, steps);
    }

    /// <summary>Whether a metric of this name is part of a funnel.</summary>
    public static bool IsPart(string metric) => metric.StartsWith(Prefix, StringComparison.Ordinal);
}
