using Aha.Models.Kernels;
using Aha.Tensors;
using static TorchSharp.torch;

namespace Aha.Generation.Decoding;

/// <summary>A weight matrix <c>[outputs, depth]</c> in bf16, multiplied by libtorch: sums are fp32 inside a product and rounded to bf16 at its end.</summary>
internal sealed unsafe class BFloat16Matrix : IDisposable
{
    private readonly byte* _memory;

    public BFloat16Matrix(int outputs, int depth)
    {
        (Outputs, Depth) = (outputs, depth);
        Values = zeros([outputs, depth], ScalarType.BFloat16).DetachFromDisposeScope();
        Transposed = Values.t().DetachFromDisposeScope();
        _memory = (byte*)TensorMemory.Address(Values);
    }

    public Tensor Values { get; }

    /// <summary>The same numbers as <c>[depth, outputs]</c>.</summary>
    public Tensor Transposed { get; }

    public int Outputs { get; }

    public int Depth { get; }

    /// <summary>Memory held: 0 after <see cref="Dispose"/>.</summary>
    public long Bytes => Values.IsInvalid ? 0 : Size(Outputs, Depth);

    public static long Size(int outputs, int depth) => (long)outputs * depth * sizeof(ushort);

    /// <summary>Rounds one output's numbers.</summary>
    public void Write(int output, ReadOnlySpan<float> row)
    {
        fixed (float* from = row) BFloat16Rows.Narrow(from, _memory + (nint)output * Depth * sizeof(ushort), row.Length);
    }

    /// <summary>y = init + x Wᵀ; see <see cref="Kernels.MatMul{TSimd, TVector}.Multiply"/>.</summary>
    /// <param name="init">Null for zeros.</param>
    public void Multiply(float* x, nint xStride, int rows, float* y, nint yStride, float* init, nint initStride, BFloat16Scratch scratch)
    {
        int height = BFloat16Scratch.Height(rows);
        BFloat16Rowset from = scratch.Inputs(height, Depth), to = scratch.Outputs(height, Outputs);
        for (int r = 0; r < rows; r++) BFloat16Rows.Narrow(x + r * xStride, from.Row(r), Depth);
        to.Values.addmm_(from.Values, Transposed, 0, 1);
        for (int r = 0; r < rows; r++) BFloat16Rows.Widen(to.Row(r), init is null ? null : init + r * initStride, y + r * yStride, Outputs);
    }

    public void Dispose()
    {
        Transposed.Dispose();
        Values.Dispose();
    }
}

/// <summary>Rows of bf16: a tensor and its memory.</summary>
internal readonly unsafe record struct BFloat16Rowset(Tensor Values, nint Address, int Columns) : IDisposable
{
    public byte* Row(int row) => (byte*)Address + (nint)row * Columns * sizeof(ushort);

    /// <summary>A default one holds nothing.</summary>
    public void Dispose() => Values?.Dispose();
}

/// <summary>One thread's rows of bf16 on their way into and out of products, made once for each shape.</summary>
internal sealed unsafe class BFloat16Scratch : IDisposable
{
    // libtorch's results are the same at every height but the very smallest, so that a row does not depend on its neighbours; few heights, because it prepares a kernel for each.
    private const int Step = 32;

    private readonly Dictionary<(int Height, int Columns), BFloat16Rowset> _inputs = [], _outputs = [];

    /// <summary>Rows that a product is made of for so many.</summary>
    public static int Height(int rows) => (rows + Step - 1) / Step * Step;

    /// <summary>What rows hold beyond those that are written is finite and means nothing.</summary>
    public BFloat16Rowset Inputs(int height, int columns) => Get(_inputs, height, columns);

    public BFloat16Rowset Outputs(int height, int columns) => Get(_outputs, height, columns);

    public void Dispose()
    {
        foreach (BFloat16Rowset rows in _inputs.Values.Concat(_outputs.Values)) rows.Dispose();
        _inputs.Clear();
        _outputs.Clear();
    }

    private static BFloat16Rowset Get(Dictionary<(int Height, int Columns), BFloat16Rowset> all, int height, int columns)
    {
        if (all.TryGetValue((height, columns), out BFloat16Rowset rows)) return rows;
        Tensor values = zeros([height, columns], ScalarType.BFloat16).DetachFromDisposeScope();
        return all[(height, columns)] = new BFloat16Rowset(values, (nint)TensorMemory.Address(values), columns);
    }
}
