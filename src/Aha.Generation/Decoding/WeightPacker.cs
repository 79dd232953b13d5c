using System.Runtime.CompilerServices;
using Aha.Generation.Kernels;
using Aha.Generation.Memory;
using Aha.Models;

namespace Aha.Generation.Decoding;

/// <summary>A weight matrix <c>[outputs, depth]</c> as panels <c>[panels, depth, panelWidth]</c>, zero behind the last output.</summary>
internal readonly unsafe record struct PackedMatrix(nint Address, int Depth, int Panels)
{
    public float* Data => (float*)Address;
}

/// <summary>
/// One zeroed buffer for all packed weights, filled place by place. Everything is reserved twice: first to learn the size, then, after
/// <see cref="Allocate"/>, in the memory.
/// </summary>
internal sealed unsafe class WeightPacker(int panelWidth) : IDisposable
{
    private const int HugePage = 2 << 20;
    private NativeBuffer<float>? _buffer;
    private long _used;

    /// <summary>Size of the buffer.</summary>
    public long Floats => _used;

    public int RoundUp(int n) => (n + panelWidth - 1) / panelWidth * panelWidth;

    public void Allocate()
    {
        _buffer = new NativeBuffer<float>(_used, HugePage);
        _used = 0;
    }

    /// <summary>A vector's place, rounded up to whole vectors and aligned to them.</summary>
    public nint Reserve(long floats)
    {
        nint start = _buffer is null ? 0 : (nint)_buffer.Pointer;
        nint address = start + (nint)(_used * sizeof(float));
        _used += (floats + Lanes.Count - 1) / Lanes.Count * Lanes.Count;
        return address;
    }

    /// <summary>A norm's weights, rounded up to whole panels.</summary>
    public nint ReserveRow(int width) => Reserve(RoundUp(width));

    public PackedMatrix ReserveMatrix(int outputs, int depth)
    {
        int padded = RoundUp(outputs);
        return new PackedMatrix(Reserve((long)padded * depth), depth, padded / panelWidth);
    }

    /// <summary>Writes the rows of <paramref name="source"/> as outputs from <paramref name="firstOutput"/> on.</summary>
    public void Pack(ReadOnlySpan<float> source, PackedMatrix target, int firstOutput = 0)
    {
        int depth = target.Depth;
        for (int row = 0, output = firstOutput; row * (long)depth < source.Length; row++, output++) PackOutput(source.Slice(row * depth, depth), target, output);
    }

    /// <summary>Writes each row of <paramref name="source"/> as the output that <paramref name="place"/> gives it.</summary>
    public void Pack(ReadOnlySpan<float> source, PackedMatrix target, Func<int, int> place)
    {
        int depth = target.Depth;
        for (int row = 0; row * (long)depth < source.Length; row++) PackOutput(source.Slice(row * depth, depth), target, place(row));
    }

    public void Dispose() => _buffer?.Dispose();

    /// <summary>A tensor of the model.</summary>
    /// <exception cref="ArgumentException">It is missing or has another number of values than the configuration says.</exception>
    public static ReadOnlySpan<float> Read(IModelWeights weights, string name, long expected)
    {
        ReadOnlySpan<float> values;
        try
        {
            values = weights.Read(name);
        }
        catch (KeyNotFoundException e)
        {
            throw new ArgumentException($"The weights hold no tensor '{name}', which the model's configuration asks for.", e);
        }

        if (values.Length != expected)
            throw new ArgumentException($"Tensor '{name}' has {values.Length} values; the model's configuration asks for {expected}.");
        return values;
    }

    /// <summary>Copies a vector of the model to its place.</summary>
    public static void Copy(IModelWeights weights, string name, nint target, int count) =>
        Read(weights, name, count).CopyTo(new Span<float>((float*)target, count));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void PackOutput(ReadOnlySpan<float> row, PackedMatrix target, int output)
    {
        float* to = target.Data + (long)(output / panelWidth) * target.Depth * panelWidth + output % panelWidth;
        for (int k = 0; k < row.Length; k++, to += panelWidth) *to = row[k];
    }
}
