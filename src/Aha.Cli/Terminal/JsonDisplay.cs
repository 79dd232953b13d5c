using System.Text.Json;
using Aha.Runs;

namespace Aha.Cli.Terminal;

/// <summary>
/// A JSON object a line, with one member that names what it is: <c>run</c>, <c>stage</c>, <c>metrics</c>, <c>sample</c>, <c>evaluation</c>,
/// <c>checkpoint</c>, <c>stage_result</c>, <c>notice</c>, and last <c>summary</c>. NaN and infinities are strings, as in the run folder, which
/// also holds the many samples of evaluations.
/// </summary>
public sealed class JsonDisplay(TextWriter output) : IRunDisplay
{
    public void RunStarted(RunRecord run) => Line("run", JsonSerializer.Serialize(run, RunJson.Lines.RunRecord));

    public void StageStarted(StageRecord stage, long resumedAt) =>
        Line("stage", $"{{\"name\":{Text(stage.Name)},\"kind\":{Text(stage.Kind)},\"steps\":{stage.Steps},\"resumed_at\":{resumedAt}}}");

    public void Progress(string what, long done, long total)
    {
    }

    public void StepCompleted(MetricRecord record, IReadOnlyList<SampleRecord> kept)
    {
        Line("metrics", JsonSerializer.Serialize(record, RunJson.Lines.MetricRecord));
        foreach (SampleRecord sample in kept)
        {
            Line("sample", JsonSerializer.Serialize(sample, RunJson.Lines.SampleRecord));
        }
    }

    public void Evaluated(EvaluationRecord evaluation, IReadOnlyList<SampleRecord> samples) =>
        Line("evaluation", JsonSerializer.Serialize(evaluation, RunJson.Lines.EvaluationRecord));

    public void CheckpointSaved(CheckpointRecord checkpoint) => Line("checkpoint", JsonSerializer.Serialize(checkpoint, RunJson.Lines.CheckpointRecord));

    public void StageFinished(StageResult result) => Line("stage_result", JsonSerializer.Serialize(result, RunJson.Lines.StageResult));

    public void Notice(string text) => Line("notice", Text(text));

    public void Finish(RunSummary summary, string? report) => Line("summary", JsonSerializer.Serialize(summary, RunJson.Lines.RunSummary));

    public void Dispose() => output.Flush();

    private static string Text(string value) => $"\"{JsonEncodedText.Encode(value)}\"";

    private void Line(string name, string json)
    {
        output.Write($"{{\"{name}\":{json}}}\n");
        output.Flush();
    }
}
