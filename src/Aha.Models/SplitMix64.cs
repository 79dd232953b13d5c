namespace Aha.Models;

/// <summary>Steele, Lea, Flood: Fast splittable pseudorandom number generators (2014).</summary>
internal struct SplitMix64(ulong state)
{
    /// <summary>Box and Muller's transform; the sine half is discarded.</summary>
    public double NextNormal()
    {
        // (0, 1]: the logarithm of 0 would be infinite.
        double u = ((Next() >> 11) + 1) * (1.0 / (1UL << 53)), v = (Next() >> 11) * (1.0 / (1UL << 53));
        return Math.Sqrt(-2 * Math.Log(u)) * Math.Cos(2 * Math.PI * v);
    }

    /// <summary>Uniform within [0, 1).</summary>
    public double NextUniform() => (Next() >> 11) * (1.0 / (1UL << 53));

    private ulong Next()
    {
        ulong z = state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
