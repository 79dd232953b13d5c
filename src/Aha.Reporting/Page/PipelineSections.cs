using System.Globalization;
using Aha.Reporting.Markup;
using Aha.Runs;

namespace Aha.Reporting.Page;

/// <summary>What a recipe of several stages came to: its stages side by side, as the paper's table of R1's development stages, and the funnels of rejection sampling.</summary>
internal static class PipelineSections
{
    private static readonly (string Metric, string Title)[] s_columns =
    [
        ("pass@1", "pass@1"), ("cons", "cons"), ("format", "format"), ("language_consistency", "consistency"), ("length", "length"), ("reflection", "reflection"),
        ("general/gold", "general: good"), ("general/format", "general: format"),
    ];

    /// <summary>A row a stage that was evaluated; nothing where fewer than two were.</summary>
    public static Html StageTable(RunData run)
    {
        StageResult[] rows = [.. run.Stages.Where(s => s.Metrics.ContainsKey("pass@1"))];
        if (rows.Length < 2)
        {
            return Html.Empty;
        }

        (string Metric, string Title)[] columns = [.. s_columns.Where(c => rows.Any(r => Value(r, c.Metric) is not null))
            .Select(c => c.Metric == "cons" ? (c.Metric, rows.SelectMany(r => r.Metrics.Keys).First(IsVote)) : c)];
        Dictionary<string, string?> from = run.Run.Stages.ToDictionary(s => s.Name, s => s.From);
        return Html.Of($"""
            <h2 id="pipeline">Stage by stage</h2>
            <p class="lead">Each stage's model on the held-out problems when the stage ended.</p>
            <div class="scroll"><table><thead><tr><th>Stage</th><th>Kind</th><th>From</th>{columns.Select(c => Html.Of($"<th class=\"n\">{c.Title}</th>"))}<th class="n">Time</th></tr></thead><tbody>
            {rows.Select(row => Html.Of($"<tr><th>{row.Name}</th><td>{row.Kind}</td><td>{from.GetValueOrDefault(row.Name) ?? ""}</td>{columns.Select(c => Html.Of($"<td class=\"n\">{Cell(row, c.Metric)}</td>"))}<td class=\"n\">{Numbers.Duration(row.Seconds)}</td></tr>\n"))}
            </tbody></table></div>

            """);
    }

    /// <summary>A table a student: distilled, trained by reinforcement learning, both, and its teacher; nothing where nothing was distilled.</summary>
    public static Html Distillations(RunData run)
    {
        IReadOnlyList<Distillation> students = Distillation.Of(run);
        return students.Count == 0 ? Html.Empty : Html.Of($"""
            <h2 id="distillation">Distillation against reinforcement learning</h2>
            <p class="lead">Each way to a better student on the held-out problems, and what it took: time from the student as pretrained, evaluations included; operations by the usual rule, 6 a weight for a token trained and 2 for one sampled, the teacher's answers included, evaluations not. The teacher's row is what it took to make the teacher.</p>
            {students.Select(Student)}
            """);
    }

    private static Html Student(Distillation student)
    {
        string? vote = student.Rows.SelectMany(row => row.Metrics.Keys).FirstOrDefault(IsVote);
        string[] columns = ["pass@1", .. vote is null ? [] : (string[])[vote], "format", "length"];
        return Html.Of($"""
            <div class="scroll"><table><thead><tr><th>{student.Student}</th><th>Stage</th>{columns.Select(c => Html.Of($"<th class=\"n\">{c}</th>"))}<th class="n">Time</th><th class="n">Operations</th></tr></thead><tbody>
            {student.Rows.Select(row => Html.Of($"<tr><th>{row.Label}</th><td>{row.Stage ?? ""}</td>{columns.Select(c => Html.Of($"<td class=\"n\">{Cell(row.Metrics, c)}</td>"))}<td class=\"n\">{(row.Seconds is > 0 and { } time ? Numbers.Duration(time) : "")}</td><td class=\"n\">{(row.Operations is > 0 and { } operations ? Numbers.Operations(operations) : "")}</td></tr>\n"))}
            </tbody></table></div>

            """);
    }

    /// <summary>A table a stage that sampled: how many answers fell at which filter.</summary>
    public static Html Funnels(RunData run)
    {
        var funnels = run.Stages.Select(s => (s.Name, Funnel: Funnel.Of(s.Metrics))).Where(s => s.Funnel is not null).ToArray();
        return funnels.Length == 0 ? Html.Empty : Html.Of($"""
            <h2 id="funnel">Rejection sampling</h2>
            <p class="lead">What became of the sampled answers: each filter takes from what the ones before it left.</p>
            {funnels.Select(stage => Table(stage.Name, stage.Funnel!))}
            """);
    }

    private static Html Table(string stage, Funnel funnel) => Html.Of($"""
        <div class="scroll"><table><thead><tr><th>{stage}</th><th class="n">Fell</th><th class="n">Left</th><th class="n">Share</th></tr></thead><tbody>
        <tr><th>sampled</th><td class="n"></td><td class="n">{Numbers.Count(funnel.Sampled)}</td><td class="n">{Share(funnel.Sampled, funnel)}</td></tr>
        {funnel.Steps.Select(step => Html.Of($"<tr><td>{step.Name}</td><td class=\"n\">{Numbers.Count(step.Fell)}</td><td class=\"n\">{Numbers.Count(step.Left)}</td><td class=\"n\">{Share(step.Left, funnel)}</td></tr>\n"))}
        </tbody></table></div>

        """);

    private static string Share(int left, Funnel funnel) => (100.0 * left / Math.Max(1, funnel.Sampled)).ToString("F1", CultureInfo.InvariantCulture) + " %";

    private static double? Value(StageResult stage, string metric) => Value(stage.Metrics, metric);

    private static double? Value(IReadOnlyDictionary<string, double> metrics, string metric)
    {
        string? name = metric == "cons" ? metrics.Keys.FirstOrDefault(IsVote) : metric;
        return name is not null && metrics.TryGetValue(name, out double value) ? value : null;
    }

    private static string Cell(StageResult stage, string metric) => Cell(stage.Metrics, metric);

    private static string Cell(IReadOnlyDictionary<string, double> metrics, string metric) => Value(metrics, metric) is not { } value ? ""
        : metric == "length" ? value.ToString("F1", CultureInfo.InvariantCulture)
        : Numbers.Unzeroed(value.ToString("F3", CultureInfo.InvariantCulture)) + (metric == "pass@1" && metrics.TryGetValue("pass@1_se", out double error) ? $" ± {Numbers.Share(error)}" : "");

    private static bool IsVote(string name) => name.StartsWith("cons@", StringComparison.Ordinal) && !name.EndsWith("_se", StringComparison.Ordinal);
}
