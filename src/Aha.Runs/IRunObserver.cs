namespace Aha.Runs;

/// <summary>
/// The one metric sink. Trainers and stages tell it what happened; the run folder writes it down, the terminal shows it.
/// Calls come from one thread at a time, in order. What belongs together comes in one call and is stored whole or not at all.
/// </summary>
public interface IRunObserver
{
    void RunStarted(RunRecord run);
    void StageStarted(StageRecord stage, long resumedAt);
    /// <summary>Progress inside a step or a stage without steps (evaluation, corpus): done of total.</summary>
    void Progress(string what, long done, long total);
    /// <summary>A step's numbers and those of its samples that are worth keeping.</summary>
    void StepCompleted(MetricRecord record, IReadOnlyList<SampleRecord> kept);
    /// <summary>An evaluation's numbers and every sample behind them.</summary>
    void Evaluated(EvaluationRecord evaluation, IReadOnlyList<SampleRecord> samples);
    void CheckpointSaved(CheckpointRecord checkpoint);
    void StageFinished(StageResult result);
    /// <summary>A line people should read: a chosen precision, a skipped stage, the first rendered prompt, a warning.</summary>
    void Notice(string text);
}
