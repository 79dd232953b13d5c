namespace Aha.Training.Fused;

/// <summary>One weight matrix <c>[outputs, inputs]</c> in the layouts, and in the precision, that its products are made in.</summary>
/// <remarks>Rows of activations are padded to whole vectors; what stands in the padding of an input does not matter, that of an output is written.</remarks>
internal abstract unsafe class LinearWeight : IDisposable
{
    /// <summary>Native memory held beyond what it was given.</summary>
    public virtual long Bytes => 0;

    /// <summary>Takes the weights of one output over.</summary>
    public abstract void Set(int output, ReadOnlySpan<float> inputs);

    /// <summary>y = init + x Wᵀ: x <c>[rows, inputs]</c>, y <c>[rows, outputs]</c>; strides count floats from row to row.</summary>
    /// <param name="init">Null for zeros, a bias (stride 0), the residual stream, or y itself.</param>
    public abstract void Forward(float* x, nint xs, int rows, float* y, nint ys, float* init, nint ins, ProductScratch scratch);

    /// <summary>Makes dy <c>[rows, outputs]</c> ready; it and <paramref name="scratch"/> are then for nothing but its products, until it is disposed.</summary>
    public virtual OutputGradient Prepare(float* dy, nint dys, int rows, ProductScratch scratch) => new(dy, dys, rows, default);

    /// <summary>dx = dy W: dx <c>[rows, inputs]</c>.</summary>
    public abstract void Backward(OutputGradient dy, float* dx, nint dxs, ProductScratch scratch);

    /// <summary>dW += dyᵀ x: dW <c>[outputs, inputs]</c>, its rows padded.</summary>
    public abstract void AddGradient(OutputGradient dy, float* x, nint xs, float* dw, ProductScratch scratch);

    public virtual void Dispose()
    {
    }
}

/// <summary>Sizes of a weight, and what they are padded to.</summary>
internal readonly record struct LinearShape(int Outputs, int OutputStride, int Inputs, int InputStride);

/// <summary>How weights are kept and multiplied, and what that asks of the passes.</summary>
internal abstract class ProductKind
{
    /// <summary>Rows that go through the layers together.</summary>
    public abstract int BlockRows { get; }

    /// <summary>Fewest rows whose logits are computed together.</summary>
    public abstract int HeadRows { get; }

    /// <summary>Bytes that a weight is kept in, all layouts together.</summary>
    public abstract int WeightBytes { get; }

    /// <summary>Bytes that a logit takes while it is alive, copies included.</summary>
    public abstract int LogitBytes { get; }

    /// <summary>Whether libtorch multiplies.</summary>
    public abstract bool UsesLibtorch { get; }

    /// <summary>Memory that <see cref="Create"/> is to be given.</summary>
    public abstract long Floats(LinearShape shape);

    public abstract LinearWeight Create(LinearShape shape, nint memory);
}
