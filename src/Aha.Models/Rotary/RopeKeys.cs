using System.Text.Json.Nodes;

namespace Aha.Models.Rotary;

/// <summary>
/// Rotary keys of <c>config.json</c> in both styles: <c>rope_theta</c> beside <c>rope_scaling</c> (transformers 4), and all of it in
/// <c>rope_parameters</c> (transformers 5).
/// </summary>
internal static class RopeKeys
{
    public const string Theta = "rope_theta";
    public const string Parameters = "rope_parameters";
    public const string Scaling = "rope_scaling";
    private const double DefaultTheta = 10_000;

    public static (double Theta, RopeScaling? Scaling) Read(ConfigReader config, int positions)
    {
        ConfigReader? keys = config.Object(Parameters) ?? config.Object(Scaling);
        double theta = keys?.OptionalDouble(Theta) ?? config.OptionalDouble(Theta) ?? DefaultTheta;
        if (keys is null) return (theta, null);
        if (keys.OptionalDouble("partial_rotary_factor") is double part and not 1) throw keys.Refused("partial_rotary_factor", $"{part} is not supported, only 1");

        string typeKey = keys.String("rope_type") is null ? "type" : "rope_type";
        string type = keys.String(typeKey) ?? "default";
        int Original() => keys.OptionalInt("original_max_position_embeddings") ?? positions;
        double Factor() => keys.OptionalDouble("factor") ?? throw keys.Missing("factor");
        RopeScaling? scaling = type switch
        {
            "default" => null,
            "linear" => new LinearRopeScaling(Factor()),
            "llama3" => new Llama3RopeScaling(
                Factor(),
                keys.OptionalDouble("low_freq_factor") ?? throw keys.Missing("low_freq_factor"),
                keys.OptionalDouble("high_freq_factor") ?? throw keys.Missing("high_freq_factor"),
                Original()),
            "yarn" => new YarnRopeScaling(
                Factor(),
                Original(),
                keys.OptionalDouble("beta_fast") ?? 32,
                keys.OptionalDouble("beta_slow") ?? 1,
                keys.OptionalDouble("attention_factor"),
                keys.OptionalDouble("mscale") ?? 0,
                keys.OptionalDouble("mscale_all_dim") ?? 0,
                keys.OptionalBool("truncate") ?? true),
            _ => throw keys.Refused(typeKey, $"'{type}' is not supported; known are default, linear, llama3, yarn"),
        };
        Validate(scaling, keys);
        return (theta, scaling);
    }

    /// <summary>Writes the keys of both styles.</summary>
    public static void Write(JsonObject json, ModelConfig config)
    {
        json[Theta] = config.RopeTheta;
        JsonObject parameters = Scaled(config.RopeScaling);
        parameters[Theta] = config.RopeTheta;
        json[Parameters] = parameters;
        if (config.RopeScaling is not null) json[Scaling] = Scaled(config.RopeScaling);
    }

    private static JsonObject Scaled(RopeScaling? scaling)
    {
        var json = new JsonObject();
        switch (scaling)
        {
            case null:
                json["rope_type"] = "default";
                break;
            case LinearRopeScaling:
                json["rope_type"] = "linear";
                break;
            case Llama3RopeScaling llama3:
                json["rope_type"] = "llama3";
                json["low_freq_factor"] = llama3.LowFrequencyFactor;
                json["high_freq_factor"] = llama3.HighFrequencyFactor;
                json["original_max_position_embeddings"] = llama3.OriginalPositions;
                break;
            case YarnRopeScaling yarn:
                json["rope_type"] = "yarn";
                json["original_max_position_embeddings"] = yarn.OriginalPositions;
                json["beta_fast"] = yarn.BetaFast;
                json["beta_slow"] = yarn.BetaSlow;
                if (yarn.AttentionFactor is double factor) json["attention_factor"] = factor;
                if (yarn.Scale != 0) json["mscale"] = yarn.Scale;
                if (yarn.ScaleAllDimensions != 0) json["mscale_all_dim"] = yarn.ScaleAllDimensions;
                if (!yarn.Truncate) json["truncate"] = false;
                break;
        }
        if (scaling is not null) json["factor"] = scaling.Factor;
        return json;
    }

    private static void Validate(RopeScaling? scaling, ConfigReader keys)
    {
        if (scaling is null) return;
        if (!(scaling.Factor >= 1) || !double.IsFinite(scaling.Factor)) throw keys.Refused("factor", $"{scaling.Factor} is not 1 or above");
        if (scaling is Llama3RopeScaling { OriginalPositions: < 1 } or YarnRopeScaling { OriginalPositions: < 1 })
            throw keys.Refused("original_max_position_embeddings", "not positive");
        if (scaling is Llama3RopeScaling llama3 && !(llama3.LowFrequencyFactor > 0 && llama3.HighFrequencyFactor > llama3.LowFrequencyFactor))
            throw keys.Refused("high_freq_factor", $"{llama3.HighFrequencyFactor} is not above low_freq_factor {llama3.LowFrequencyFactor}, or that is not positive");
        if (scaling is YarnRopeScaling yarn && !(yarn.BetaSlow > 0 && yarn.BetaFast >= yarn.BetaSlow))
            throw keys.Refused("beta_fast", $"{yarn.BetaFast} is below beta_slow {yarn.BetaSlow}, or that is not positive");
    }
}
