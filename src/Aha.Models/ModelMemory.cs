using System.Globalization;

namespace Aha.Models;

/// <summary>What a model needs of memory, and what the machine can give: asked before loading, so that a model that cannot fit is refused in a line.</summary>
public static class ModelMemory
{
    /// <summary>Bytes of the weights in fp32.</summary>
    public static long Weights(ModelConfig config) => (long)ParameterLayout.Count(config) * sizeof(float);

    /// <summary>Bytes this process may still take: what the system has available, or less where the process is limited.</summary>
    public static long Available()
    {
        long limit = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        try
        {
            foreach (string line in File.ReadLines("/proc/meminfo"))
            {
                if (!line.StartsWith("MemAvailable:", StringComparison.Ordinal)) continue;
                return Math.Min(limit, long.Parse(line.AsSpan(13).Trim().TrimEnd("kB").Trim(), CultureInfo.InvariantCulture) << 10);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            // Not Linux, or a system that hides it: the runtime's own figure remains.
        }
        return limit;
    }

    /// <summary>One line saying what loading takes.</summary>
    /// <param name="file">Named in the refusal.</param>
    /// <param name="furtherBytes">What is needed beside the weights.</param>
    /// <exception cref="ModelFormatException">More than <see cref="Available"/>.</exception>
    public static string Require(string file, ModelConfig config, long furtherBytes = 0)
    {
        long needed = Weights(config) + furtherBytes, available = Available();
        string need = string.Create(
            CultureInfo.InvariantCulture,
            $"{(double)ParameterLayout.Count(config) / 1e6:F1}M parameters need {Size(Weights(config))} of memory in fp32{(furtherBytes > 0 ? $" and {Size(furtherBytes)} to run" : "")}");
        return Require(file, need, needed, available);
    }

    /// <summary>One line saying what running takes, without a copy in fp32.</summary>
    /// <param name="file">Named in the refusal.</param>
    /// <param name="bytes">Weights as they are kept, and what is needed beside them.</param>
    /// <exception cref="ModelFormatException">More than <see cref="Available"/>.</exception>
    public static string RequireToRun(string file, ModelConfig config, long bytes) => Require(
        file, string.Create(CultureInfo.InvariantCulture, $"{(double)ParameterLayout.Count(config) / 1e6:F1}M parameters need {Size(bytes)} of memory to run"), bytes, Available());

    private static string Require(string file, string need, long needed, long available) =>
        needed <= available
            ? $"{file}: {need}; {Size(available)} are available"
            : throw new ModelFormatException(file, "", $"{need}, and {Size(available)} are available: free memory or take a smaller model");

    private static string Size(long bytes) => bytes < 1L << 30
        ? string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 20):F1} MB")
        : string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 30):F1} GB");
}
