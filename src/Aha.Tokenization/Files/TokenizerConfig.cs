using System.Text.Json;
using System.Text.Json.Nodes;

namespace Aha.Tokenization.Files;

/// <summary>What Aha reads and writes of <c>tokenizer_config.json</c>, and of the model's files that name end tokens.</summary>
/// <param name="BeginToken">Text of <c>bos_token</c>.</param>
/// <param name="EndToken">Text of <c>eos_token</c>.</param>
/// <param name="AddBegin">Whether every text is to begin with the begin token; null where the file does not say.</param>
internal sealed record TokenizerConfig(string? BeginToken, string? EndToken, bool? AddBegin)
{
    public static TokenizerConfig Read(JsonElement root) => new(Token(root, "bos_token"), Token(root, "eos_token"), Flag(root, "add_bos_token"));

    /// <summary><c>eos_token_id</c> of <c>generation_config.json</c> or <c>config.json</c>: absent, a number, or a list of numbers.</summary>
    public static int[] EndIds(JsonElement root)
    {
        if (!root.TryGetProperty("eos_token_id", out JsonElement ids) || ids.ValueKind == JsonValueKind.Null)
        {
            return [];
        }

        return ids.ValueKind == JsonValueKind.Array ? [.. ids.EnumerateArray().Select(id => id.GetInt32())] : [ids.GetInt32()];
    }

    public static JsonObject Format(string? beginToken, string? endToken, string? padToken) => new()
    {
        ["tokenizer_class"] = "PreTrainedTokenizerFast",
        ["bos_token"] = beginToken,
        ["eos_token"] = endToken,
        ["pad_token"] = padToken,
        ["clean_up_tokenization_spaces"] = false,
    };

    // A text, or an object that holds it beside its flags.
    private static string? Token(JsonElement root, string name)
    {
        if (!root.TryGetProperty(name, out JsonElement token) || token.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        return token.ValueKind == JsonValueKind.Object ? token.GetProperty("content").GetString() : token.GetString();
    }

    private static bool? Flag(JsonElement root, string name) =>
        root.TryGetProperty(name, out JsonElement flag) && flag.ValueKind is JsonValueKind.True or JsonValueKind.False ? flag.GetBoolean() : null;
}
