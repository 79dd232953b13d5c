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

    /// <summary>The tensor's values; valid until the next is read, or the model is disposed or trained further.</summary>
    /// <exception cref="KeyNotFoundException">No tensor has that name.</exception>
    ReadOnlySpan<float> Read(string name);
}

/// <summary>How a matrix's numbers are stored, as far as they can be multiplied without having been widened to fp32 before.</summary>
public enum StoredFormat
{
    /// <summary>fp32, or anything else: its numbers are read in fp32.</summary>
    Float32,

    /// <summary>bf16.</summary>
    BFloat16,

    /// <summary>GGUF's blocks of 32 along a row: an fp16 scale, 32 signed bytes.</summary>
    Q8_0,

    /// <summary>GGUF's blocks of 32: an fp16 scale, 32 nibbles less 8.</summary>
    Q4_0,

    /// <summary>GGUF's blocks of 32: an fp16 scale, an fp16 offset, 32 nibbles.</summary>
    Q4_1,
}

/// <summary>Weights that lie in a file and are never trained: a reader may take a matrix in the precision it is stored in.</summary>
public interface IStoredWeights : IModelWeights
{
    /// <exception cref="KeyNotFoundException">No tensor has that name.</exception>
    StoredFormat FormatOf(string name);

    /// <summary>A row's bytes in the tensor's format, which is not <see cref="StoredFormat.Float32"/>.</summary>
    /// <exception cref="KeyNotFoundException">No tensor has that name.</exception>
    ReadOnlySpan<byte> Row(string name, long row);
}
