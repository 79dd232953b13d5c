using Aha.Models.Layers;

namespace Aha.Models;

/// <summary>Where one tensor lies in the flat parameter buffer.</summary>
/// <param name="Name">Hugging Face name.</param>
/// <param name="Offset">First element.</param>
/// <param name="Shape">Row-major, [out, in] for matrices.</param>
/// <param name="WeightDecay">Whether weight decay applies: to matrices, not to norms and biases.</param>
public sealed record ParameterSlice(string Name, long Offset, IReadOnlyList<long> Shape, bool WeightDecay)
{
    public long Count { get; } = Shape.Aggregate(1L, (product, size) => product * size);
}

/// <summary>
/// The order of all weights in one buffer. Matrices come first, so that weight decay and the bf16 cast each take one slice, then those of next-token
/// predictors, then vectors; what is multiplied together lies together (<see cref="ParameterGroup"/>).
/// </summary>
internal static class ParameterLayout
{
    public const string Embedding = "model.embed_tokens.weight";
    public const string FinalNorm = "model.norm.weight";
    public const string Head = "lm_head.weight";
    public const string Score = "score.weight";

    public static IReadOnlyList<ParameterSlice> Of(ModelConfig config)
    {
        var slices = new List<ParameterSlice>();
        long offset = 0;
        foreach (ParameterGroup group in Groups(config))
        {
            foreach ((string name, long[] shape) in group.Tensors)
            {
                var slice = new ParameterSlice(name, offset, shape, WeightDecay: Section(group) == 0);
                slices.Add(slice);
                offset += slice.Count;
            }
        }
        return slices;
    }

    /// <summary>The groups in buffer order.</summary>
    public static IReadOnlyList<ParameterGroup> Groups(ModelConfig config)
    {
        var groups = new List<ParameterGroup> { new(Embedding, config.VocabSize, config.HiddenSize) };
        if (config.ScoreHead) groups.Add(new(Score, 1, config.HiddenSize));
        else if (!config.TieWordEmbeddings) groups.Add(new(Head, config.VocabSize, config.HiddenSize));
        groups.AddRange(DecoderLayer.All(config).SelectMany(layer => layer.Parameters));
        groups.Add(new(FinalNorm, config.HiddenSize));
        groups.AddRange(NextTokenPredictor.All(config).SelectMany(predictor => predictor.Parameters));
        return [.. groups.OrderBy(Section)];
    }

    /// <summary>0: matrices; 1: matrices of next-token predictors; 2: vectors.</summary>
    public static int Section(ParameterGroup group) => !group.IsMatrix ? 2 : group.IsPredictor ? 1 : 0;

    /// <summary>Parameters of a model of this shape, without overflow for sizes up to 2^24 and vocabularies up to 2^31.</summary>
    public static Int128 Count(ModelConfig config)
    {
        static Int128 Sum(IEnumerable<ParameterGroup> groups) => groups.Aggregate(Int128.Zero, (sum, group) => sum + group.Count);

        // Layers of a kind are alike, and a configuration may claim any number of them.
        int dense = config.Experts is { } experts ? Math.Min(experts.FirstDenseLayers, config.NumHiddenLayers) : config.NumHiddenLayers;
        int headRows = config.ScoreHead ? 1 : config.TieWordEmbeddings ? 0 : config.VocabSize;
        Int128 count = ((Int128)config.VocabSize + headRows + 1) * config.HiddenSize;
        if (dense > 0) count += dense * Sum(DecoderLayer.At(config, 0).Parameters);
        if (dense < config.NumHiddenLayers) count += (config.NumHiddenLayers - dense) * Sum(DecoderLayer.At(config, dense).Parameters);
        return count + Sum(NextTokenPredictor.All(config).SelectMany(predictor => predictor.Parameters));
    }
}
