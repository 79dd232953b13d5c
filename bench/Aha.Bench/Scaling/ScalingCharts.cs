using Aha.Reporting.Charts;

namespace Aha.Bench.Scaling;

/// <summary>Measured points as figures: one for each work and axis. Lines are of the most threads measured, thin ones of fewer; the limit is dashed, in its line's colour.</summary>
internal static class ScalingCharts
{
    public static IEnumerable<Chart> Of(IReadOnlyList<ScalingPoint> points) => points.GroupBy(p => (p.Work, p.Axis)).Select(figure => Figure([.. figure]));

    private static Chart Figure(ScalingPoint[] points)
    {
        (string work, string axis) = (points[0].Work, points[0].Axis);
        int most = points.Max(p => p.Threads);
        bool fewer = points.Any(p => p.Threads < most);
        var series = new List<ChartSeries>();
        foreach (var (colour, line) in points.GroupBy(Name).Index())
        {
            foreach (var counted in line.GroupBy(p => p.Threads).OrderByDescending(c => c.Key))
            {
                ScalingPoint[] rising = [.. counted.OrderBy(p => p.X)];
                bool quiet = counted.Key < most;
                series.Add(new ChartSeries(line.Key, [.. rising.Select(p => new ChartPoint(p.X, p.TokensPerSecond))]) { Colour = colour, Markers = !quiet, Quiet = quiet });
                series.Add(new ChartSeries(line.Key + ", limit", [.. rising.Select(p => new ChartPoint(p.X, p.LimitTokensPerSecond))]) { Colour = colour, Dashed = true, Quiet = quiet });
            }
        }

        return new Chart
        {
            Id = $"{work}-{axis}",
            Title = $"{char.ToUpperInvariant(work[0])}{work[1..]} against {axis}, {most} threads{(fewer ? " (thin: fewer)" : "")}",
            XLabel = axis,
            YLabel = "tokens/s",
            Series = series,
            LogLog = true,
        };
    }

    private static string Name(ScalingPoint point)
    {
        string[] parts = [.. new[] { point.Axis == "parameters" ? "" : point.Model, point.Work == "training" ? point.Precision : "" }.Where(part => part.Length > 0)];
        return parts.Length == 0 ? point.Work : string.Join(", ", parts);
    }
}
