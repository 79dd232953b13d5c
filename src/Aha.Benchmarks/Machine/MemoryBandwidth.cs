using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Aha.Benchmarks.Machine;

/// <summary>How fast all threads together read memory: the ceiling of decoding, which reads every weight for each step.</summary>
public static unsafe class MemoryBandwidth
{
    /// <summary>GB/s at which a buffer is read through, best of several passes.</summary>
    /// <param name="bytes">The buffer's size: one that fits into a cache is read at the cache's speed, as a model of that size is.</param>
    public static double Read(long bytes, int threads)
    {
        long share = Math.Max(4096, bytes / threads / 4096 * 4096);
        byte* buffer = (byte*)NativeMemory.AlignedAlloc((nuint)(share * threads), 64);
        try
        {
            NativeMemory.Fill(buffer, (nuint)(share * threads), 1);
            int passes = (int)Math.Clamp((256L << 20) / (share * threads), 1, 2000);
            double best = 0;
            for (int attempt = 0; attempt < 6; attempt++)
            {
                long start = Stopwatch.GetTimestamp();
                Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, thread =>
                {
                    for (int pass = 0; pass < passes; pass++) Sum(buffer + thread * share, share);
                });
                best = Math.Max(best, (double)share * threads * passes / Stopwatch.GetElapsedTime(start).TotalSeconds / 1e9);
            }

            return best;
        }
        finally
        {
            NativeMemory.AlignedFree(buffer);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static float Sum(byte* buffer, long bytes)
    {
        // Four sums: the additions of one would wait for each other longer than for the memory.
        Vector<float> a = default, b = default, c = default, d = default;
        int step = Vector<byte>.Count;
        byte* end = buffer + bytes / (4 * step) * (4 * step);
        for (byte* p = buffer; p < end; p += 4 * step)
        {
            a += Vector.Load((float*)p);
            b += Vector.Load((float*)(p + step));
            c += Vector.Load((float*)(p + 2 * step));
            d += Vector.Load((float*)(p + 3 * step));
        }

        return Vector.Sum(a + b + c + d);
    }
}
