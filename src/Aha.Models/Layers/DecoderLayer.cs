using Aha.Models.Attention;
using Aha.Models.FeedForward;
using Aha.Models.Kernels;
using Aha.Tensors;
using static TorchSharp.torch;

namespace Aha.Models.Layers;

/// <summary>One layer: attention and feed-forward, each behind a norm and added to the residual stream.</summary>
internal sealed class DecoderLayer
{
    private const string AttentionNorm = "input_layernorm.weight";
    private const string FeedForwardNorm = "post_attention_layernorm.weight";
    private readonly ModelConfig _config;
    private readonly string _prefix;
    private readonly IAttention _attention;
    private readonly IFeedForward _feedForward;

    private DecoderLayer(ModelConfig config, int index, IAttention attention, IFeedForward feedForward)
    {
        (_config, _prefix, _attention, _feedForward) = (config, Prefix(index), attention, feedForward);
        Parameters =
        [
            .. new ParameterGroup[] { new(AttentionNorm, config.HiddenSize), new(FeedForwardNorm, config.HiddenSize) }
                .Concat(attention.Parameters).Concat(feedForward.Parameters).Select(group => group.Under(_prefix)),
        ];
    }

    /// <summary>All weights of the layer, by their full names.</summary>
    public IReadOnlyList<ParameterGroup> Parameters { get; }

    public static string Prefix(int index) => $"model.layers.{index}.";

    public static IEnumerable<DecoderLayer> All(ModelConfig config) => Enumerable.Range(0, config.NumHiddenLayers).Select(i => At(config, i));

    /// <summary>A layer as the configuration wants it there; beyond the last one, as a next-token predictor's.</summary>
    public static DecoderLayer At(ModelConfig config, int index) => new(
        config,
        index,
        config.LatentAttention is { } latent ? new MultiHeadLatentAttention(config, latent) : new GroupedQueryAttention(config),
        config.Experts is { } experts && index >= experts.FirstDenseLayers
            ? new MixtureOfExperts(config, experts)
            : new GatedFeedForward("mlp.", config.HiddenSize, config.IntermediateSize));

    /// <summary>The residual stream [B*T, D] fp32 after this layer.</summary>
    public Tensor Forward(Tensor x, WeightViews model, ForwardPass pass)
    {
        WeightViews weights = model.Under(_prefix);
        Tensor h = FusedOperators.RmsNorm(x, weights[AttentionNorm], _config.RmsNormEps, pass.Precision);
        x = x.Plus(_attention.Forward(h, weights, pass));
        h = FusedOperators.RmsNorm(x, weights[FeedForwardNorm], _config.RmsNormEps, pass.Precision);
        return x.Plus(_feedForward.Forward(h, weights, pass));
    }
}
