using Aha.Models;

namespace Aha.Generation.Decoding.FeedForward;

/// <summary>A router, its selection bias, the routed experts and, where there are any, the shared ones as one.</summary>
internal sealed unsafe class PackedExperts : PackedFeedForward
{
    private readonly ModelConfig _config;
    private readonly ExpertsConfig _experts;
    private readonly nint _bias;

    public PackedExperts(ModelConfig config, ExpertsConfig experts, WeightPacker packer)
    {
        (_config, _experts) = (config, experts);
        Router = packer.ReserveMatrix(experts.Routed, config.HiddenSize);
        _bias = packer.ReserveRow(experts.Routed);
        Routed = [.. Enumerable.Range(0, experts.Routed).Select(_ => new PackedGated(config.HiddenSize, experts.IntermediateSize, packer))];
        Shared = experts.Shared == 0 ? null : new PackedGated(config.HiddenSize, experts.Shared * experts.IntermediateSize, packer);
    }

    public PackedMatrix Router { get; }

    public IReadOnlyList<PackedGated> Routed { get; }

    public PackedGated? Shared { get; }

    public float* SelectionBias => (float*)_bias;

    public override void Load(IModelWeights weights, string prefix, WeightPacker packer)
    {
        packer.Pack(WeightPacker.Read(weights, prefix + "gate.weight", (long)_experts.Routed * _config.HiddenSize), Router);
        WeightPacker.Copy(weights, prefix + "gate.e_score_correction_bias", _bias, _experts.Routed);
        for (int e = 0; e < Routed.Count; e++) Routed[e].Load(weights, $"{prefix}experts.{e}.", packer);
        Shared?.Load(weights, prefix + "shared_experts.", packer);
    }
}
