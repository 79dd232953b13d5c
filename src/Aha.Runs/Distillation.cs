using System.Text.Json.Serialization;

namespace Aha.Runs;

/// <summary>A way to a better student, or the teacher.</summary>
/// <param name="Label">What was done: <c>distilled</c>, <c>by reinforcement learning</c> ...</param>
/// <param name="Stage">The stage it ended with; null for a teacher that is a model folder.</param>
/// <param name="Metrics">On held-out problems: those of <see cref="EvaluationRecord"/>.</param>
/// <param name="Seconds">Wall time from the student as pretrained, evaluations included; of the teacher from its beginning. Null where it is not known.</param>
/// <param name="Operations">
/// Floating-point operations in that time: 6 a weight for a token trained, 2 for one sampled, a teacher's included. Evaluations, attention and prompts are left out. Null where it is not known.
/// </param>
public sealed record DistillationRow(
    [property: JsonPropertyName("label")] string Label,
    [property: JsonPropertyName("stage")] string? Stage,
    [property: JsonPropertyName("metrics")] IReadOnlyDictionary<string, double> Metrics,
    [property: JsonPropertyName("seconds")] double? Seconds,
    [property: JsonPropertyName("operations")] double? Operations);

/// <summary>
/// The paper's second contribution as a table: a student as it was, trained by reinforcement learning, distilled, distilled and then trained by
/// reinforcement learning, and its teacher (DeepSeek-R1, section 4.1).
/// </summary>
/// <param name="Student">The stage that made it, or the folder it was loaded from.</param>
public sealed record Distillation(
    [property: JsonPropertyName("student")] string Student,
    [property: JsonPropertyName("rows")] IReadOnlyList<DistillationRow> Rows)
{
    /// <summary>Prefix of a <c>distill</c> stage's metrics that are its teacher's, on held-out problems.</summary>
    public const string Teacher = "teacher/";

    /// <summary>Metrics of a <c>distill</c> stage: seconds and operations it took to make the teacher.</summary>
    public const string TeacherSeconds = "time/teacher", TeacherOperations = Teacher + Compute;

    /// <summary>A stage's metric: floating-point operations; see <see cref="DistillationRow"/>.</summary>
    public const string Compute = "operations";

    private const string Before = "before/";

    /// <summary>One a student that was distilled; none where no distillation is finished.</summary>
    public static IReadOnlyList<Distillation> Of(RunData run)
    {
        var lineage = new StageLineage(run.Run);
        Dictionary<string, StageResult> results = run.Stages.ToDictionary(stage => stage.Name);
        StageResult[] finished = [.. run.Run.Stages.Select(stage => results.GetValueOrDefault(stage.Name)).OfType<StageResult>()];
        Dictionary<string, string?> from = run.Run.Stages.ToDictionary(stage => stage.Name, stage => lineage.StartOf(stage.Name) ?? stage.From);
        return
        [
            .. finished.Where(stage => stage.Kind == "distill" && from[stage.Name] is not null)
                .GroupBy(stage => from[stage.Name]!)
                .Select(student => new Distillation(student.Key, [.. RowsOf(student.Key, [.. student], finished, from)])),
        ];
    }

    private static IEnumerable<DistillationRow> RowsOf(string student, StageResult[] distilled, StageResult[] finished, Dictionary<string, string?> from)
    {
        StageResult[] Trained(string start) => [.. finished.Where(stage => stage.Kind == "grpo" && from[stage.Name] == start)];

        StageResult[] trained = Trained(student);
        if (finished.FirstOrDefault(stage => stage.Kind == "eval" && from[stage.Name] == student) is { } looked)
        {
            yield return new DistillationRow("as pretrained", looked.Name, Held(looked.Metrics), 0, 0);
        }
        else if (trained.FirstOrDefault(stage => stage.Metrics.ContainsKey(Before + "pass@1")) is { } began)
        {
            yield return new DistillationRow("as pretrained", student, Held(Under(Before, began.Metrics)), 0, 0);
        }

        foreach (StageResult stage in trained)
        {
            yield return new DistillationRow("by reinforcement learning", stage.Name, Held(stage.Metrics), stage.Seconds, OperationsOf(stage));
        }

        foreach (StageResult stage in distilled)
        {
            yield return new DistillationRow("distilled", stage.Name, Held(stage.Metrics), stage.Seconds, OperationsOf(stage));
            foreach (StageResult further in Trained(stage.Name))
            {
                yield return new DistillationRow(
                    "distilled, then reinforcement learning", further.Name, Held(further.Metrics), stage.Seconds + further.Seconds, OperationsOf(stage) + OperationsOf(further));
            }
        }

        // Students of one run usually share their teacher; where they do not, each has its row.
        foreach (IReadOnlyDictionary<string, double> metrics in distilled.Select(stage => stage.Metrics).Where(m => m.ContainsKey(Teacher + "pass@1")).DistinctBy(m => m[Teacher + "pass@1"]))
        {
            yield return new DistillationRow("teacher", null, Held(Under(Teacher, metrics)), Value(metrics, TeacherSeconds), Value(metrics, TeacherOperations));
        }
    }

    private static Dictionary<string, double> Under(string prefix, IReadOnlyDictionary<string, double> metrics) =>
        metrics.Where(m => m.Key.StartsWith(prefix, StringComparison.Ordinal)).ToDictionary(m => m.Key[prefix.Length..], m => m.Value);

    // What an evaluation told, without the stage's own figures.
    private static Dictionary<string, double> Held(IReadOnlyDictionary<string, double> metrics) =>
        metrics.Where(m => IsHeldOut(m.Key)).ToDictionary(m => m.Key, m => m.Value);

    /// <summary>Whether a stage's metric of this name is one of its evaluation on held-out problems.</summary>
    public static bool IsHeldOut(string metric) =>
        metric.StartsWith("pass@", StringComparison.Ordinal) || metric.StartsWith("cons@", StringComparison.Ordinal) || metric is "format" or "length" or "reflection" or "truncated";

    private static double? OperationsOf(StageResult stage) => Value(stage.Metrics, Compute);

    private static double? Value(IReadOnlyDictionary<string, double> metrics, string name) => metrics.TryGetValue(name, out double value) ? value : null;
}
