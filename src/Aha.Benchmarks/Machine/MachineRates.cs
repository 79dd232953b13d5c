using System.Globalization;
using System.Runtime.Intrinsics.X86;
using Aha.Generation;
using Aha.Tensors;
using static TorchSharp.torch;

namespace Aha.Benchmarks.Machine;

/// <summary>What this machine can do at best, measured at the start of a benchmark.</summary>
/// <param name="Threads">Threads all rates were measured with.</param>
/// <param name="Simd">Vector instructions, widest first.</param>
/// <param name="MultiplyAdd">fp32 multiply-adds from registers, GFLOP/s.</param>
/// <param name="Float32">libtorch's fp32 product of 2048 x 2048 matrices, GFLOP/s.</param>
/// <param name="BFloat16">The same in bf16; on a processor without units for it a hundred times slower than fp32.</param>
/// <param name="Memory">Reading memory that fits into no cache, GB/s.</param>
public sealed record MachineRates(int Threads, string Simd, double MultiplyAdd, double Float32, double BFloat16, double Memory)
{
    private const long PastAnyCache = 512L << 20;

    public static MachineRates Measure(int threads)
    {
        NativeRuntime.EnsureLoaded();
        set_num_threads(threads);
        using var float32 = new MatmulRate(ScalarType.Float32);
        // Where the small probe shows no units for bf16, a large product would take half a minute to say the same.
        bool hasUnits = MatmulProbe.Measure().BFloat16GigaFlops > 20;
        using var bfloat16 = new MatmulRate(ScalarType.BFloat16, hasUnits ? 2048 : 256);
        return new(
            threads, Flags(), MultiplyAddPeak.Measure(RolloutEngineOptions.Widest, threads) / 1e9, Best(float32), Best(bfloat16), MemoryBandwidth.Read(PastAnyCache, threads));
    }

    /// <summary>The figures of a benchmark's head.</summary>
    public IEnumerable<BenchmarkFigure> Figures() =>
    [
        new("machine", "", "cores", Environment.ProcessorCount),
        new("machine", "", "multiply_add_gflops", MultiplyAdd),
        new("machine", "", "matmul_fp32_gflops", Float32),
        new("machine", "", "matmul_bf16_gflops", BFloat16),
        new("machine", "", "memory_gb_per_second", Memory),
    ];

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Threads} threads of {Environment.ProcessorCount}, {Simd}; multiply-add {MultiplyAdd:F0} GFLOP/s, matmul fp32 {Float32:F0}, bf16 {BFloat16:F0} GFLOP/s, memory {Memory:F1} GB/s");

    private static double Best(MatmulRate rate) => Enumerable.Range(0, 4).Max(_ => rate.Once());

    private static string Flags()
    {
        (bool Has, string Name)[] flags =
        [
            (Avx512F.IsSupported, "avx512f"), (Avx512BW.IsSupported, "avx512bw"), (Avx512Vbmi.IsSupported, "avx512vbmi"), (Avx2.IsSupported, "avx2"), (Fma.IsSupported, "fma"),
            (System.Runtime.Intrinsics.Arm.AdvSimd.IsSupported, "neon"),
        ];
        string[] present = [.. flags.Where(f => f.Has).Select(f => f.Name)];
        return present.Length == 0 ? "no vector instructions" : string.Join(' ', present);
    }
}
