using Aha.Generation.Kernels;
using Aha.Models;

namespace Aha.Generation.Decoding.FeedForward;

/// <summary>SwiGLU: gate and up interleaved by sixteen columns, so that one pass gives both halves.</summary>
internal sealed class PackedGated(int width, int inner, WeightPacker packer) : PackedFeedForward
{
    public int Inner => inner;

    public PackedMatrix GateUp { get; } = packer.ReserveMatrix(2 * Lanes.RoundUp(inner), width);

    public PackedMatrix Down { get; } = packer.ReserveMatrix(width, inner);

    public override void Load(IModelWeights weights, string prefix, WeightPacker packer)
    {
        static int Place(int row) => row / Lanes.Count * 2 * Lanes.Count + row % Lanes.Count;

        packer.Pack(WeightPacker.Read(weights, prefix + "gate_proj.weight", (long)inner * width), GateUp, Place);
        packer.Pack(WeightPacker.Read(weights, prefix + "up_proj.weight", (long)inner * width), GateUp, row => Place(row) + Lanes.Count);
        packer.Pack(WeightPacker.Read(weights, prefix + "down_proj.weight", (long)width * inner), Down);
    }
}
