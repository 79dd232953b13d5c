using Aha.Models.Layers;
using Aha.Tensors;
using static TorchSharp.torch;

namespace Aha.Models.FeedForward;

/// <summary>
/// Routed and shared experts (DeepSeek-V3, arXiv 2412.19437, section 2.1.2). The gradient reaches the router through the chosen experts' weights; the
/// selection bias has none.
/// </summary>
internal sealed class MixtureOfExperts : IFeedForward
{
    private const string Router = "mlp.gate.weight";
    private const string SelectionBias = "mlp.gate.e_score_correction_bias";
    private readonly ModelConfig _config;
    private readonly ExpertsConfig _experts;
    private readonly GatedFeedForward[] _routed;
    private readonly GatedFeedForward? _shared;

    public MixtureOfExperts(ModelConfig config, ExpertsConfig experts)
    {
        (_config, _experts) = (config, experts);
        _routed = [.. Enumerable.Range(0, experts.Routed).Select(e => new GatedFeedForward($"mlp.experts.{e}.", config.HiddenSize, experts.IntermediateSize))];
        _shared = experts.Shared == 0 ? null : new("mlp.shared_experts.", config.HiddenSize, (long)experts.Shared * experts.IntermediateSize);
    }

    public IEnumerable<ParameterGroup> Parameters =>
    [
        new(Router, _experts.Routed, _config.HiddenSize) { KeepFloat32 = true },
        new(SelectionBias, _experts.Routed) { KeepFloat32 = true },
        .. _routed.SelectMany(expert => expert.Parameters),
        .. _shared?.Parameters ?? [],
    ];

    public Tensor Forward(Tensor h, WeightViews weights, ForwardPass pass)
    {
        long rows = h.shape[0];
        Tensor scores = nn.functional.linear(h.to(ScalarType.Float32), weights[Router]).sigmoid();
        int[] chosen = Choose(scores, weights[SelectionBias]);
        Tensor share = scores.gather(1, tensor(chosen, [rows, _experts.PerToken], ScalarType.Int64));
        if (_experts.NormaliseWeights) share = share.div(share.sum([1L], keepdim: true).add(Scalars.Of(1e-20), Scalars.Of(1L)));
        share = share.mul(Scalars.Of(_experts.ScalingFactor));

        // Assignments sorted by expert, so that each expert multiplies its rows at once.
        int[] order = [.. Enumerable.Range(0, chosen.Length).OrderBy(i => chosen[i])];
        long[] counts = new long[_experts.Routed];
        foreach (int expert in chosen) counts[expert]++;
        Tensor tokens = tensor(order.Select(i => (long)(i / _experts.PerToken)).ToArray());
        Tensor[] inputs = h.index_select(0, tokens).split(counts, 0);
        Tensor[] outputs = [.. inputs.Zip(_routed, (x, expert) => x.shape[0] == 0 ? x : expert.Forward(x, weights, pass))];
        Tensor weighted = cat(outputs, 0).to(ScalarType.Float32).mul(share.flatten().index_select(0, tensor(order, ScalarType.Int64)).unsqueeze(1));
        Tensor mixed = zeros(rows, _config.HiddenSize).index_add(0, tokens, weighted, Scalars.Of(1L));
        return _shared is null ? mixed : mixed.Plus(_shared.Forward(h, weights, pass));
    }

    private int[] Choose(Tensor scores, Tensor bias)
    {
        using Tensor biased = scores.detach().Plus(bias.detach()).contiguous();
        ReadOnlySpan<float> all = TensorMemory.Floats(biased);
        var chosen = new int[all.Length / _experts.Routed * _experts.PerToken];
        for (int row = 0; row < chosen.Length / _experts.PerToken; row++)
            ExpertRouter.Select(all.Slice(row * _experts.Routed, _experts.Routed), _experts, chosen.AsSpan(row * _experts.PerToken, _experts.PerToken));
        return chosen;
    }
}
