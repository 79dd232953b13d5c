using System.Text.Json.Nodes;

namespace Aha.Models;

/// <summary>Keys of <c>config.json</c> that only DeepSeek-V3's architecture has.</summary>
internal static class DeepSeekKeys
{
    public const string RotaryHeadDim = "qk_rope_head_dim";
    public const string NextTokenPredictors = "num_nextn_predict_layers";

    public static IReadOnlyList<string> All { get; } =
    [
        RotaryHeadDim, NextTokenPredictors, "q_lora_rank", "kv_lora_rank", "qk_nope_head_dim", "v_head_dim", "rope_interleave",
        "n_routed_experts", "n_shared_experts", "num_experts_per_tok", "moe_intermediate_size", "first_k_dense_replace", "n_group", "topk_group",
        "routed_scaling_factor", "norm_topk_prob", "scoring_func", "topk_method", "moe_layer_freq",
    ];

    public static LatentAttentionConfig LatentAttention(ConfigReader reader) => new(
        reader.OptionalInt("q_lora_rank"),
        reader.Int("kv_lora_rank"),
        reader.Int("qk_nope_head_dim"),
        reader.Int("v_head_dim"),
        reader.OptionalBool("rope_interleave") ?? true);

    /// <summary>Null where the configuration has no routed experts.</summary>
    public static ExpertsConfig? Experts(ConfigReader reader)
    {
        if (reader.OptionalInt("n_routed_experts") is not int routed) return null;
        reader.RequireOnly("scoring_func", "sigmoid");
        reader.RequireOnly("topk_method", "noaux_tc");
        if (reader.OptionalInt("moe_layer_freq") is int every and not 1) throw reader.Refused("moe_layer_freq", $"{every} is not supported, only 1");
        return new ExpertsConfig(
            routed,
            reader.OptionalInt("n_shared_experts") ?? 0,
            reader.Int("num_experts_per_tok"),
            reader.Int("moe_intermediate_size"),
            reader.OptionalInt("first_k_dense_replace") ?? 0,
            reader.OptionalInt("n_group") ?? 1,
            reader.OptionalInt("topk_group") ?? 1,
            reader.OptionalDouble("routed_scaling_factor") ?? 1,
            reader.OptionalBool("norm_topk_prob") ?? true);
    }

    public static void Write(JsonObject json, ModelConfig config)
    {
        if (config.LatentAttention is { } latent)
        {
            json["q_lora_rank"] = latent.QueryRank;
            json["kv_lora_rank"] = latent.KeyValueRank;
            json["qk_nope_head_dim"] = latent.PlainHeadDim;
            json[RotaryHeadDim] = config.HeadDim;
            json["v_head_dim"] = latent.ValueHeadDim;
            json["rope_interleave"] = latent.Interleaved;
            json[NextTokenPredictors] = config.NextTokenPredictors;
        }
        if (config.Experts is not { } experts) return;
        json["n_routed_experts"] = experts.Routed;
        json["n_shared_experts"] = experts.Shared;
        json["num_experts_per_tok"] = experts.PerToken;
        json["moe_intermediate_size"] = experts.IntermediateSize;
        json["first_k_dense_replace"] = experts.FirstDenseLayers;
        json["n_group"] = experts.Groups;
        json["topk_group"] = experts.GroupsPerToken;
        json["routed_scaling_factor"] = experts.ScalingFactor;
        json["norm_topk_prob"] = experts.NormaliseWeights;
        json["scoring_func"] = "sigmoid";
        json["topk_method"] = "noaux_tc";
        json["moe_layer_freq"] = 1;
    }
}
