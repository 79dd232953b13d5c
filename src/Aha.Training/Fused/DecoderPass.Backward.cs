using Aha.Generation.Kernels;
using Aha.Training.Fused.Kernels;

namespace Aha.Training.Fused;

internal sealed unsafe partial class DecoderPass<TSimd, TVector>
{
    public override void Backward(IReadOnlyList<TokenBlock> blocks, BatchOutputs outputs, BatchOutputs gradients, float inverseTemperature)
    {
        Gradients.Clear();
        if (blocks.Count == 0) return;
        ReserveScratch(blocks);
        foreach (TokenBlock block in blocks)
        {
            new Span<float>(_dx, block.Rows * _shape.HiddenStride).Clear();
            _head.Backward(
                At(block, _shape.Layers).Input, weights, Gradients, block.Targets, inverseTemperature, block.LogSums, outputs.Entropies,
                gradients.LogProbs, gradients.Entropies, _dx, _products);
            for (int l = _shape.Layers - 1; l >= 0; l--)
            {
                if (checkpointing) ForwardToGates(block, l);
                BackwardLayer(block, l);
            }

            EmbeddingGradient(block);
        }
    }

    /// <summary>_dx is the gradient of the layer's output before, of its input after.</summary>
    private void BackwardLayer(TokenBlock block, int index)
    {
        DecoderShape s = _shape;
        int rows = block.Rows, d = s.HiddenStride;
        ref readonly LayerWeights layer = ref weights.Layers[index];
        ref readonly LayerGradients sums = ref Gradients.Layers[index];
        LayerActivations at = At(block, index);

        using (OutputGradient dy = layer.Down.Prepare(_dx, d, rows, _products))
        {
            layer.Down.Backward(dy, _inner, s.InnerStride, _products);
            GatedUnit<TSimd, TVector>.Backward(at.GateUp, _inner, _dGateUp, rows, s.InnerStride);
            layer.Down.AddGradient(dy, _inner, s.InnerStride, sums.Down, _products);
        }

        Normalisation<TSimd, TVector>.Forward(at.Middle, layer.MlpNorm, _normed, rows, s.Hidden, d, s.Epsilon);
        PassBack(layer.GateUp, _dGateUp, s.GateUpStride, rows, _normed, d, sums.GateUp, _dNormed, d);
        Normalisation<TSimd, TVector>.Backward(at.Middle, layer.MlpNorm, _dNormed, _dx, sums.MlpNorm, rows, s.Hidden, d, s.Epsilon);

        PassBack(layer.Output, _dx, d, rows, at.Mixed, s.QStride, sums.Output, _dMixed, s.QStride);
        foreach (Segment segment in block.Segments) AttentionGradient(segment, at);
        if (s.Config.AttentionBias) AddRows(_dQkv, rows, s.QkvStride, sums.QkvBias);
        Normalisation<TSimd, TVector>.Forward(at.Input, layer.AttentionNorm, _normed, rows, s.Hidden, d, s.Epsilon);
        PassBack(layer.Qkv, _dQkv, s.QkvStride, rows, _normed, d, sums.Qkv, _dNormed, d);
        Normalisation<TSimd, TVector>.Backward(at.Input, layer.AttentionNorm, _dNormed, _dx, sums.AttentionNorm, rows, s.Hidden, d, s.Epsilon);
    }

    // dx = dy W, dW += dyᵀ x.
    private void PassBack(LinearWeight weight, float* dy, nint dys, int rows, float* x, nint xs, float* dw, float* dx, nint dxs)
    {
        using OutputGradient gradient = weight.Prepare(dy, dys, rows, _products);
        weight.AddGradient(gradient, x, xs, dw, _products);
        weight.Backward(gradient, dx, dxs, _products);
    }

    private void AttentionGradient(Segment segment, LayerActivations at)
    {
        DecoderShape s = _shape;
        nint first = segment.FirstRow;
        float* row = _dQkv + first * s.QkvStride;
        _attention.Backward(
            at.Qkv + first * s.QkvStride, segment.Rows, at.Mixed + first * s.QStride, at.LogSums + first * s.Heads, _dMixed + first * s.QStride, row);
        for (int t = 0; t < segment.Rows; t++, row += s.QkvStride)
        {
            Rotary<TSimd, TVector>.RotateBack(row, s.Heads, s.HeadDim / 2, rope.Cos(t), rope.Sin(t), _queryScale);
            Rotary<TSimd, TVector>.RotateBack(row + s.Q, s.KvHeads, s.HeadDim / 2, rope.Cos(t), rope.Sin(t), 1f);
        }
    }

    private void EmbeddingGradient(TokenBlock block)
    {
        int stride = _shape.HiddenStride;
        float* dx = _dx;
        foreach (Segment segment in block.Segments)
        {
            for (int t = 0; t < segment.Rows; t++, dx += stride) AddRows(dx, 1, stride, Gradients.Embedding + (nint)segment.Token(t) * stride);
        }
    }

    private static void AddRows(float* from, int rows, int stride, float* to)
    {
        for (int r = 0; r < rows; r++, from += stride)
        {
            for (int i = 0; i < stride; i += Lanes.Count) TSimd.Store(TSimd.Add(TSimd.Load(to + i), TSimd.Load(from + i)), to + i);
        }
    }
}
