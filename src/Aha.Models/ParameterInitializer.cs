namespace Aha.Models;

/// <summary>Random weights that depend on the seed alone, not on libtorch's version or the processor's vector width.</summary>
internal static class ParameterInitializer
{
    public static void Fill(Span<float> parameters, ModelConfig config, IReadOnlyList<ParameterSlice> layout, long seed)
    {
        var random = new SplitMix64((ulong)seed);
        double residualScale = 1 / Math.Sqrt(2.0 * config.NumHiddenLayers);
        foreach (ParameterSlice slice in layout)
        {
            Span<float> values = parameters.Slice((int)slice.Offset, (int)slice.Count);
            if (slice.Shape.Count == 1)
            {
                values.Fill(slice.Name.EndsWith("bias", StringComparison.Ordinal) ? 0 : 1);
                continue;
            }
            bool writesResidual = slice.Name.EndsWith("o_proj.weight", StringComparison.Ordinal) || slice.Name.EndsWith("down_proj.weight", StringComparison.Ordinal);
            double scale = config.InitializerRange * (writesResidual ? residualScale : 1);
            for (int i = 0; i < values.Length; i++) values[i] = (float)(scale * random.NextNormal());
        }
    }

    /// <summary>Steele, Lea, Flood: Fast splittable pseudorandom number generators (2014).</summary>
    private struct SplitMix64(ulong state)
    {
        /// <summary>Box and Muller's transform; the sine half is discarded.</summary>
        public double NextNormal()
        {
            // (0, 1]: the logarithm of 0 would be infinite.
            double u = ((Next() >> 11) + 1) * (1.0 / (1UL << 53)), v = (Next() >> 11) * (1.0 / (1UL << 53));
            return Math.Sqrt(-2 * Math.Log(u)) * Math.Cos(2 * Math.PI * v);
        }

        private ulong Next()
        {
            ulong z = state += 0x9E3779B97F4A7C15;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return z ^ (z >> 31);
        }
    }
}
