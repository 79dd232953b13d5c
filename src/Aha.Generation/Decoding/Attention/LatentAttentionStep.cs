using System.Runtime.CompilerServices;
using Aha.Generation.Kernels;
using Aha.Generation.Memory;
using Aha.Models;
using Aha.Models.Rotary;

namespace Aha.Generation.Decoding.Attention;

/// <inheritdoc cref="AttentionStep{TSimd, TVector}"/>
internal sealed unsafe class LatentAttentionStep<TSimd, TVector> : AttentionStep<TSimd, TVector>
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    private readonly ModelConfig _config;
    private readonly LatentAttentionConfig _latent;
    private readonly RopeTable _rope;
    private readonly KvLayout _layout;
    private readonly MatrixProduct<TSimd, TVector> _product;
    private readonly PackedLatentAttention[] _layers;
    private readonly NativeBuffer<float> _scratch;
    private readonly float _scale;
    private readonly int _width, _downStride, _queryStride, _rotaryStride, _keyValueStride, _mixedStride;
    private readonly float* _down, _query, _rotary, _keyValue, _mixed, _zeros;

    public LatentAttentionStep(
        ModelConfig config, LatentAttentionConfig latent, PackedWeights weights, MatrixProduct<TSimd, TVector> product, RopeTable rope, KvLayout layout, int maxRows,
        int mostMembers)
        : base(config, layout, product, mostMembers)
    {
        (_config, _latent, _product, _rope, _layout, _width) = (config, latent, product, rope, layout, weights.Width);
        _layers = [.. weights.Layers.Select(layer => (PackedLatentAttention)layer.Attention)];
        _scale = (float)(RotaryFrequencies.SoftmaxFactor(config) / Math.Sqrt(layout.KeyDim));
        int heads = config.NumAttentionHeads;
        _downStride = weights.RoundUp(Math.Max(latent.QueryRank ?? 0, latent.KeyValueRank));
        _queryStride = weights.RoundUp(heads * layout.KeyDim);
        _rotaryStride = weights.RoundUp(config.HeadDim);
        _keyValueStride = weights.RoundUp(heads * (latent.PlainHeadDim + latent.ValueHeadDim));
        _mixedStride = Lanes.RoundUp(heads * latent.ValueHeadDim) + Lanes.Count;
        int zeros = Math.Max(Math.Max(_downStride, _queryStride), Math.Max(_rotaryStride, _keyValueStride));
        _scratch = new NativeBuffer<float>((long)maxRows * (_downStride + _queryStride + _rotaryStride + _keyValueStride + _mixedStride) + zeros);
        _down = _scratch.Pointer;
        _query = _down + (long)maxRows * _downStride;
        _rotary = _query + (long)maxRows * _queryStride;
        _keyValue = _rotary + (long)maxRows * _rotaryStride;
        _mixed = _keyValue + (long)maxRows * _keyValueStride;
        _zeros = _mixed + (long)maxRows * _mixedStride;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run(int layer, Row* rows, int count, float* normed, float* x)
    {
        PackedLatentAttention weights = _layers[layer];
        if (_latent.QueryRank is int queryRank)
        {
            Compress(normed, count, weights.QueryDown, weights.QueryNorm, queryRank);
            Multiply(_down, _downStride, count, weights.Query, _query, _queryStride);
        }
        else
        {
            Multiply(normed, _width, count, weights.Query, _query, _queryStride);
        }

        Multiply(normed, _width, count, weights.RotaryKey, _rotary, _rotaryStride);
        Compress(normed, count, weights.KeyValueDown, weights.KeyValueNorm, _latent.KeyValueRank);
        Multiply(_down, _downStride, count, weights.KeyValue, _keyValue, _keyValueStride);
        Attend(layer, rows, count, _query, _queryStride, _mixed, _mixedStride, _latent.ValueHeadDim);
        _product.Run(_mixed, _mixedStride, count, weights.Output, x, _width, x, _width);
    }

    public override void Dispose()
    {
        base.Dispose();
        _scratch.Dispose();
    }

    private void Compress(float* normed, int count, PackedMatrix down, float* norm, int rank)
    {
        Multiply(normed, _width, count, down, _down, _downStride);
        for (int r = 0; r < count; r++)
        {
            float* row = _down + (long)r * _downStride;
            Elementwise<TSimd, TVector>.RmsNorm(row, norm, row, rank, Lanes.RoundUp(rank), (float)_config.RmsNormEps);
        }
    }

    private void Multiply(float* x, int xStride, int count, PackedMatrix w, float* y, int yStride) =>
        _product.Run(x, xStride, count, w, y, yStride, _zeros, 0);

    /// <summary>Rotates the rotary parts of a row's queries and its key, and scales the queries for the softmax.</summary>
    private void Turn(int position, float* query, float* key)
    {
        float* cos = _rope.Cos(position), sin = _rope.Sin(position);
        Elementwise<TSimd, TVector>.Rotate(key, 1, _config.HeadDim / 2, cos, sin, 1f);
        for (int h = 0; h < _config.NumAttentionHeads; h++, query += _layout.KeyDim)
        {
            for (int d = 0; d < _latent.PlainHeadDim; d++) query[d] *= _scale;
            Elementwise<TSimd, TVector>.Rotate(query + _latent.PlainHeadDim, 1, _config.HeadDim / 2, cos, sin, _scale);
        }
    }

    /// <summary>Writes every head's key, its plain part and the shared rotary one, and its value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void Cache(int layer, int r, Row row)
    {
        float* keyValue = _keyValue + (long)r * _keyValueStride, rotary = _rotary + (long)r * _rotaryStride;
        Turn(row.Position, _query + (long)r * _queryStride, rotary);
        byte* keys = Keys(row, layer);
        for (int h = 0; h < _config.NumAttentionHeads; h++, keys += _layout.HeadBytes)
        {
            StoreKey(keyValue, _latent.PlainHeadDim, keys);
            StoreKey(rotary, _config.HeadDim, keys + _latent.PlainHeadDim * KvLayout.Positions * _layout.Size);
            keyValue += _latent.PlainHeadDim;
            StoreValue(keyValue, _latent.ValueHeadDim, Values(keys, row));
            keyValue += _latent.ValueHeadDim;
        }
    }
}
