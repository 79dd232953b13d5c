using Aha.Runs;

namespace Aha.Cli.Terminal;

/// <summary>For logs and pipes: a line when something happens, and one every few seconds while a stage goes on.</summary>
public sealed class PlainDisplay : IRunDisplay
{
    private readonly TextWriter output;
    private readonly TimeProvider time;
    private readonly TimeSpan interval;
    private readonly RunProgress progress;
    private long lastLine;

    /// <param name="output">Where lines go.</param>
    /// <param name="time">The clock.</param>
    /// <param name="interval">Least time between two progress lines; ten seconds where not given.</param>
    public PlainDisplay(TextWriter output, TimeProvider time, TimeSpan? interval = null)
    {
        this.output = output;
        this.time = time;
        this.interval = interval ?? TimeSpan.FromSeconds(10);
        progress = new RunProgress(time);
    }

    public void RunStarted(RunRecord run)
    {
        progress.Start(run);
        Line($"run {run.Name}, seed {run.Seed}: {string.Join(", ", run.Stages.Select(stage => stage.Name))}");
    }

    public void StageStarted(StageRecord stage, long resumedAt)
    {
        progress.Start(stage, resumedAt);
        string steps = stage.Steps > 0 ? $", {stage.Steps} steps" : "";
        Line($"{stage.Name}: {stage.Kind}{steps}{(resumedAt > 0 ? $", resumed at step {resumedAt}" : "")}");
        lastLine = time.GetTimestamp();
    }

    public void Progress(string what, long done, long total)
    {
        progress.Progress(what, done, total);
        if (done < total)
        {
            Occasionally();
        }
    }

    public void StepCompleted(MetricRecord record, IReadOnlyList<SampleRecord> kept)
    {
        progress.Completed(record);
        Occasionally();
    }

    public void Evaluated(EvaluationRecord evaluation, IReadOnlyList<SampleRecord> samples)
    {
        progress.Evaluated(evaluation);
        Line($"{evaluation.Stage}: {evaluation.Benchmark}, {Wording.Evaluation(evaluation)}");
    }

    public void CheckpointSaved(CheckpointRecord checkpoint)
    {
    }

    public void StageFinished(StageResult result)
    {
        progress.Finish(result);
        Line($"{result.Name}: done in {Wording.Time(TimeSpan.FromSeconds(result.Seconds))}");
        foreach (string line in FunnelLines.Of(result))
        {
            Line(line);
        }
    }

    public void Notice(string text) => Line(text.ReplaceLineEndings(" "));

    public void Finish(RunSummary summary, string? report)
    {
        foreach (string line in DistillationTable.Lines(summary.Distillation))
        {
            Line(line);
        }

        Line($"run done in {Wording.Time(TimeSpan.FromSeconds(summary.Seconds))}: {summary.Run}");
        if (report is not null)
        {
            Line($"report: {report}");
        }
    }

    public void Dispose() => output.Flush();

    private void Occasionally()
    {
        if (progress.Stage is not { } stage || time.GetElapsedTime(lastLine) < interval)
        {
            return;
        }
        lastLine = time.GetTimestamp();
        var parts = new List<string>();
        if (stage.Steps > 0)
        {
            parts.Add($"step {progress.Step}/{stage.Steps}");
        }
        if (progress.Inner is { } inner)
        {
            parts.Add($"{inner.What} {inner.Done}/{inner.Total}");
        }
        if (progress.Left is { } left)
        {
            parts.Add($"{Wording.Time(left)} left");
        }
        parts.AddRange(Wording.Of(stage.Kind, progress.Latest).Select(metric => $"{metric.Label} {Wording.Number(metric.Value)}"));
        Line($"{stage.Name}: {string.Join(", ", parts)}");
    }

    private void Line(string text)
    {
        output.Write(text + "\n");
        output.Flush();
    }
}
