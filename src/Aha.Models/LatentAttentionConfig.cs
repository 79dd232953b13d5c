namespace Aha.Models;

/// <summary>
/// Sizes of multi-head latent attention (DeepSeek-V2, arXiv 2405.04434, section 2.1). A head's query and key are a part without position and a rotary
/// part of <see cref="ModelConfig.HeadDim"/>; the rotary key is one for all heads.
/// </summary>
/// <param name="QueryRank"><c>q_lora_rank</c>: width of the compressed query; null where queries are projected directly.</param>
/// <param name="KeyValueRank"><c>kv_lora_rank</c>: width of the compressed keys and values.</param>
/// <param name="PlainHeadDim"><c>qk_nope_head_dim</c>: the part of a head's query and key that does not turn.</param>
/// <param name="ValueHeadDim"><c>v_head_dim</c></param>
/// <param name="Interleaved"><c>rope_interleave</c>: rotary pairs are neighbours (2i, 2i+1), not halves (i, i+d/2).</param>
public sealed record LatentAttentionConfig(int? QueryRank, int KeyValueRank, int PlainHeadDim, int ValueHeadDim, bool Interleaved = true);
