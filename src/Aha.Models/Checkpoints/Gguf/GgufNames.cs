using System.Globalization;

namespace Aha.Models.Checkpoints.Gguf;

/// <summary>
/// ggml's tensor names beside Hugging Face's: <c>blk.3.attn_q.weight</c> is <c>model.layers.3.self_attn.q_proj.weight</c>. A name without a
/// counterpart is left as it is.
/// </summary>
internal static class GgufNames
{
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

    private static readonly Dictionary<string, string> OutsideToHuggingFace = Outside.ToDictionary(pair => pair.Ggml, pair => pair.HuggingFace);
    private static readonly Dictionary<string, string> OutsideToGgml = Outside.ToDictionary(pair => pair.HuggingFace, pair => pair.Ggml);
    private static readonly Dictionary<string, string> InLayerToHuggingFace = InLayer.ToDictionary(pair => pair.Ggml, pair => pair.HuggingFace);
    private static readonly Dictionary<string, string> InLayerToGgml = InLayer.ToDictionary(pair => pair.HuggingFace, pair => pair.Ggml);

    public static string ToHuggingFace(string name) => Map(name, OutsideToHuggingFace, Block, InLayerToHuggingFace, Layer);

    public static string ToGgml(string name) => Map(name, OutsideToGgml, Layer, InLayerToGgml, Block);

    private static string Map(string name, Dictionary<string, string> outside, string prefix, Dictionary<string, string> inLayer, string mappedPrefix)
    {
        if (outside.TryGetValue(name, out string? whole)) return whole;
        if (!name.StartsWith(prefix, StringComparison.Ordinal)) return name;
        // prefix, number, part, weight or bias
        int numberEnd = name.IndexOf('.', prefix.Length), kindBegin = name.LastIndexOf('.');
        if (numberEnd < 0 || kindBegin <= numberEnd || !IsCanonicalNumber(name.AsSpan(prefix.Length, numberEnd - prefix.Length))) return name;
        return inLayer.TryGetValue(name[(numberEnd + 1)..kindBegin], out string? part)
            ? $"{mappedPrefix}{name[prefix.Length..numberEnd]}.{part}{name[kindBegin..]}"
            : name;
    }

    // "01" would collide with "1".
    private static bool IsCanonicalNumber(ReadOnlySpan<char> text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number.ToString(CultureInfo.InvariantCulture).AsSpan().SequenceEqual(text);
}
