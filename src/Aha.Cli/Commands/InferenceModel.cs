using Aha.Generation;
using Aha.Models;
using Aha.Models.Checkpoints;

namespace Aha.Cli.Commands;

/// <summary>A stored model, loaded to be run and not trained.</summary>
internal static class InferenceModel
{
    /// <summary>Estimates memory, tells stderr, and loads; the trainable copy is given back as soon as the engine has its own.</summary>
    /// <param name="positions">Of the longest sequence; the model's own where it has fewer.</param>
    /// <param name="sequences">Decoded at once.</param>
    public static RolloutEngine Open(string path, int positions, int sequences)
    {
        ModelConfig config;
        using (ModelCheckpoint checkpoint = ModelCheckpoint.Open(path))
        {
            config = checkpoint.Config;
        }

        long engineBytes = RolloutEngine.EstimateBytes(config, Math.Min(positions, config.MaxPositionEmbeddings), sequences);
        using CausalLanguageModel model = CausalLanguageModel.Load(path, Console.Error.WriteLine, engineBytes);
        var engine = new RolloutEngine(model.Config);
        engine.LoadWeights(model, policyVersion: 0);
        return engine;
    }
}
