using Aha.Generation.Decoding;
using Aha.Models.Kernels;
using static TorchSharp.torch;

namespace Aha.Training.Fused;

/// <summary>
/// bf16, multiplied by libtorch, which uses the processor's own units for it: several times the fp32 rate where there are such units. Sums are fp32 inside a product and are rounded to
/// bf16 at its end, as under autocast; the residual stream, norms, attention, softmax and every gradient's sum over the batch stay fp32.
/// </summary>
internal sealed unsafe class BFloat16Weight : LinearWeight
{
    // Of a gradient at a time: it is added up while it is in the cache.
    private const int GradientElements = 1 << 20;

    private readonly LinearShape _shape;
    private readonly BFloat16Matrix _matrix;
    private readonly Tensor _own;

    private BFloat16Weight(LinearShape shape)
    {
        _shape = shape;
        _matrix = new BFloat16Matrix(shape.OutputStride, shape.Inputs);
        _own = _matrix.Values.narrow(0, 0, shape.Outputs).DetachFromDisposeScope();
    }

    public static ProductKind Kind { get; } = new Half();

    public override long Bytes => _matrix.Bytes;

    public override void Set(int output, ReadOnlySpan<float> inputs) => _matrix.Write(output, inputs);

    public override void Forward(float* x, nint xs, int rows, float* y, nint ys, float* init, nint ins, ProductScratch scratch)
    {
        using BFloat16Rowset from = Narrow(x, xs, rows, _shape.Inputs, scratch, 0);
        using BFloat16Rowset to = scratch.Half(1, BFloat16Scratch.Height(rows), _shape.OutputStride);
        to.Values.addmm_(from.Values, _matrix.Transposed, 0, 1);
        for (int r = 0; r < rows; r++) BFloat16Rows.Widen(to.Row(r), init is null ? null : init + r * ins, y + r * ys, _shape.OutputStride);
    }

    public override OutputGradient Prepare(float* dy, nint dys, int rows, ProductScratch scratch) =>
        new(dy, dys, rows, Narrow(dy, dys, rows, _shape.Outputs, scratch, 0));

    public override void Backward(OutputGradient dy, float* dx, nint dxs, ProductScratch scratch)
    {
        using BFloat16Rowset to = scratch.Half(1, BFloat16Scratch.Height(dy.Rows), _shape.Inputs);
        to.Values.addmm_(dy.Half.Values, _own, 0, 1);
        for (int r = 0; r < dy.Rows; r++)
        {
            BFloat16Rows.Widen(to.Row(r), null, dx + r * dxs, _shape.Inputs);
            new Span<float>(dx + r * dxs + _shape.Inputs, _shape.InputStride - _shape.Inputs).Clear();
        }
    }

    public override void AddGradient(OutputGradient dy, float* x, nint xs, float* dw, ProductScratch scratch)
    {
        using BFloat16Rowset inputs = Narrow(x, xs, dy.Rows, _shape.Inputs, scratch, 1);
        int most = Math.Max(1, GradientElements / _shape.Inputs);
        for (int first = 0; first < _shape.Outputs; first += most)
        {
            int count = Math.Min(most, _shape.Outputs - first);
            using BFloat16Rowset sum = scratch.Half(2, count, _shape.Inputs);
            using Tensor part = dy.Half.Values.narrow(1, first, count);
            using Tensor turned = part.t();
            sum.Values.addmm_(turned, inputs.Values, 0, 1);
            for (int o = 0; o < count; o++)
            {
                float* row = dw + (nint)(first + o) * _shape.InputStride;
                BFloat16Rows.Widen(sum.Row(o), row, row, _shape.Inputs);
            }
        }
    }

    public override void Dispose()
    {
        _own.Dispose();
        _matrix.Dispose();
        base.Dispose();
    }

    // Rows beyond the last are zeros.
    private static BFloat16Rowset Narrow(float* from, nint stride, int rows, int columns, ProductScratch scratch, int place)
    {
        int height = BFloat16Scratch.Height(rows);
        BFloat16Rowset to = scratch.Half(place, height, columns);
        for (int r = 0; r < rows; r++) BFloat16Rows.Narrow(from + r * stride, to.Row(r), columns);
        new Span<byte>(to.Row(rows), (height - rows) * columns * 2).Clear();
        return to;
    }

    private sealed class Half : ProductKind
    {
        // A product is over in no time: what is read and written once a block, the gradient's sums, counts for more than what leaves the cache.
        public override int BlockRows => 1024;

        public override int HeadRows => 256;

        public override int WeightBytes => sizeof(short);

        public override int LogitBytes => sizeof(float) + sizeof(short);

        public override bool UsesLibtorch => true;

        public override long Floats(LinearShape shape) => 0;

        public override LinearWeight Create(LinearShape shape, nint memory) => new BFloat16Weight(shape);
    }
}
