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
}
