using Aha.Generation.Kernels;

namespace Aha.Training.Fused;

/// <summary>What a layer leaves for the backward pass, row-major.</summary>
internal unsafe ref struct LayerActivations
{
    /// <summary>The residual stream before the layer <c>[rows, HiddenStride]</c>.</summary>
    public float* Input;

    /// <summary>Queries (rotated and scaled), keys (rotated), values <c>[rows, QkvStride]</c>.</summary>
    public float* Qkv;

    /// <summary>The heads' outputs <c>[rows, QStride]</c>.</summary>
    public float* Mixed;

    /// <summary>The residual stream between attention and MLP <c>[rows, HiddenStride]</c>.</summary>
    public float* Middle;

    /// <summary>Before the nonlinearity <c>[rows, GateUpStride]</c>.</summary>
    public float* GateUp;

    /// <summary>Of the attention's softmax <c>[rows, heads]</c>.</summary>
    public float* LogSums;
}

internal sealed unsafe partial class DecoderPass<TSimd, TVector>
{
    // Where layers are computed again, what one of them leaves beside its input.
    private float* _layer;
    private float* _normed, _inner, _dx, _dNormed, _dQkv, _dMixed, _dGateUp;

    private long InputFloats(int rows) => (long)rows * _shape.HiddenStride;

    private long RestFloats(int rows) => (long)rows * (_shape.KeptByLayer - _shape.HiddenStride) + Arena.RoundUp((long)rows * _shape.Heads);

    private long LayerFloats(int rows) => InputFloats(rows) + (checkpointing ? 0 : RestFloats(rows));

    private long Footprint(TokenBlock block) =>
        LayerFloats(block.Rows) * _shape.Layers + InputFloats(block.Rows) + 4 * Arena.RoundUp(block.TargetCount);

    /// <summary>After the last layer's activations comes the residual stream that it wrote, as the input of one layer more.</summary>
    private LayerActivations At(TokenBlock block, int layer)
    {
        DecoderShape s = _shape;
        nint rows = block.Rows;
        float* input = block.Activations + (nint)LayerFloats(block.Rows) * layer;
        float* qkv = checkpointing ? _layer : input + rows * s.HiddenStride;
        float* mixed = qkv + rows * s.QkvStride;
        float* middle = mixed + rows * s.QStride;
        float* gateUp = middle + rows * s.HiddenStride;
        return new LayerActivations { Input = input, Qkv = qkv, Mixed = mixed, Middle = middle, GateUp = gateUp, LogSums = gateUp + rows * s.GateUpStride };
    }

    private void ReserveScratch(IReadOnlyList<TokenBlock> blocks)
    {
        DecoderShape s = _shape;
        int rows = blocks.Max(block => block.Rows);
        _attention.EnsureLength(blocks.Max(block => block.Longest));
        _scratch.Reset(
            (long)rows * (3 * s.HiddenStride + s.InnerStride + s.QkvStride + s.QStride + s.GateUpStride) + 7 * Lanes.Count + (checkpointing ? RestFloats(rows) : 0));
        _normed = _scratch.Take((long)rows * s.HiddenStride);
        _inner = _scratch.Take((long)rows * s.InnerStride);
        _dx = _scratch.Take((long)rows * s.HiddenStride);
        _dNormed = _scratch.Take((long)rows * s.HiddenStride);
        _dQkv = _scratch.Take((long)rows * s.QkvStride);
        _dMixed = _scratch.Take((long)rows * s.QStride);
        _dGateUp = _scratch.Take((long)rows * s.GateUpStride);
        if (checkpointing) _layer = _scratch.Take(RestFloats(rows));
    }
}
