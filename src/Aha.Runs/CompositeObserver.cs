namespace Aha.Runs;

/// <summary>Tells several observers, in the order given. Put the run folder first: what people see is then already on disk.</summary>
public sealed class CompositeObserver(params IReadOnlyList<IRunObserver> observers) : IRunObserver
{
    public void RunStarted(RunRecord run) => Each(observer => observer.RunStarted(run));
    public void StageStarted(StageRecord stage, long resumedAt) => Each(observer => observer.StageStarted(stage, resumedAt));
    public void Progress(string what, long done, long total) => Each(observer => observer.Progress(what, done, total));
    public void StepCompleted(MetricRecord record, IReadOnlyList<SampleRecord> kept) => Each(observer => observer.StepCompleted(record, kept));
    public void Evaluated(EvaluationRecord evaluation, IReadOnlyList<SampleRecord> samples) => Each(observer => observer.Evaluated(evaluation, samples));
    public void CheckpointSaved(CheckpointRecord checkpoint) => Each(observer => observer.CheckpointSaved(checkpoint));
    public void StageFinished(StageResult result) => Each(observer => observer.StageFinished(result));
    public void Notice(string text) => Each(observer => observer.Notice(text));

    private void Each(Action<IRunObserver> tell)
    {
        foreach (IRunObserver observer in observers)
        {
            tell(observer);
        }
    }
}
