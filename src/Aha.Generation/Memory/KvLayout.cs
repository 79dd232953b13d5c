using Aha.Generation.Kernels;
using Aha.Models;

namespace Aha.Generation.Memory;

/// <summary>
/// One block of the KV cache holds sixteen positions of every layer: <c>[layer, kv head]</c> of keys <c>[KeyDim, 16]</c>
/// (transposed, so that sixteen scores are one vector) followed by values <c>[16, ValueStride]</c>. Latent attention caches every head's keys and
/// values as attention reads them, not the compressed rows.
/// </summary>
internal sealed class KvLayout(ModelConfig config)
{
    public const int Positions = Lanes.Count;

    public int KeyDim { get; } = config.HeadDim + (config.LatentAttention?.PlainHeadDim ?? 0);

    /// <summary>The width of a value rounded up to whole vectors; what the padding holds does not matter.</summary>
    public int ValueStride { get; } = Lanes.RoundUp(config.LatentAttention?.ValueHeadDim ?? config.HeadDim);

    public int HeadFloats => (KeyDim + ValueStride) * Positions;

    public int LayerFloats => HeadFloats * config.NumKeyValueHeads;

    public int BlockFloats => LayerFloats * config.NumHiddenLayers;

    public static int BlocksFor(int positions) => (positions + Positions - 1) / Positions;
}
