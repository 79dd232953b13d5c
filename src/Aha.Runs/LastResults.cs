namespace Aha.Runs;

/// <summary>The latest numbers of a run on held-out problems.</summary>
/// <param name="Stage">The stage they are of.</param>
/// <param name="Metrics">An evaluation's metrics; of a finished stage also those under <c>before/</c>.</param>
public sealed record LastResults(string Stage, IReadOnlyDictionary<string, double> Metrics)
{
    /// <summary>Null where nothing was evaluated.</summary>
    public static LastResults? Of(RunData run)
    {
        EvaluationRecord? evaluation = run.Evaluations is [.., var last] ? last : null;
        StageResult? finished = run.Stages.LastOrDefault(stage => stage.Metrics.ContainsKey("pass@1"));
        bool open = evaluation is not null && run.Stages.All(stage => stage.Name != evaluation.Stage);
        return open ? new LastResults(evaluation!.Stage, evaluation.Metrics) : finished is null ? null : new LastResults(finished.Name, finished.Metrics);
    }
}
