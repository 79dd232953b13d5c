using Aha.Generation.Decoding;
using Aha.Generation.Kernels;
using Aha.Generation.Memory;
using Aha.Tensors;
using static TorchSharp.torch;

namespace Aha.Training.Fused;

/// <summary>The gradient at a weight's outputs, <c>[rows, outputs]</c>, made ready once for the products it takes part in.</summary>
internal readonly unsafe ref struct OutputGradient(float* values, nint stride, int rows, BFloat16Rowset half)
{
    public float* Values { get; } = values;

    public nint Stride { get; } = stride;

    public int Rows { get; } = rows;

    /// <summary>The same in bf16, where that is multiplied.</summary>
    public BFloat16Rowset Half { get; } = half;

    public void Dispose() => Half.Dispose();
}

/// <summary>What one thread's products need beside their operands. Grows to the largest demand.</summary>
internal sealed unsafe class ProductScratch : IDisposable
{
    // As many rows as one step of a weight gradient takes, times the widest panel.
    private const int StripFloats = 256 * 2 * Lanes.Count;

    private readonly NativeBuffer<float> _strip = new(StripFloats);
    private readonly Tensor?[] _halves = new Tensor?[3];

    public float* Strip => _strip.Pointer;

    public long Bytes => _strip.Bytes + _halves.Sum(half => half is null ? 0 : half.numel() * 2);

    /// <summary>A matrix whose elements are whatever they are.</summary>
    /// <param name="place">0 to 2: one at a time in each.</param>
    public BFloat16Rowset Half(int place, int rows, int columns)
    {
        long size = (long)rows * columns;
        if (_halves[place] is not { } half || half.numel() < size)
        {
            _halves[place]?.Dispose();
            _halves[place] = half = empty(size, ScalarType.BFloat16).DetachFromDisposeScope();
        }

        return new BFloat16Rowset(half.as_strided([rows, columns], [columns, 1]), (nint)TensorMemory.Address(half), columns);
    }

    public void Dispose()
    {
        _strip.Dispose();
        foreach (Tensor? half in _halves) half?.Dispose();
        Array.Clear(_halves);
    }
}
