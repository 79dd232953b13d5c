using Aha.Benchmarks.Machine;
using Aha.Benchmarks.Scaling;
using Aha.Generation;
using Aha.Tensors;
using static TorchSharp.torch;

namespace Aha.Bench.Scaling;

/// <summary>
/// The machine's rates, measured again beside every point and kept at their best: what another program took from one measurement is not the machine's limit. Memory is read at the size
/// of what a step reads, to half a power of two, so that a model that stays in a cache is held against that cache.
/// </summary>
internal sealed class MeasuredCeilings : IDisposable
{
    private const long PastAnyCache = 512L << 20;
    private readonly Dictionary<(int Threads, ComputePrecision Precision), double> _peaks = [];
    private readonly Dictionary<(int Threads, int SizeClass), double> _bandwidths = [];
    private readonly Lazy<MatmulRate> _bfloat16 = new(() => new MatmulRate(ScalarType.BFloat16));

    public void Measure(double bytes, int threads, ComputePrecision precision)
    {
        set_num_threads(threads);
        Keep(_peaks, (threads, precision), precision == ComputePrecision.BFloat16
            ? Enumerable.Range(0, 4).Max(_ => _bfloat16.Value.Once()) * 1e9
            : MultiplyAddPeak.Measure(RolloutEngineOptions.Widest, threads));
        Read(threads, SizeClass(bytes));
    }

    /// <summary>Reads every size once more, now that it is known which there are.</summary>
    public void MeasureAgain()
    {
        foreach ((int threads, int sizeClass) in _bandwidths.Keys.ToArray()) Read(threads, sizeClass);
    }

    /// <summary>The best of all measurements.</summary>
    public Roofline Best(double bytes, int threads, ComputePrecision precision) => new(_peaks[(threads, precision)], _bandwidths[(threads, SizeClass(bytes))]);

    public void Dispose()
    {
        if (_bfloat16.IsValueCreated) _bfloat16.Value.Dispose();
    }

    private static int SizeClass(double bytes) => (int)Math.Round(2 * Math.Log2(Math.Min(bytes, PastAnyCache)));

    private void Read(int threads, int sizeClass) => Keep(_bandwidths, (threads, sizeClass), MemoryBandwidth.Read((long)Math.Pow(2, sizeClass / 2.0), threads) * 1e9);

    private static void Keep<TKey>(Dictionary<TKey, double> best, TKey key, double value)
        where TKey : notnull => best[key] = Math.Max(best.GetValueOrDefault(key), value);
}
