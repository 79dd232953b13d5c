using Aha.Generation.Decoding;
using Aha.Generation.Kernels;
using Aha.Training.Fused.Kernels;

namespace Aha.Training.Fused;

/// <summary>Where a batch's outputs, or their gradients, lie.</summary>
internal readonly unsafe record struct BatchOutputs(nint LogProbsAddress, nint EntropiesAddress)
{
    public float* LogProbs => (float*)LogProbsAddress;

    public float* Entropies => (float*)EntropiesAddress;
}

/// <summary>One thread's share of a batch, forward and backward, in memory of its own.</summary>
internal abstract class DecoderPass(DecoderShape shape) : IDisposable
{
    public GradientBuffer Gradients { get; } = new(shape);

    /// <summary>Native memory held, gradients included.</summary>
    public abstract long Bytes { get; }

    /// <summary>Runs the blocks through all layers.</summary>
    /// <param name="embedding">The embedding matrix <c>[vocab, hidden]</c>, not padded.</param>
    /// <param name="keep">Keep what <see cref="Backward"/> needs.</param>
    public abstract unsafe void Forward(IReadOnlyList<TokenBlock> blocks, float* embedding, BatchOutputs outputs, float inverseTemperature, bool keep);

    /// <summary>Sets <see cref="Gradients"/> to those of the blocks that <see cref="Forward"/> kept last.</summary>
    public abstract void Backward(IReadOnlyList<TokenBlock> blocks, BatchOutputs outputs, BatchOutputs gradients, float inverseTemperature);

    public virtual void Dispose() => Gradients.Dispose();
}

/// <inheritdoc/>
/// <param name="checkpointing">Keep each layer's input alone, and compute the rest again on the way back.</param>
internal sealed unsafe partial class DecoderPass<TSimd, TVector>(DecoderShape shape, DecoderWeights weights, RopeTable rope, ProductKind kind, bool checkpointing)
    : DecoderPass(shape)
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    private readonly DecoderShape _shape = shape;
    private readonly SequenceAttention<TSimd, TVector> _attention = new(shape);
    private readonly OutputHead<TSimd, TVector> _head = new(shape, kind.HeadRows);
    private readonly Arena _kept = new();
    private readonly Arena _passing = new();
    private readonly Arena _scratch = new();
    private readonly ProductScratch _products = new();
    private readonly float _queryScale = 1f / MathF.Sqrt(shape.HeadDim);

    public override long Bytes => Gradients.Bytes + _attention.Bytes + _head.Bytes + _kept.Bytes + _passing.Bytes + _scratch.Bytes + _products.Bytes;

    public override void Forward(IReadOnlyList<TokenBlock> blocks, float* embedding, BatchOutputs outputs, float inverseTemperature, bool keep)
    {
        if (blocks.Count == 0) return;
        Arena arena = keep ? _kept : _passing;
        arena.Reset(keep ? blocks.Sum(Footprint) : blocks.Max(Footprint));
        ReserveScratch(blocks);
        foreach (TokenBlock block in blocks)
        {
            if (!keep) arena.Reset(0);
            block.Activations = arena.Take(LayerFloats(block.Rows) * _shape.Layers + InputFloats(block.Rows));
            block.LogSums = arena.Take(block.TargetCount);
            block.Targets = ListTargets(block, arena);
            Embed(block, embedding);
            for (int l = 0; l < _shape.Layers; l++) ForwardLayer(block, l);
            _head.Forward(
                At(block, _shape.Layers).Input, weights, block.Targets, inverseTemperature, block.LogSums, outputs.LogProbs, outputs.Entropies, _products);
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        _attention.Dispose();
        _head.Dispose();
        _kept.Dispose();
        _passing.Dispose();
        _scratch.Dispose();
        _products.Dispose();
    }

    private void ForwardLayer(TokenBlock block, int index)
    {
        ForwardToGates(block, index);
        int rows = block.Rows, d = _shape.HiddenStride;
        LayerActivations at = At(block, index);
        GatedUnit<TSimd, TVector>.Forward(at.GateUp, _inner, rows, _shape.InnerStride);
        weights.Layers[index].Down.Forward(_inner, _shape.InnerStride, rows, At(block, index + 1).Input, d, at.Middle, d, _products);
    }

    /// <summary>All of a layer that the backward pass looks at.</summary>
    private void ForwardToGates(TokenBlock block, int index)
    {
        DecoderShape s = _shape;
        int rows = block.Rows, d = s.HiddenStride;
        ref readonly LayerWeights layer = ref weights.Layers[index];
        LayerActivations at = At(block, index);

        Normalisation<TSimd, TVector>.Forward(at.Input, layer.AttentionNorm, _normed, rows, s.Hidden, d, s.Epsilon);
        layer.Qkv.Forward(_normed, d, rows, at.Qkv, s.QkvStride, layer.QkvBias, 0, _products);
        foreach (Segment segment in block.Segments)
        {
            float* row = at.Qkv + (nint)segment.FirstRow * s.QkvStride;
            for (int t = 0; t < segment.Rows; t++, row += s.QkvStride)
            {
                Elementwise<TSimd, TVector>.Rotate(row, s.Heads, s.HeadDim / 2, rope.Cos(t), rope.Sin(t), _queryScale);
                Elementwise<TSimd, TVector>.Rotate(row + s.Q, s.KvHeads, s.HeadDim / 2, rope.Cos(t), rope.Sin(t), 1f);
            }

            _attention.Forward(
                at.Qkv + (nint)segment.FirstRow * s.QkvStride, segment.Rows, at.Mixed + (nint)segment.FirstRow * s.QStride,
                at.LogSums + (nint)segment.FirstRow * s.Heads);
        }

        layer.Output.Forward(at.Mixed, s.QStride, rows, at.Middle, d, at.Input, d, _products);
        Normalisation<TSimd, TVector>.Forward(at.Middle, layer.MlpNorm, _normed, rows, s.Hidden, d, s.Epsilon);
        layer.GateUp.Forward(_normed, d, rows, at.GateUp, s.GateUpStride, null, 0, _products);
    }

    private void Embed(TokenBlock block, float* embedding)
    {
        int d = _shape.Hidden, stride = _shape.HiddenStride;
        float* x = At(block, 0).Input;
        foreach (Segment segment in block.Segments)
        {
            for (int t = 0; t < segment.Rows; t++, x += stride)
            {
                new ReadOnlySpan<float>(embedding + (nint)segment.Token(t) * d, d).CopyTo(new Span<float>(x, d));
                new Span<float>(x + d, stride - d).Clear();
            }
        }
    }

    private static TargetList ListTargets(TokenBlock block, Arena arena)
    {
        int* rows = (int*)arena.Take(block.TargetCount), ids = (int*)arena.Take(block.TargetCount), places = (int*)arena.Take(block.TargetCount);
        int next = 0;
        foreach (Segment segment in block.Segments)
        {
            for (int i = 0; i < segment.Sequence.Completion.Length; i++, next++)
            {
                rows[next] = segment.FirstRow + segment.Sequence.Prompt.Length - 1 + i;
                ids[next] = segment.Sequence.Completion[i];
                places[next] = segment.FirstPlace + i;
            }
        }

        return new TargetList((nint)rows, (nint)ids, (nint)places, next);
    }
}
