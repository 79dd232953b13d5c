using Aha.Runs.Store;

namespace Aha.Runs;

/// <summary>
/// Writes a run down: everything into <c>run.db</c>, and the recipe once more as <c>recipe.yaml</c> for people. Each call of the observer is
/// one transaction, so a killed run leaves what belongs together whole or not at all; <see cref="RewindTo"/> then drops what the resumed run
/// will do again.
/// </summary>
/// <remarks>
/// A stage that saves checkpoints reports a step first and saves the checkpoint of that step after: a run resumed from the checkpoint then
/// repeats none of them. Evaluations come after the checkpoint of their step, since <see cref="EvaluationAt"/> tells a resumed stage whether
/// that one is still to be made.
/// </remarks>
public sealed class RunFolder : IRunObserver, IDisposable
{
    /// <summary>The recipe's copy in a run folder.</summary>
    public const string RecipeFile = "recipe.yaml";

    private readonly RunLock _held;
    private readonly RunDatabase _database;

    private RunFolder(string path, RunLock held, RunDatabase database) => (Path, _held, _database) = (path, held, database);

    /// <summary>The folder, as an absolute path.</summary>
    public string Path { get; }

    /// <summary>Opens a run folder for writing, making it where it does not exist.</summary>
    /// <exception cref="RunFolderException">The folder cannot be written, its database is damaged, or another process is writing to it.</exception>
    public static RunFolder Open(string folder)
    {
        string path = System.IO.Path.GetFullPath(folder);
        try
        {
            Directory.CreateDirectory(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RunFolderException($"cannot make the run folder {path}: {e.Message}", e);
        }

        RunLock held = RunLock.Take(path);
        try
        {
            return new RunFolder(path, held, RunDatabase.OpenForWriting(path));
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>What an earlier session recorded of this run; null where none did.</summary>
    public RunRecord? Recorded => RunQueries.Run(_database);

    /// <summary>The evaluation of a stage at a step, if it is recorded.</summary>
    public EvaluationRecord? EvaluationAt(string stage, long step) => RunQueries.Evaluations(_database, stage).FirstOrDefault(evaluation => evaluation.Step == step);

    /// <summary>Whether the result of a finished stage is recorded.</summary>
    public bool HasResult(string stage) => RunQueries.Results(_database).Any(result => result.Name == stage);

    /// <summary>
    /// Drops the metrics, samples, evaluations and checkpoints of <paramref name="stage"/> after <paramref name="step"/>, and its result: the
    /// stage is about to go on from there. -1 drops everything of the stage.
    /// </summary>
    public void RewindTo(string stage, long step) => _database.Transaction(() =>
    {
        _database.Execute("UPDATE stages SET seconds = NULL, metrics = NULL WHERE name = $1", stage);
        foreach (string table in (string[])["metrics", "samples", "evaluations", "checkpoints"])
        {
            _database.Execute($"DELETE FROM {table} WHERE stage = $1 AND step > $2", stage, step);
        }
    });

    /// <summary>Records what the run is and its plan. A resumed run keeps the time at which it first started.</summary>
    public void RunStarted(RunRecord run)
    {
        WriteRecipe(run.Recipe);
        _database.Transaction(() => RunQueries.Insert(_database, run));
    }

    public void StageStarted(StageRecord stage, long resumedAt)
    {
    }

    public void Progress(string what, long done, long total)
    {
    }

    public void StepCompleted(MetricRecord record, IReadOnlyList<SampleRecord> kept) => _database.Transaction(() =>
    {
        RunQueries.Insert(_database, record);
        RunQueries.Insert(_database, kept, evaluation: null);
    });

    public void Evaluated(EvaluationRecord evaluation, IReadOnlyList<SampleRecord> samples) => _database.Transaction(() =>
        RunQueries.Insert(_database, samples, RunQueries.Insert(_database, evaluation)));

    public void CheckpointSaved(CheckpointRecord checkpoint) => _database.Transaction(() => RunQueries.Insert(_database, checkpoint));

    public void StageFinished(StageResult result)
    {
        _database.Transaction(() => RunQueries.Insert(_database, result));
        _database.Flush();
    }

    public void Notice(string text)
    {
    }

    public void Dispose()
    {
        _database.Dispose();
        _held.Dispose();
    }

    private void WriteRecipe(string yaml)
    {
        string path = System.IO.Path.Combine(Path, RecipeFile);
        try
        {
            // A full disk leaves the copy of before.
            File.WriteAllText(path + ".new", yaml);
            File.Move(path + ".new", path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RunFolderException($"cannot write {path}: {e.Message}", e);
        }
    }
}
