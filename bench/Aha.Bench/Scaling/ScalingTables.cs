using System.Globalization;
using System.Text;

namespace Aha.Bench.Scaling;

/// <summary>Measured points as Markdown: a table for each work and axis (and model, where it is not the axis), a row for each value on the axis.</summary>
internal static class ScalingTables
{
    public static string Markdown(IEnumerable<ScalingPoint> points)
    {
        var text = new StringBuilder();
        foreach (var table in points.GroupBy(p => (p.Axis, p.Work, Model: p.Axis == "parameters" ? "" : p.Model))) Append(text, table.Key.Model, [.. table]);
        return text.ToString();
    }

    private static void Append(StringBuilder text, string model, ScalingPoint[] points)
    {
        var columns = points.Select(p => (p.Precision, p.Threads)).Distinct().OrderByDescending(c => c.Precision).ThenByDescending(c => c.Threads).ToArray();
        text.Append(CultureInfo.InvariantCulture, $"\n{points[0].Work}{(model.Length > 0 ? " of " + model : "")} against {points[0].Axis}\n\n| {points[0].Axis} |");
        foreach ((string precision, int threads) in columns)
            text.Append(CultureInfo.InvariantCulture, $" {(points[0].Work == "training" ? precision + ", " : "")}{threads} thread{(threads == 1 ? "" : "s")} | FLOP/byte | of the limit |");
        text.Append("\n|---|").Append(string.Concat(Enumerable.Repeat("---|", 3 * columns.Length))).Append('\n');
        foreach (var row in points.GroupBy(p => p.X).OrderBy(row => row.Key))
        {
            text.Append(CultureInfo.InvariantCulture, $"| {row.Key:N0} |");
            foreach ((string precision, int threads) in columns)
            {
                // Of runs laid together, one may have measured fewer points.
                ScalingPoint? point = row.SingleOrDefault(p => p.Precision == precision && p.Threads == threads);
                text.Append(point is null ? " | | |" : string.Create(CultureInfo.InvariantCulture, $" {point.TokensPerSecond:N0} | {point.Intensity:0.0} | {100 * point.Share:F0} % of {point.Bound} |"));
            }

            text.Append('\n');
        }
    }
}
