using Aha.Models;

namespace Aha.Generation.Decoding.FeedForward;

/// <summary>A router, its selection bias, the routed experts and, where there are any, the shared ones as one.</summary>
internal sealed unsafe class PackedExperts : PackedFeedForward
{
    private readonly ExpertsConfig _experts;
    private readonly string _prefix;
    private readonly nint _bias;

    /// <param name="prefix">Of the tensors' names.</param>
    public PackedExperts(ModelConfig config, ExpertsConfig experts, string prefix, WeightPacker packer)
    {
        (_experts, _prefix) = (experts, prefix);
        Router = packer.ReserveMatrix(experts.Routed, config.HiddenSize, prefix + "gate.weight");
        _bias = packer.ReserveRow(experts.Routed);
        Routed = [.. Enumerable.Range(0, experts.Routed).Select(e => new PackedGated(config.HiddenSize, experts.IntermediateSize, $"{prefix}experts.{e}.", packer))];
        Shared = experts.Shared == 0 ? null : new PackedGated(config.HiddenSize, experts.Shared * experts.IntermediateSize, prefix + "shared_experts.", packer);
    }

    public PackedMatrix Router { get; }

    public IReadOnlyList<PackedGated> Routed { get; }

    public PackedGated? Shared { get; }

    public float* SelectionBias => (float*)_bias;

    public override void Load(IModelWeights weights)
    {
        WeightPacker.Pack(weights, _prefix + "gate.weight", _experts.Routed, Router);
        WeightPacker.Copy(weights, _prefix + "gate.e_score_correction_bias", _bias, _experts.Routed);
        foreach (PackedGated expert in Routed) expert.Load(weights);
        Shared?.Load(weights);
    }
}
