using System.Globalization;
using Aha.Runs;

namespace Aha.Cli.Terminal;

/// <summary>A student's ways to a better model beside its teacher, as lines of text.</summary>
internal static class DistillationTable
{
    /// <summary>A headed table a student; nothing where nothing was distilled.</summary>
    public static IEnumerable<string> Lines(IReadOnlyList<Distillation> students)
    {
        foreach (Distillation student in students)
        {
            int width = Math.Max(student.Student.Length, student.Rows.Max(row => row.Label.Length));
            yield return $"{student.Student.PadRight(width)}  {"pass@1",15}  {"length",6}  {"time",12}  {"operations",10}";
            foreach (DistillationRow row in student.Rows)
            {
                yield return $"{row.Label.PadRight(width)}  {Accuracy(row),15}  {Value(row, "length", "F1"),6}  {(row.Seconds is > 0 and { } time ? Wording.Time(TimeSpan.FromSeconds(time)) : ""),12}  {(row.Operations is > 0 and { } operations ? Tera(operations) : ""),10}";
            }
        }
    }

    private static string Accuracy(DistillationRow row) => Value(row, "pass@1", "F3") + (row.Metrics.ContainsKey("pass@1_se") ? $" ± {Value(row, "pass@1_se", "F3")}" : "");

    private static string Value(DistillationRow row, string name, string format) => row.Metrics.TryGetValue(name, out double value) ? value.ToString(format, CultureInfo.InvariantCulture) : "-";

    private static string Tera(double operations) => (operations / 1e12).ToString("G3", CultureInfo.InvariantCulture) + " T";
}
