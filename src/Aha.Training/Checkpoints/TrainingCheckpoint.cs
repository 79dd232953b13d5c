using System.Text.Json;
using Aha.Models;
using Aha.Training.Optimization;

namespace Aha.Training.Checkpoints;

/// <summary>
/// The one writer of training checkpoints: what is trained, optimiser, reference model and rollouts sampled ahead where there are any, and state, in a folder that is
/// replaced as a whole. A run killed while saving keeps the checkpoint before.
/// </summary>
public static class TrainingCheckpoint
{
    private const string StateFile = "state.json";
    private const string OptimizerFile = "optimizer.bin";
    private const string RolloutsFile = "rollouts.json";
    private const string ReferenceFolder = "reference";

    /// <summary>Whether <paramref name="folder"/> holds a checkpoint; mends one whose last replacement was cut short.</summary>
    public static bool Exists(string folder)
    {
        string old = folder + ".old";
        if (!Directory.Exists(folder) && Directory.Exists(old))
        {
            Directory.Move(old, folder);
        }

        return File.Exists(Path.Combine(folder, StateFile));
    }

    /// <exception cref="CheckpointException">The folder cannot be written.</exception>
    public static void Save(string folder, ITrainable trained, AdamW optimizer, ITrainable? reference, TrainingState state)
    {
        string fresh = folder + ".new";
        string old = folder + ".old";
        try
        {
            Delete(fresh);
            Directory.CreateDirectory(fresh);
            trained.Save(fresh);
            if (reference is not null)
            {
                reference.Save(Path.Combine(fresh, ReferenceFolder));
            }

            using (FileStream stream = File.Create(Path.Combine(fresh, OptimizerFile)))
            {
                optimizer.Save(stream);
            }

            if (state.Ahead is not null)
            {
                using FileStream stream = File.Create(Path.Combine(fresh, RolloutsFile));
                JsonSerializer.Serialize(stream, state.Ahead, StoredRollouts.Json);
            }

            File.WriteAllText(Path.Combine(fresh, StateFile), JsonSerializer.Serialize(state with { SampledAhead = state.Ahead is not null }, TrainingState.Json));
            Delete(old);
            if (Directory.Exists(folder))
            {
                Directory.Move(folder, old);
            }

            Directory.Move(fresh, folder);
            Delete(old);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException($"the checkpoint {folder} cannot be written: {e.Message}", e);
        }
    }

    /// <summary>Restores a checkpoint into parameters and optimiser of the same shape.</summary>
    /// <exception cref="CheckpointException">The checkpoint is absent, damaged, or of another shape.</exception>
    public static TrainingState Load(string folder, ITrainable trained, AdamW optimizer, ITrainable? reference)
    {
        try
        {
            trained.Restore(folder);
            if (reference is not null)
            {
                reference.Restore(Path.Combine(folder, ReferenceFolder));
            }

            using (FileStream stream = File.OpenRead(Path.Combine(folder, OptimizerFile)))
            {
                optimizer.Load(stream);
            }

            TrainingState state = JsonSerializer.Deserialize<TrainingState>(File.ReadAllText(Path.Combine(folder, StateFile)), TrainingState.Json)
                ?? throw new InvalidDataException($"{StateFile} is empty");
            return state.SampledAhead ? state with { Ahead = ReadRollouts(folder) } : state;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or InvalidDataException or ModelFormatException or ArgumentException)
        {
            throw Unusable(folder, e);
        }
    }

    /// <summary>A checkpoint that was read and makes no sense.</summary>
    internal static CheckpointException Unusable(string folder, Exception e) =>
        new($"the checkpoint {folder} cannot be restored ({e.Message}); delete that folder to start the stage anew", e);

    private static StoredRollouts ReadRollouts(string folder)
    {
        using FileStream stream = File.OpenRead(Path.Combine(folder, RolloutsFile));
        return JsonSerializer.Deserialize<StoredRollouts>(stream, StoredRollouts.Json) ?? throw new InvalidDataException($"{RolloutsFile} is empty");
    }

    private static void Delete(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
