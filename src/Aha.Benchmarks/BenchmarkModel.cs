using Aha.Generation;
using Aha.Models;
using Aha.Models.Checkpoints;

namespace Aha.Benchmarks;

/// <summary>A model whose speed is measured, with what its arithmetic costs.</summary>
/// <param name="Path">Where a stored model lies; null for a made-up one.</param>
public sealed record BenchmarkModel(string Name, ModelConfig Config, string? Path)
{
    /// <summary>Made-up models of fixed shapes: N is the nano recipe's (0.7 million parameters), M seven times its size.</summary>
    public static IReadOnlyList<BenchmarkModel> Known { get; } =
    [
        new("N", new ModelConfig
        {
            VocabSize = 144, HiddenSize = 128, IntermediateSize = 256, NumHiddenLayers = 4, NumAttentionHeads = 4, NumKeyValueHeads = 4, HeadDim = 32,
        }, null),
        new("M", new ModelConfig
        {
            VocabSize = 512, HiddenSize = 256, IntermediateSize = 688, NumHiddenLayers = 6, NumAttentionHeads = 8, NumKeyValueHeads = 4, HeadDim = 32,
        }, null),
    ];

    /// <summary>
    /// Parameters that take part in matrix products, the embedding once, as the output matrix: what the arithmetic limit counts (2 FLOP a parameter and
    /// token forward, 6 in training).
    /// </summary>
    public long Parameters
    {
        get
        {
            ModelConfig c = Config;
            long attention = (long)c.HiddenSize * c.HeadDim * 2 * (c.NumAttentionHeads + c.NumKeyValueHeads);
            return c.NumHiddenLayers * (attention + 3L * c.HiddenSize * c.IntermediateSize) + (long)c.VocabSize * c.HiddenSize;
        }
    }

    /// <summary>One of <see cref="Known"/>, or a stored model: a folder, or a GGUF file.</summary>
    /// <exception cref="ModelFormatException">Neither a known name nor a stored model.</exception>
    public static BenchmarkModel Find(string nameOrPath) =>
        Known.FirstOrDefault(m => m.Name == nameOrPath)
        ?? new(System.IO.Path.GetFileName(System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(nameOrPath))), ModelCheckpoint.ReadConfig(nameOrPath), nameOrPath);

    /// <summary>Freshly initialised where the model is a made-up one: speed does not depend on the weights' values.</summary>
    public CausalLanguageModel Create() => Path is null ? CausalLanguageModel.Create(Config, seed: 1) : CausalLanguageModel.Load(Path);

    /// <summary>An engine that only generates: unless it is to round them, a stored model's matrices stay in their file's precision.</summary>
    public RolloutEngine CreateEngine(RolloutEngineOptions options)
    {
        if (Path is not null && options.Precision == RolloutPrecision.Fp32)
        {
            using StoredModel stored = StoredModel.Open(Path);
            return new RolloutEngine(stored, options);
        }

        using CausalLanguageModel model = Create();
        var engine = new RolloutEngine(Config, options);
        engine.LoadWeights(model, policyVersion: 0);
        return engine;
    }
}
