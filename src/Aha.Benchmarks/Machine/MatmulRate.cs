using System.Diagnostics;
using static TorchSharp.torch;

namespace Aha.Benchmarks.Machine;

/// <summary>libtorch's rate for one large square product: the ceiling that shares are taken of.</summary>
internal sealed class MatmulRate : IDisposable
{
    private readonly Tensor _a, _b;
    private readonly int _size;

    /// <param name="size">Rows, columns and depth; 2048 is large enough for every library to be at its best.</param>
    public MatmulRate(ScalarType type, int size = 2048)
    {
        _size = size;
        using var noGrad = no_grad();
        _a = randn(size, size).to(type);
        _b = randn(size, size).to(type);
        Once();
    }

    /// <summary>GFLOP/s of one call.</summary>
    public double Once()
    {
        using var noGrad = no_grad();
        long start = Stopwatch.GetTimestamp();
        _a.mm(_b).Dispose();
        return 2.0 * _size * _size * _size / Stopwatch.GetElapsedTime(start).TotalSeconds / 1e9;
    }

    public void Dispose()
    {
        _a.Dispose();
        _b.Dispose();
    }
}
