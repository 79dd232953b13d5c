namespace Aha.Runs;

/// <summary>Which stage of a run made the model that another works on.</summary>
public sealed class StageLineage(RunRecord run)
{
    private readonly Dictionary<string, StageRecord> _stages = run.Stages.ToDictionary(stage => stage.Name);

    /// <summary>The stage whose model this one starts from; null where it begins from scratch or from a model folder. Stages that only look at a model hand it on.</summary>
    public string? StartOf(string stage)
    {
        string? from = _stages.GetValueOrDefault(stage)?.From;
        while (from is not null && _stages.TryGetValue(from, out StageRecord? maker) && maker.Kind is "eval" or "gate" or "sample")
        {
            from = _stages[from].From;
        }

        return from is not null && _stages.ContainsKey(from) ? from : null;
    }

    /// <summary>The stage at the beginning of its line: the base model's.</summary>
    public string RootOf(string stage)
    {
        while (StartOf(stage) is { } from)
        {
            stage = from;
        }

        return stage;
    }
}
