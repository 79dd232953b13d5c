using System.Globalization;

namespace Aha.Pipeline.Planning;

/// <summary>Amounts of memory and disk as people read them.</summary>
public static class Bytes
{
    public static string Show(long bytes) => bytes switch
    {
        >= 1L << 29 => (bytes / (double)(1L << 30)).ToString("0.0", CultureInfo.InvariantCulture) + " GB",
        >= 1L << 20 => $"{bytes >> 20} MB",
        _ => $"{Math.Max(1, bytes >> 10)} kB",
    };
}
