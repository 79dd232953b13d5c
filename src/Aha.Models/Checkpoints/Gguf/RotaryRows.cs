namespace Aha.Models.Checkpoints.Gguf;

/// <summary>
/// The rows of llama's query and key matrices. Hugging Face rotates element i of a head with element i + d/2, ggml's llama rotates neighbours:
/// row (h, half, i) there is row (h, i, half) here. Qwen's lie alike in both.
/// </summary>
internal static class RotaryRows
{
    /// <summary>Heads whose rows are interleaved in GGUF; 0 where the tensor lies as Hugging Face stores it.</summary>
    public static int InterleavedHeads(ModelConfig config, string huggingFaceName)
    {
        if (config.ModelType != "llama") return 0;
        if (huggingFaceName.EndsWith(".self_attn.q_proj.weight", StringComparison.Ordinal)) return config.NumAttentionHeads;
        return huggingFaceName.EndsWith(".self_attn.k_proj.weight", StringComparison.Ordinal) ? config.NumKeyValueHeads : 0;
    }

    /// <summary>The Hugging Face row of a GGUF row; one to one over <c>[0, heads * headDim)</c>.</summary>
    public static long ToHuggingFace(long row, int headDim)
    {
        long head = row / headDim, within = row % headDim;
        return head * headDim + within % 2 * (headDim / 2) + within / 2;
    }

    /// <summary>The GGUF row of a Hugging Face row: the inverse of <see cref="ToHuggingFace"/>.</summary>
    public static long ToGguf(long row, int headDim)
    {
        long head = row / headDim, within = row % headDim, half = headDim / 2;
        return head * headDim + within % half * 2 + within / half;
    }

    /// <summary>Rows of <paramref name="source"/>, as Hugging Face orders them, in GGUF's order.</summary>
    public static void Interleave(ReadOnlySpan<float> source, Span<float> target, long rows, int headDim)
    {
        int length = (int)(source.Length / rows);
        for (long row = 0; row < rows; row++)
            source.Slice((int)ToHuggingFace(row, headDim) * length, length).CopyTo(target.Slice((int)row * length, length));
    }
}
