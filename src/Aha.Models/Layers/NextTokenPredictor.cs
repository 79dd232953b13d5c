using Aha.Models.Kernels;
using Aha.Tensors;
using static TorchSharp.torch;

namespace Aha.Models.Layers;

/// <summary>
/// One module of multi-token prediction (DeepSeek-V3, arXiv 2412.19437, section 2.2): the hidden state of a position and the embedding of a later token
/// are joined and run through a layer of its own. Embedding and output matrix are the model's. It lies behind the last layer in the checkpoint.
/// </summary>
internal sealed class NextTokenPredictor
{
    private const string EmbeddingNorm = "enorm.weight";
    private const string HiddenNorm = "hnorm.weight";
    private const string Projection = "eh_proj.weight";
    private const string FinalNorm = "shared_head.norm.weight";
    private readonly ModelConfig _config;
    private readonly string _prefix;
    private readonly DecoderLayer _layer;

    private NextTokenPredictor(ModelConfig config, int index)
    {
        long d = config.HiddenSize;
        int place = config.NumHiddenLayers + index;
        (_config, _prefix, _layer) = (config, DecoderLayer.Prefix(place), DecoderLayer.At(config, place));
        ParameterGroup[] own = [new(Projection, d, 2 * d), new(EmbeddingNorm, d), new(HiddenNorm, d), new(FinalNorm, d)];
        Parameters = [.. own.Select(group => group.Under(_prefix)).Concat(_layer.Parameters).Select(group => group with { IsPredictor = true })];
    }

    /// <summary>All weights of the module, by their full names.</summary>
    public IReadOnlyList<ParameterGroup> Parameters { get; }

    /// <summary>Copies of the model's embedding and output matrix that checkpoints repeat here.</summary>
    public (string Embedding, string Head) SharedNames => (_prefix + "embed_tokens.weight", _prefix + "shared_head.head.weight");

    public static IEnumerable<NextTokenPredictor> All(ModelConfig config) => Enumerable.Range(0, config.NextTokenPredictors).Select(i => new NextTokenPredictor(config, i));

    /// <summary>The module's residual stream [B*T, D] fp32 from hidden states and later tokens' embeddings, both [B*T, D] fp32.</summary>
    public Tensor Forward(Tensor hidden, Tensor embedding, WeightViews model, ForwardPass pass)
    {
        WeightViews weights = model.Under(_prefix);
        // Checkpoints have the embedding's half of the matrix first, though the paper writes it second.
        Tensor joined = cat(
            [
                FusedOperators.RmsNorm(embedding, weights[EmbeddingNorm], _config.RmsNormEps, pass.Precision),
                FusedOperators.RmsNorm(hidden, weights[HiddenNorm], _config.RmsNormEps, pass.Precision),
            ],
            1);
        return _layer.Forward(nn.functional.linear(joined, weights[Projection]).to(ScalarType.Float32), model, pass);
    }

    /// <summary>What the output matrix is applied to, [N, D] fp32.</summary>
    public Tensor Normalise(Tensor x, WeightViews model) =>
        FusedOperators.RmsNorm(x, model.Under(_prefix)[FinalNorm], _config.RmsNormEps, ComputePrecision.Float32);
}
