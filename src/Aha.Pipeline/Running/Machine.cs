using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Aha.Tensors;
using Aha.Training.Backends;
using TorchSharp;

namespace Aha.Pipeline.Running;

/// <summary>The machine and the libraries a run was made with, for its records and the report.</summary>
internal static class Machine
{
    /// <summary>The entry that a resumed run reads its training backend from.</summary>
    public const string BackendKey = "training backend";

    public static Dictionary<string, string> Describe(MatmulProbe probe, BackendKind backend, int threads) => new()
    {
        ["processor"] = Processor(),
        ["threads"] = threads.ToString(CultureInfo.InvariantCulture),
        ["simd"] = Vector512.IsHardwareAccelerated ? "AVX-512" : Vector256.IsHardwareAccelerated ? "AVX2" : "128 bit",
        ["matmul fp32"] = $"{probe.Float32GigaFlops:F0} GFLOP/s",
        ["matmul bf16"] = $"{probe.BFloat16GigaFlops:F0} GFLOP/s",
        [BackendKey] = backend.ToString(),
        ["memory"] = $"{GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (1L << 30)} GB",
        ["system"] = RuntimeInformation.OSDescription,
    };

    public static Dictionary<string, string> Versions() => new()
    {
        ["aha"] = Of(typeof(Machine).Assembly),
        [".NET"] = Environment.Version.ToString(),
        ["TorchSharp"] = Of(typeof(torch).Assembly),
        ["libtorch"] = torch.__version__,
    };

    // The package's version, without the commit that builds append to it.
    private static string Of(Assembly assembly) =>
        assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? assembly.GetName().Version?.ToString() ?? "";

    private static string Processor()
    {
        try
        {
            string? line = File.ReadLines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal));
            return line?[(line.IndexOf(':') + 1)..].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return RuntimeInformation.ProcessArchitecture.ToString();
        }
    }
}
