using Aha.Generation.Kernels;
using Aha.Generation.Memory;
using Aha.Models;

namespace Aha.Generation.Decoding.Attention;

/// <summary>One thread's attention: writes keys and values of a call's rows to their caches and mixes what is cached, with scratch of its own.</summary>
internal abstract unsafe class AttentionStep<TSimd, TVector>(ModelConfig config, KvLayout layout) : IDisposable
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    private NativeBuffer<float> _scores = new(64);

    /// <summary>
    /// Adds the attention of one layer to the residual stream <paramref name="x"/>. <paramref name="normed"/> and x are <c>[rows, width]</c> with
    /// the packed weights' width.
    /// </summary>
    public abstract void Run(int layer, Row* rows, int count, float* normed, float* x);

    /// <summary>To be called before the first layer of rows that see so many positions.</summary>
    public void EnsurePositions(int positions)
    {
        // Attention works on four blocks of sixteen positions at a time.
        if (_scores.Length >= positions + 63) return;
        _scores.Dispose();
        _scores = new NativeBuffer<float>(2L * positions + 64);
    }

    public virtual void Dispose() => _scores.Dispose();

    /// <summary>Where a row's position lies in its block: a layer's first key head's keys, first dimension.</summary>
    protected float* Keys(Row row, int layer) =>
        row.Blocks[row.Position / KvLayout.Positions] + (long)layer * layout.LayerFloats + row.Position % KvLayout.Positions;

    /// <summary>Where the values of the head whose <see cref="Keys"/> these are begin for the same position.</summary>
    protected float* Values(float* keys, Row row)
    {
        int slot = row.Position % KvLayout.Positions;
        return keys - slot + layout.KeyDim * KvLayout.Positions + slot * layout.ValueStride;
    }

    /// <summary>Writes one value row. Whole vectors: what lands in the padding never reaches the output.</summary>
    protected static void StoreValue(float* value, int width, float* target)
    {
        for (int d = 0; d < width; d += Lanes.Count) TSimd.Store(TSimd.Load(value + d), target + d);
    }

    /// <summary>
    /// Mixes the cached values of all heads for one row. Queries <c>[heads, KeyDim]</c> are scaled; the output is <c>[heads, valueDim]</c> with room for
    /// a vector behind it.
    /// </summary>
    protected void Mix(Row row, int layer, float* queries, float* output, int valueDim)
    {
        int group = config.NumAttentionHeads / config.NumKeyValueHeads;
        // Ascending heads: the padding one writes behind its output is overwritten by the next.
        for (int h = 0; h < config.NumAttentionHeads; h++, queries += layout.KeyDim, output += valueDim)
        {
            nint keyOffset = (nint)layer * layout.LayerFloats + (nint)(h / group) * layout.HeadFloats;
            Attention<TSimd, TVector>.Attend(queries, row.Blocks, row.Position + 1, keyOffset, layout.KeyDim, layout.ValueStride, _scores.Pointer, output);
        }
    }
}
