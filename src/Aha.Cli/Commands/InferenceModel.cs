using Aha.Generation;
using Aha.Models;
using Aha.Models.Checkpoints;

namespace Aha.Cli.Commands;

/// <summary>A stored model, loaded to be run and not trained.</summary>
internal static class InferenceModel
{
    /// <summary>Estimates memory, tells stderr, and loads; matrices keep their file's precision.</summary>
    /// <param name="positions">Of the longest sequence; the model's own where it has fewer.</param>
    /// <param name="sequences">Decoded at once.</param>
    public static RolloutEngine Open(string path, int positions, int sequences)
    {
        using StoredModel model = StoredModel.Open(path, Console.Error.WriteLine);
        long bytes = RolloutEngine.EstimateBytes(model, Math.Min(positions, model.Config.MaxPositionEmbeddings), sequences);
        Console.Error.WriteLine(ModelMemory.RequireToRun(model.Description, model.Config, bytes));
        return new RolloutEngine(model);
    }
}
