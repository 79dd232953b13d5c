using Aha.Generation.Kernels;
using Aha.Models;

namespace Aha.Generation.Memory;

/// <summary>
/// One block of the KV cache holds sixteen positions of every layer: <c>[layer, kv head]</c> of keys <c>[KeyDim, 16]</c>
/// (transposed, so that sixteen scores are one vector) followed by values <c>[16, ValueStride]</c>. Latent attention caches every head's keys and
/// values as attention reads them, not the compressed rows.
/// </summary>
/// <param name="half">Keys and values in bf16 in place of fp32.</param>
internal sealed class KvLayout(ModelConfig config, bool half = false)
{
    public const int Positions = Lanes.Count;

    public int KeyDim { get; } = config.HeadDim + (config.LatentAttention?.PlainHeadDim ?? 0);

    /// <summary>The width of a value rounded up to whole vectors; what the padding holds does not matter.</summary>
    public int ValueStride { get; } = Lanes.RoundUp(config.LatentAttention?.ValueHeadDim ?? config.HeadDim);

    public bool IsHalf => half;

    /// <summary>Bytes of a number.</summary>
    public int Size => half ? sizeof(ushort) : sizeof(float);

    public int HeadBytes => (KeyDim + ValueStride) * Positions * Size;

    public int LayerBytes => HeadBytes * config.NumKeyValueHeads;

    public int BlockFloats => LayerBytes * config.NumHiddenLayers / sizeof(float);

    public static int BlocksFor(int positions) => (positions + Positions - 1) / Positions;
}
