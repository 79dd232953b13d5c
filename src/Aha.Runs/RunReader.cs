using Aha.Runs.Store;

namespace Aha.Runs;

/// <summary>Everything a run folder holds but the samples of its evaluations, records in the order in which they were written.</summary>
public sealed record RunData
{
    /// <summary>Where it was read from.</summary>
    public string Folder { get; init; } = "";
    public required RunRecord Run { get; init; }
    public IReadOnlyList<MetricRecord> Metrics { get; init; } = [];
    /// <summary>Samples kept of training steps.</summary>
    public IReadOnlyList<SampleRecord> Samples { get; init; } = [];
    public IReadOnlyList<EvaluationRecord> Evaluations { get; init; } = [];
    public IReadOnlyList<CheckpointRecord> Checkpoints { get; init; } = [];
    /// <summary>Finished stages, in the plan's order.</summary>
    public IReadOnlyList<StageResult> Stages { get; init; } = [];
}

/// <summary>Reads a run folder, also one that a running or killed run is or was writing to, and one that cannot be written.</summary>
public static class RunReader
{
    /// <summary>Whether the folder holds a run.</summary>
    public static bool IsRun(string folder) => File.Exists(Path.Combine(folder, RunDatabase.FileName));

    /// <exception cref="RunFolderException">No run there, or one that is damaged.</exception>
    public static RunData Load(string folder)
    {
        string path = Path.GetFullPath(folder);
        using RunDatabase database = RunDatabase.OpenForReading(path);
        RunData? data = null;
        // One transaction: a moment of the run, whatever its writer does meanwhile.
        database.Transaction(() => data = new RunData
        {
            Folder = path,
            Run = RunQueries.Run(database) ?? throw new RunFolderException($"no run in {path}: it was opened and never begun; start it again"),
            Metrics = [.. RunQueries.Metrics(database)],
            Samples = [.. RunQueries.KeptSamples(database)],
            Evaluations = [.. RunQueries.Evaluations(database)],
            Checkpoints = [.. RunQueries.Checkpoints(database)],
            Stages = [.. RunQueries.Results(database)],
        });
        return data!;
    }

    /// <summary>What a run is, without its records.</summary>
    /// <exception cref="RunFolderException">No run there, or one that is damaged.</exception>
    public static RunRecord LoadRecord(string folder)
    {
        string path = Path.GetFullPath(folder);
        using RunDatabase database = RunDatabase.OpenForReading(path);
        return RunQueries.Run(database) ?? throw new RunFolderException($"no run in {path}: it was opened and never begun; start it again");
    }

    /// <summary>The first sample of every problem in the last evaluation of a stage, in the order of the problems.</summary>
    /// <exception cref="RunFolderException">No run there, or one that is damaged.</exception>
    public static IReadOnlyList<SampleRecord> LastAnswers(string folder, string stage)
    {
        using RunDatabase database = RunDatabase.OpenForReading(Path.GetFullPath(folder));
        return [.. RunQueries.LastAnswers(database, stage)];
    }

    /// <summary>Every stored sample, those of evaluations too, one at a time: there may be more than memory holds.</summary>
    /// <exception cref="RunFolderException">No run there, or one that is damaged.</exception>
    public static IEnumerable<SampleRecord> AllSamples(string folder)
    {
        using RunDatabase database = RunDatabase.OpenForReading(Path.GetFullPath(folder));
        foreach (SampleRecord sample in RunQueries.AllSamples(database))
        {
            yield return sample;
        }
    }
}
