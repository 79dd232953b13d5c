using Aha.Generation.Kernels;
using Aha.Generation.Memory;
using Aha.Generation.Scheduling;
using Aha.Models;
using Aha.Models.Kernels;
using Lanes = Aha.Generation.Kernels.Lanes;

namespace Aha.Generation.Decoding.Attention;

/// <summary>One thread's attention: writes keys and values of a call's rows to their caches and mixes what is cached, with scratch of its own.</summary>
internal abstract unsafe class AttentionStep<TSimd, TVector>(ModelConfig config, KvLayout layout, MatrixProduct<TSimd, TVector> product, int mostMembers)
    : ITeamWork, IDisposable
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    private NativeBuffer<float> _scores = new(64L * mostMembers);
    private Row* _rows;
    private int _count, _layer, _valueDim;
    private float* _queries, _outputs;
    private nint _queryStride, _outputStride;

    /// <summary>
    /// Adds the attention of one layer to the residual stream <paramref name="x"/>. <paramref name="normed"/> and x are <c>[rows, width]</c> with
    /// the packed weights' width.
    /// </summary>
    public abstract void Run(int layer, Row* rows, int count, float* normed, float* x);

    /// <summary>To be called before the first layer of rows that see so many positions.</summary>
    public void EnsurePositions(int positions)
    {
        // Attention works on four blocks of sixteen positions at a time.
        if (_scores.Length >= (positions + 63L) * mostMembers) return;
        _scores.Dispose();
        _scores = new NativeBuffer<float>((2L * positions + 64) * mostMembers);
    }

    public virtual void Dispose() => _scores.Dispose();

    /// <summary>Where a row's position lies in its block: a layer's first key head's keys, first dimension.</summary>
    protected byte* Keys(Row row, int layer) =>
        (byte*)row.Blocks[row.Position / KvLayout.Positions] + (long)layer * layout.LayerBytes + row.Position % KvLayout.Positions * layout.Size;

    /// <summary>Where the values of the head whose <see cref="Keys"/> these are begin for the same position.</summary>
    protected byte* Values(byte* keys, Row row)
    {
        int slot = row.Position % KvLayout.Positions;
        return keys + (layout.KeyDim * KvLayout.Positions + slot * (layout.ValueStride - 1)) * layout.Size;
    }

    /// <summary>Writes a part of one position's key, dimension below dimension.</summary>
    protected void StoreKey(float* key, int width, byte* target)
    {
        if (layout.IsHalf)
        {
            var column = (ushort*)target;
            for (int d = 0; d < width; d++, column += KvLayout.Positions) *column = BFloat16Rows.Round(key[d]);
        }
        else
        {
            var column = (float*)target;
            for (int d = 0; d < width; d++, column += KvLayout.Positions) *column = key[d];
        }
    }

    /// <summary>Writes one value row. Whole vectors: what lands in the padding never reaches the output.</summary>
    protected void StoreValue(float* value, int width, byte* target)
    {
        if (layout.IsHalf) BFloat16Rows.Narrow(value, target, Lanes.RoundUp(width));
        else StoreFloats(value, width, (float*)target);
    }

    private static void StoreFloats(float* value, int width, float* target)
    {
        for (int d = 0; d < width; d += Lanes.Count) TSimd.Store(TSimd.Load(value + d), target + d);
    }

    /// <summary>Writes row <paramref name="r"/>'s keys and values to its cache and makes its queries ready for <see cref="Mix"/>.</summary>
    protected abstract void Cache(int layer, int r, Row row);

    /// <summary>
    /// Caches all rows, and mixes for each the cached values of all heads. Queries <c>[heads, KeyDim]</c> are scaled; a row's output is <c>[heads, valueDim]</c>
    /// with room for a vector behind it.
    /// </summary>
    protected void Attend(int layer, Row* rows, int count, float* queries, nint queryStride, float* outputs, nint outputStride, int valueDim)
    {
        _rows = rows;
        _queries = queries;
        _outputs = outputs;
        (_count, _layer, _valueDim, _queryStride, _outputStride) = (count, layer, valueDim, queryStride, outputStride);
        if (product.Team is not { } team)
        {
            // Row by row: what has just been written is mixed while it is in the processor's cache. Rows of one sequence come in ascending order.
            for (int r = 0; r < count; r++)
            {
                Cache(layer, r, rows[r]);
                Mix(r, 0, config.NumAttentionHeads, _scores.Pointer);
            }

            return;
        }

        // A row looks no further than its own position, whatever is cached behind it by then.
        for (int r = 0; r < count; r++) Cache(layer, r, rows[r]);
        team.Run(this, team.Pieces(count * (WholeVectors ? config.NumAttentionHeads : 1)));
    }

    // Each head's output ends where the next begins: only then can they be written in any order.
    private bool WholeVectors => _valueDim % Lanes.Count == 0;

    void ITeamWork.Run(int piece, int pieces, int member)
    {
        int heads = WholeVectors ? config.NumAttentionHeads : 1;
        int end = (int)((long)_count * heads * (piece + 1) / pieces);
        float* scores = _scores.Pointer + _scores.Length / mostMembers / Lanes.Count * Lanes.Count * member;
        for (int i = (int)((long)_count * heads * piece / pieces); i < end; i++)
        {
            if (heads == 1) Mix(i, 0, config.NumAttentionHeads, scores);
            else Mix(i / heads, i % heads, i % heads + 1, scores);
        }
    }

    private void Mix(int r, int firstHead, int endHead, float* scores)
    {
        Row row = _rows[r];
        int group = config.NumAttentionHeads / config.NumKeyValueHeads;
        float* queries = _queries + r * _queryStride, output = _outputs + r * _outputStride;
        // Ascending heads: the padding one writes behind its output is overwritten by the next.
        for (int h = firstHead; h < endHead; h++)
        {
            nint keyOffset = (nint)_layer * layout.LayerBytes + (nint)(h / group) * layout.HeadBytes;
            float* query = queries + h * layout.KeyDim, mixed = output + h * _valueDim;
            if (layout.IsHalf)
                Attention<TSimd, TVector, CachedHalves<TSimd, TVector>>.Attend(query, row.Blocks, row.Position + 1, keyOffset, layout.KeyDim, layout.ValueStride, scores, mixed);
            else
                Attention<TSimd, TVector, CachedFloats<TSimd, TVector>>.Attend(query, row.Blocks, row.Position + 1, keyOffset, layout.KeyDim, layout.ValueStride, scores, mixed);
        }
    }
}
