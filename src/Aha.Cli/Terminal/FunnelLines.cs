using System.Globalization;
using Aha.Runs;

namespace Aha.Cli.Terminal;

/// <summary>A funnel as a small table of text.</summary>
internal static class FunnelLines
{
    /// <summary>One line what was sampled, one a filter, one what was kept; none where a stage has no funnel.</summary>
    public static IEnumerable<string> Of(StageResult stage)
    {
        if (Funnel.Of(stage.Metrics) is not { } funnel)
        {
            yield break;
        }

        yield return Row("sampled", null, funnel.Sampled, funnel.Sampled);
        foreach (FunnelStep step in funnel.Steps)
        {
            yield return Row(step.Name, step.Fell, step.Left, funnel.Sampled);
        }
    }

    private static string Row(string name, int? fell, int left, int sampled) => string.Create(
        CultureInfo.InvariantCulture, $"  {name,-18}{(fell is { } n ? $"-{n:N0}" : ""),10}{left,10:N0}{100.0 * left / Math.Max(1, sampled),7:F1} %");
}
