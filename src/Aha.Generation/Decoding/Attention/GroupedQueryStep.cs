using System.Runtime.CompilerServices;
using Aha.Generation.Kernels;
using Aha.Generation.Memory;
using Aha.Models;

namespace Aha.Generation.Decoding.Attention;

/// <inheritdoc cref="AttentionStep{TSimd, TVector}"/>
internal sealed unsafe class GroupedQueryStep<TSimd, TVector> : AttentionStep<TSimd, TVector>
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    private readonly ModelConfig _config;
    private readonly RopeTable _rope;
    private readonly KvLayout _layout;
    private readonly MatrixProduct<TSimd, TVector> _product;
    private readonly PackedGroupedQueries[] _layers;
    private readonly NativeBuffer<float> _scratch;
    private readonly int _width, _qkvStride, _mixedStride;
    private readonly float* _qkv, _mixed;

    public GroupedQueryStep(
        ModelConfig config, PackedWeights weights, MatrixProduct<TSimd, TVector> product, RopeTable rope, KvLayout layout, int maxRows, int mostMembers)
        : base(config, layout, product, mostMembers)
    {
        (_config, _product, _rope, _layout, _width) = (config, product, rope, layout, weights.Width);
        _layers = [.. weights.Layers.Select(layer => (PackedGroupedQueries)layer.Attention)];
        _qkvStride = weights.RoundUp((config.NumAttentionHeads + 2 * config.NumKeyValueHeads) * config.HeadDim);
        _mixedStride = Lanes.RoundUp(config.NumAttentionHeads * config.HeadDim) + Lanes.Count;
        _scratch = new NativeBuffer<float>((long)maxRows * (_qkvStride + _mixedStride));
        _qkv = _scratch.Pointer;
        _mixed = _qkv + (long)maxRows * _qkvStride;
    }

    public override void Run(int layer, Row* rows, int count, float* normed, float* x)
    {
        PackedGroupedQueries weights = _layers[layer];
        _product.Run(normed, _width, count, weights.Projection, _qkv, _qkvStride, weights.Bias, 0);
        Attend(layer, rows, count, _qkv, _qkvStride, _mixed, _mixedStride, _config.HeadDim);
        _product.Run(_mixed, _mixedStride, count, weights.Output, x, _width, x, _width);
    }

    public override void Dispose()
    {
        base.Dispose();
        _scratch.Dispose();
    }

    /// <summary>Normalises and rotates a row's q and k, scales q for the softmax, and writes k and v to the cache.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void Cache(int layer, int r, Row row)
    {
        PackedGroupedQueries weights = _layers[layer];
        float* q = _qkv + (long)r * _qkvStride;
        int headDim = _config.HeadDim, heads = _config.NumAttentionHeads, kvHeads = _config.NumKeyValueHeads;
        float* k = q + heads * headDim;
        float* v = k + kvHeads * headDim;
        if (_config.QueryKeyNorm)
        {
            Elementwise<TSimd, TVector>.RmsNormHeads(q, heads, headDim, weights.QueryNorm, (float)_config.RmsNormEps);
            Elementwise<TSimd, TVector>.RmsNormHeads(k, kvHeads, headDim, weights.KeyNorm, (float)_config.RmsNormEps);
        }

        float* cos = _rope.Cos(row.Position), sin = _rope.Sin(row.Position);
        Elementwise<TSimd, TVector>.Rotate(q, heads, headDim / 2, cos, sin, 1f / MathF.Sqrt(headDim));
        Elementwise<TSimd, TVector>.Rotate(k, kvHeads, headDim / 2, cos, sin, 1f);

        byte* keys = Keys(row, layer);
        for (int h = 0; h < kvHeads; h++, keys += _layout.HeadBytes, k += headDim, v += headDim)
        {
            StoreKey(k, headDim, keys);
            StoreValue(v, headDim, Values(keys, row));
        }
    }
}
