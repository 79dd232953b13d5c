using Aha.Models.Rotary;

namespace Aha.Models.Checkpoints.Gguf;

/// <summary>
/// Scaling of rotary embeddings in GGUF: <c>linear</c> and <c>yarn</c> by name, <c>llama3</c> as a tensor of divisors, one for each pair of a head.
/// </summary>
internal static class GgufRope
{
    /// <summary>The divisors' tensor, [head_dim / 2].</summary>
    public const string Divisors = "rope_freqs.weight";

    // What llama3's rule has been used with; a file may say otherwise.
    private const double UsualLowFrequencyFactor = 1;
    private const double UsualHighFrequencyFactor = 4;
    private const int UsualOriginalPositions = 8192;

    // fp32 beside fp64.
    private const double Tolerance = 1e-5;

    /// <summary>The scaling of a file whose configuration is otherwise known.</summary>
    /// <exception cref="ModelFormatException">Another kind, or divisors that no known rule gives.</exception>
    public static RopeScaling? Read(GgufFile file, ModelConfig config)
    {
        GgufMetadata metadata = file.Metadata;
        string Key(string name) => $"{config.ModelType}.rope.scaling.{name}";
        double Factor() => metadata.OptionalDouble(Key("factor")) is double factor and >= 1 && double.IsFinite(factor)
            ? factor
            : throw metadata.Refused(Key("factor"), "missing, or below 1");

        string type = metadata.OptionalText(Key("type")) ?? "none";
        int? original = metadata.OptionalInt(Key("original_context_length"));
        foreach (string name in (ReadOnlySpan<string>)["attn_factor", "yarn_ext_factor", "yarn_attn_factor", "yarn_beta_fast", "yarn_beta_slow", "yarn_log_multiplier"])
        {
            if (metadata.Contains(Key(name))) throw metadata.Refused(Key(name), "is not supported");
        }
        bool hasDivisors = file.TryFind(Divisors, out GgufEntry? divisors);
        if (hasDivisors && type != "none") throw new ModelFormatException(file.Path, Divisors, $"stands beside {Key("type")} '{type}'");
        return type switch
        {
            "none" when hasDivisors => ReadLlama3(file, divisors!, config, new Llama3RopeScaling(
                1,
                metadata.OptionalDouble(Key("low_freq_factor")) ?? UsualLowFrequencyFactor,
                metadata.OptionalDouble(Key("high_freq_factor")) ?? UsualHighFrequencyFactor,
                original ?? UsualOriginalPositions)),
            "none" => null,
            "linear" => new LinearRopeScaling(Factor()),
            "yarn" => new YarnRopeScaling(Factor(), original ?? throw metadata.Refused(Key("original_context_length"), "missing")),
            _ => throw metadata.Refused(Key("type"), $"'{type}' is not supported; known are none, linear, yarn"),
        };
    }

    /// <exception cref="ModelFormatException">YaRN with other numbers than llama.cpp's own.</exception>
    public static IEnumerable<KeyValuePair<string, object>> ToMetadata(ModelConfig config)
    {
        string prefix = $"{config.ModelType}.rope.scaling.";
        switch (config.RopeScaling)
        {
            case LinearRopeScaling linear:
                yield return new(prefix + "type", "linear");
                yield return new(prefix + "factor", (float)linear.Factor);
                break;
            case YarnRopeScaling yarn:
                if (yarn != new YarnRopeScaling(yarn.Factor, yarn.OriginalPositions))
                    throw new ModelFormatException(ModelConfigFile.ConfigName, "rope_scaling", "YaRN with a beta, attention factor or mscale of its own cannot be written as GGUF");
                yield return new(prefix + "type", "yarn");
                yield return new(prefix + "factor", (float)yarn.Factor);
                yield return new(prefix + "original_context_length", (uint)yarn.OriginalPositions);
                break;
            case Llama3RopeScaling llama3:
                // No type and no factor: llama.cpp takes them from the divisors, and would scale twice.
                yield return new(prefix + "original_context_length", (uint)llama3.OriginalPositions);
                yield return new(prefix + "low_freq_factor", (float)llama3.LowFrequencyFactor);
                yield return new(prefix + "high_freq_factor", (float)llama3.HighFrequencyFactor);
                break;
        }
    }

    /// <summary>The values of <see cref="Divisors"/>; null where the model needs none.</summary>
    public static float[]? DivisorsOf(ModelConfig config) => config.RopeScaling is not Llama3RopeScaling ? null
        : [.. RotaryFrequencies.Of(config with { RopeScaling = null }).Zip(RotaryFrequencies.Of(config), (plain, scaled) => (float)(plain / scaled))];

    private static Llama3RopeScaling? ReadLlama3(GgufFile file, GgufEntry entry, ModelConfig config, Llama3RopeScaling rule)
    {
        if (entry.Count != config.HeadDim / 2) throw new ModelFormatException(file.Path, Divisors, $"{entry.Count} divisors for {config.HeadDim / 2} pairs");
        var divisors = new float[entry.Count];
        file.CopyTo(entry, divisors);
        float factor = divisors.Max();
        if (factor == 1 && divisors.Min() == 1) return null;
        Llama3RopeScaling scaling = rule with { Factor = factor };
        float[] expected = DivisorsOf(config with { RopeScaling = scaling })!;
        if (!(factor >= 1) || divisors.Zip(expected).Any(pair => !(Math.Abs(pair.First - pair.Second) <= Tolerance * pair.Second)))
            throw new ModelFormatException(file.Path, Divisors, $"not what llama3's rule gives for {scaling.OriginalPositions} original positions");
        return scaling;
    }
}
