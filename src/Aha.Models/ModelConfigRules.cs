namespace Aha.Models;

/// <summary>What a configuration must satisfy: refuses what no model can have, and what this decoder does not compute.</summary>
internal static class ModelConfigRules
{
    // Beyond any model; below it no product of sizes overflows.
    private const int LargestSize = 1 << 24;
    private const int MostExperts = 1 << 14;
    private const int MostPredictors = 16;

    /// <exception cref="ModelFormatException">Names <paramref name="file"/> and the first key at fault.</exception>
    public static void Validate(ModelConfig config, string file)
    {
        void Require(bool condition, string key, string problem)
        {
            if (!condition) throw new ModelFormatException(file, key, problem);
        }

        void RequireSize(int size, string key, int atLeast = 1, int atMost = LargestSize)
        {
            Require(size >= atLeast, key, atLeast > 0 ? $"{size} is not positive" : $"{size} is negative");
            Require(size <= atMost, key, $"{size} is larger than any model's");
        }

        Require(DecoderArchitecture.TryFind(config.ModelType, out DecoderArchitecture? architecture), "model_type",
            $"'{config.ModelType}' is not supported; known are {DecoderArchitecture.KnownNames}");
        Require(config.VocabSize > 0, "vocab_size", $"{config.VocabSize} is not positive");
        RequireSize(config.HiddenSize, "hidden_size");
        RequireSize(config.IntermediateSize, "intermediate_size");
        RequireSize(config.NumHiddenLayers, "num_hidden_layers");
        RequireSize(config.NumAttentionHeads, "num_attention_heads");
        Require(config.NumKeyValueHeads > 0 && config.NumAttentionHeads % config.NumKeyValueHeads == 0, "num_key_value_heads",
            $"{config.NumKeyValueHeads} does not divide num_attention_heads {config.NumAttentionHeads}");
        RequireSize(config.HeadDim, "head_dim");
        Require(config.HeadDim % 2 == 0, "head_dim", $"{config.HeadDim} is not even, as rotary embeddings need");
        RequireSize(config.MaxPositionEmbeddings, "max_position_embeddings");
        Require(config.RmsNormEps is > 0 and < 1, "rms_norm_eps", $"{config.RmsNormEps} is not between 0 and 1");
        Require(config.RopeTheta > 1 && double.IsFinite(config.RopeTheta), "rope_theta", $"{config.RopeTheta} is not above 1");
        Require(config.InitializerRange >= 0 && double.IsFinite(config.InitializerRange), "initializer_range", $"{config.InitializerRange} is negative");
        Require(config.AttentionBias == architecture!.AttentionBias, "attention_bias",
            $"{config.ModelType} {(architecture.AttentionBias ? "has" : "has no")} biases on q, k and v here");
        Require(config.QueryKeyNorm == architecture.QueryKeyNorm, "model_type", $"{config.ModelType} {(architecture.QueryKeyNorm ? "has" : "has no")} norms on q and k");
        Require(config.LatentAttention is null != architecture.LatentAttentionAndExperts, "kv_lora_rank",
            $"{config.ModelType} {(architecture.LatentAttentionAndExperts ? "has" : "has no")} latent attention");
        Require(config.Experts is null || architecture.LatentAttentionAndExperts, "n_routed_experts", $"{config.ModelType} has no experts");
        if (config.LatentAttention is { } latent)
        {
            if (latent.QueryRank is int rank) RequireSize(rank, "q_lora_rank");
            RequireSize(latent.KeyValueRank, "kv_lora_rank");
            RequireSize(latent.PlainHeadDim, "qk_nope_head_dim");
            RequireSize(latent.ValueHeadDim, "v_head_dim");
            Require(config.NumKeyValueHeads == config.NumAttentionHeads, "num_key_value_heads",
                $"{config.NumKeyValueHeads}, where latent attention has as many as num_attention_heads, {config.NumAttentionHeads}");
        }
        if (config.Experts is { } experts)
        {
            RequireSize(experts.Routed, "n_routed_experts", atMost: MostExperts);
            RequireSize(experts.Shared, "n_shared_experts", atLeast: 0);
            RequireSize(experts.IntermediateSize, "moe_intermediate_size");
            RequireSize(experts.FirstDenseLayers, "first_k_dense_replace", atLeast: 0);
            Require(experts.Groups > 0 && experts.Routed % experts.Groups == 0, "n_group", $"{experts.Groups} does not divide n_routed_experts {experts.Routed}");
            Require(experts.GroupsPerToken > 0 && experts.GroupsPerToken <= experts.Groups, "topk_group", $"{experts.GroupsPerToken} is not between 1 and n_group {experts.Groups}");
            int open = experts.Routed / experts.Groups * experts.GroupsPerToken;
            Require(experts.PerToken > 0 && experts.PerToken <= open, "num_experts_per_tok", $"{experts.PerToken} is not between 1 and the {open} experts of {experts.GroupsPerToken} groups");
            Require(experts.ScalingFactor > 0 && double.IsFinite(experts.ScalingFactor), "routed_scaling_factor", $"{experts.ScalingFactor} is not positive");
        }
        RequireSize(config.NextTokenPredictors, "num_nextn_predict_layers", atLeast: 0, MostPredictors);
        foreach (int id in config.EosTokenIds)
            Require(id >= 0 && id < config.VocabSize, "eos_token_id", $"{id} is outside the vocabulary of {config.VocabSize}");
        Require(ParameterLayout.Count(config) <= int.MaxValue, "hidden_size", "more than 2^31 - 1 parameters; one buffer holds them all here");
    }
}
