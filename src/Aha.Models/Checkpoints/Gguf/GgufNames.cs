using System.Globalization;

namespace Aha.Models.Checkpoints.Gguf;

/// <summary>
/// ggml's tensor names beside Hugging Face's: <c>blk.3.attn_q.weight</c> is <c>model.layers.3.self_attn.q_proj.weight</c>. A name without a
/// counterpart is left as it is.
/// </summary>
internal static class GgufNames
{
    /// <summary>Divisors of the rotary frequencies, [head_dim / 2]; Hugging Face has them as <c>rope_scaling</c>.</summary>
    public const string RopeFactors = "rope_freqs.weight";

    public const string Embedding = "token_embd.weight";
    public const string Head = "output.weight";

    private const string Block = "blk.";
    private const string Layer = "model.layers.";

    private static readonly (string Ggml, string HuggingFace)[] Outside =
    [
        (Embedding, ParameterLayout.Embedding),
        ("output_norm.weight", ParameterLayout.FinalNorm),
        (Head, ParameterLayout.Head),
    ];

    private static readonly (string Ggml, string HuggingFace)[] InLayer =
    [
        ("attn_norm", "input_layernorm"),
        ("attn_q", "self_attn.q_proj"),
        ("attn_k", "self_attn.k_proj"),
        ("attn_v", "self_attn.v_proj"),
        ("attn_output", "self_attn.o_proj"),
        ("attn_q_norm", "self_attn.q_norm"),
        ("attn_k_norm", "self_attn.k_norm"),
        ("ffn_norm", "post_attention_layernorm"),
        ("ffn_gate", "mlp.gate_proj"),
        ("ffn_up", "mlp.up_proj"),
        ("ffn_down", "mlp.down_proj"),
    ];

    public static string ToHuggingFace(string name) => Map(name, Block, Layer, pair => pair.Ggml, pair => pair.HuggingFace);

    public static string ToGgml(string name) => Map(name, Layer, Block, pair => pair.HuggingFace, pair => pair.Ggml);

    private static string Map(string name, string prefix, string mappedPrefix, Func<(string, string), string> from, Func<(string, string), string> to)
    {
        foreach ((string, string) pair in Outside)
        {
            if (from(pair) == name) return to(pair);
        }
        // prefix, number, part, weight or bias
        if (!name.StartsWith(prefix, StringComparison.Ordinal)) return name;
        int numberEnd = name.IndexOf('.', prefix.Length), kindBegin = name.LastIndexOf('.');
        if (numberEnd < 0 || kindBegin <= numberEnd || !IsCanonicalNumber(name.AsSpan(prefix.Length, numberEnd - prefix.Length))) return name;
        string part = name[(numberEnd + 1)..kindBegin];
        foreach ((string, string) pair in InLayer)
        {
            if (from(pair) == part) return $"{mappedPrefix}{name[prefix.Length..numberEnd]}.{to(pair)}{name[kindBegin..]}";
        }
        return name;
    }

    // "01" would collide with "1".
    private static bool IsCanonicalNumber(ReadOnlySpan<char> text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number.ToString(CultureInfo.InvariantCulture).AsSpan().SequenceEqual(text);
}
