using Aha.Generation.Kernels;
using Aha.Training.Fused.Kernels;

namespace Aha.Training.Fused;

/// <summary>fp32, packed into panels twice: <c>x Wᵀ</c> forward, <c>dy W</c> backward.</summary>
internal sealed unsafe class PackedWeight<TSimd, TVector> : LinearWeight
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    private readonly LinearShape _shape;
    private readonly PanelMatrix _forward, _backward;

    private PackedWeight(LinearShape shape, nint memory)
    {
        _shape = shape;
        _forward = new PanelMatrix(memory, shape.Inputs, shape.OutputStride);
        _backward = new PanelMatrix(memory + (nint)(ForwardFloats(shape) * sizeof(float)), shape.Outputs, shape.InputStride);
    }

    public static ProductKind Kind { get; } = new Packed();

    public override void Set(int output, ReadOnlySpan<float> inputs)
    {
        _forward.SetColumn(Products<TSimd, TVector>.PanelWidth, output, inputs);
        _backward.SetRow(Products<TSimd, TVector>.PanelWidth, output, inputs);
    }

    public override void Forward(float* x, nint xs, int rows, float* y, nint ys, float* init, nint ins, ProductScratch scratch) =>
        Products<TSimd, TVector>.Packed(x, xs, rows, _forward, y, ys, init, ins);

    public override void Backward(OutputGradient dy, float* dx, nint dxs, ProductScratch scratch) =>
        Products<TSimd, TVector>.Packed(dy.Values, dy.Stride, dy.Rows, _backward, dx, dxs, null, 0);

    public override void AddGradient(OutputGradient dy, float* x, nint xs, float* dw, ProductScratch scratch) =>
        Products<TSimd, TVector>.AccumulateOuter(dy.Values, dy.Stride, _shape.Outputs, x, xs, _shape.InputStride, dy.Rows, dw, _shape.InputStride, scratch.Strip);

    private static long ForwardFloats(LinearShape shape) => Arena.RoundUp((long)shape.OutputStride * shape.Inputs);

    private sealed class Packed : ProductKind
    {
        // Enough rows to keep the register tiles full, few enough that a layer's activations stay in the second-level cache.
        public override int BlockRows => 256;

        public override int HeadRows => 32;

        public override int WeightBytes => 2 * sizeof(float);

        public override int LogitBytes => sizeof(float);

        public override bool UsesLibtorch => false;

        public override long Floats(LinearShape shape) => ForwardFloats(shape) + Arena.RoundUp((long)shape.Outputs * shape.InputStride);

        public override LinearWeight Create(LinearShape shape, nint memory) => new PackedWeight<TSimd, TVector>(shape, memory);
    }
}
