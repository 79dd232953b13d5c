using Aha.Runs.Store;

namespace Aha.Runs;

/// <summary>How a run stands.</summary>
public enum RunState
{
    /// <summary>Every stage is done.</summary>
    Finished,

    /// <summary>A process is writing to it.</summary>
    Running,

    /// <summary>Stopped, killed or failed: the same command goes on with it.</summary>
    Unfinished,
}

/// <summary>Where a run stands.</summary>
/// <param name="Open">The first stage of the plan that is not done; null in a finished run.</param>
/// <param name="Step">The last recorded step of <paramref name="Open"/>; 0 where there is none.</param>
/// <param name="Seconds">Work done: finished stages, and the open one as far as it is recorded.</param>
public sealed record RunStatus(RunState State, StageRecord? Open, long Step, double Seconds)
{
    public static RunStatus Of(RunData run)
    {
        HashSet<string> done = [.. run.Stages.Select(stage => stage.Name)];
        StageRecord? open = run.Run.Stages.FirstOrDefault(stage => !done.Contains(stage.Name));
        MetricRecord[] steps = [.. run.Metrics.Where(metric => metric.Stage == open?.Name)];
        RunState state = RunLock.IsTaken(run.Folder) ? RunState.Running : open is null ? RunState.Finished : RunState.Unfinished;
        return new RunStatus(
            state, open, steps.Select(metric => metric.Step).DefaultIfEmpty().Max(),
            run.Stages.Sum(stage => stage.Seconds) + steps.Select(metric => metric.Seconds).DefaultIfEmpty().Max());
    }
}
