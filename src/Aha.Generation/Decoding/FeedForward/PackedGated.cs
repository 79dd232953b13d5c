using Aha.Generation.Kernels;
using Aha.Models;

namespace Aha.Generation.Decoding.FeedForward;

/// <summary>SwiGLU: gate and up interleaved by sixteen columns, so that one pass gives both halves.</summary>
/// <param name="prefix">Of the tensors' names.</param>
internal sealed class PackedGated(int width, int inner, string prefix, WeightPacker packer) : PackedFeedForward
{
    public int Inner => inner;

    public PackedMatrix GateUp { get; } = packer.ReserveMatrix(2 * Lanes.RoundUp(inner), width, prefix + "gate_proj.weight", prefix + "up_proj.weight");

    public PackedMatrix Down { get; } = packer.ReserveMatrix(width, inner, prefix + "down_proj.weight");

    public override void Load(IModelWeights weights)
    {
        static int Place(int row) => row / Lanes.Count * 2 * Lanes.Count + row % Lanes.Count;

        WeightPacker.Pack(weights, prefix + "gate_proj.weight", inner, GateUp, 0, inner, Place);
        WeightPacker.Pack(weights, prefix + "up_proj.weight", inner, GateUp, 0, inner, row => Place(row) + Lanes.Count);
        WeightPacker.Pack(weights, prefix + "down_proj.weight", width, Down);
    }
}
