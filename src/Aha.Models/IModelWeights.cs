namespace Aha.Models;

/// <summary>
/// Read access to a model's fp32 weights by their Hugging Face name, row-major <c>[out, in]</c>, without a copy where the
/// storage allows. What the rollout engine needs to know about a model, and no more.
/// Names: <c>model.embed_tokens.weight [V,D]</c>, <c>model.layers.{i}.input_layernorm.weight [D]</c>,
/// <c>.self_attn.{q,k,v}_proj.{weight,bias}</c>, <c>.self_attn.o_proj.weight</c>, <c>.post_attention_layernorm.weight</c>,
/// <c>.mlp.{gate,up,down}_proj.weight</c>, <c>model.norm.weight</c>, <c>lm_head.weight</c> (absent when tied); Qwen3 has <c>.self_attn.{q,k}_norm.weight</c>
/// too, DeepSeek-V3 its own projections and experts (<see cref="CausalLanguageModel.Layout"/> lists them).
/// </summary>
public interface IModelWeights
{
    ModelConfig Config { get; }

    /// <summary>The tensor's values; valid until the model is disposed or trained further.</summary>
    /// <exception cref="KeyNotFoundException">No tensor has that name.</exception>
    ReadOnlySpan<float> Read(string name);
}
