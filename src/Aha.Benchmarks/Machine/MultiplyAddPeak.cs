using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Aha.Generation;

namespace Aha.Benchmarks.Machine;

/// <summary>The rate at which the cores retire fp32 multiply-adds from registers: the ceiling of every kernel here.</summary>
public static class MultiplyAddPeak
{
    private const int Rounds = 20_000;

    /// <summary>FLOP/s over all threads at once, best of several tries.</summary>
    public static double Measure(KernelSet kernels, int threads)
    {
        double best = 0;
        for (int attempt = 0; attempt < 5; attempt++)
        {
            var rates = new double[threads];
            Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, i =>
            {
                // The best short window of each thread: other programs may take the core in between, which is not the machine's rate.
                for (var all = Stopwatch.StartNew(); all.ElapsedMilliseconds < 40;)
                {
                    var window = Stopwatch.StartNew();
                    long flop = 0;
                    for (int n = 0; n < 8; n++) flop += kernels == KernelSet.Avx512 ? Wide() : kernels == KernelSet.Avx2 ? Narrow() : Single();
                    rates[i] = Math.Max(rates[i], flop / window.Elapsed.TotalSeconds);
                }
            });
            best = Math.Max(best, rates.Sum());
        }

        return best;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static long Wide()
    {
        Vector512<float> x = Vector512.Create(0.999f), a = x, b = x, c = x, d = x, e = x, f = x, g = x, h = x, i = x, j = x, k = x, l = x;
        for (int n = 0; n < Rounds; n++)
        {
            a = Vector512.FusedMultiplyAdd(a, x, x);
            b = Vector512.FusedMultiplyAdd(b, x, x);
            c = Vector512.FusedMultiplyAdd(c, x, x);
            d = Vector512.FusedMultiplyAdd(d, x, x);
            e = Vector512.FusedMultiplyAdd(e, x, x);
            f = Vector512.FusedMultiplyAdd(f, x, x);
            g = Vector512.FusedMultiplyAdd(g, x, x);
            h = Vector512.FusedMultiplyAdd(h, x, x);
            i = Vector512.FusedMultiplyAdd(i, x, x);
            j = Vector512.FusedMultiplyAdd(j, x, x);
            k = Vector512.FusedMultiplyAdd(k, x, x);
            l = Vector512.FusedMultiplyAdd(l, x, x);
        }

        return Used((a + b + c + d + e + f + g + h + i + j + k + l).ToScalar()) * Rounds * 12 * 32;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static long Narrow()
    {
        Vector256<float> x = Vector256.Create(0.999f), a = x, b = x, c = x, d = x, e = x, f = x, g = x, h = x, i = x, j = x, k = x, l = x;
        for (int n = 0; n < Rounds; n++)
        {
            a = Vector256.FusedMultiplyAdd(a, x, x);
            b = Vector256.FusedMultiplyAdd(b, x, x);
            c = Vector256.FusedMultiplyAdd(c, x, x);
            d = Vector256.FusedMultiplyAdd(d, x, x);
            e = Vector256.FusedMultiplyAdd(e, x, x);
            f = Vector256.FusedMultiplyAdd(f, x, x);
            g = Vector256.FusedMultiplyAdd(g, x, x);
            h = Vector256.FusedMultiplyAdd(h, x, x);
            i = Vector256.FusedMultiplyAdd(i, x, x);
            j = Vector256.FusedMultiplyAdd(j, x, x);
            k = Vector256.FusedMultiplyAdd(k, x, x);
            l = Vector256.FusedMultiplyAdd(l, x, x);
        }

        return Used((a + b + c + d + e + f + g + h + i + j + k + l).ToScalar()) * Rounds * 12 * 16;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static long Single()
    {
        float x = 0.999f, a = x, b = x, c = x, d = x, e = x, f = x, g = x, h = x;
        for (int n = 0; n < Rounds; n++)
        {
            a = MathF.FusedMultiplyAdd(a, x, x);
            b = MathF.FusedMultiplyAdd(b, x, x);
            c = MathF.FusedMultiplyAdd(c, x, x);
            d = MathF.FusedMultiplyAdd(d, x, x);
            e = MathF.FusedMultiplyAdd(e, x, x);
            f = MathF.FusedMultiplyAdd(f, x, x);
            g = MathF.FusedMultiplyAdd(g, x, x);
            h = MathF.FusedMultiplyAdd(h, x, x);
        }

        return Used(a + b + c + d + e + f + g + h) * Rounds * 8 * 2;
    }

    /// <summary>1, but the JIT cannot know: it must compute the sums.</summary>
    private static long Used(float sum) => float.IsNaN(sum) ? 0 : 1;
}
