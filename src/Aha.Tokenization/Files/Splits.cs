using System.Text.Json;
using System.Text.Json.Nodes;
using Aha.Tokenization.PreTokenization;

namespace Aha.Tokenization.Files;

/// <summary>The <c>pre_tokenizer</c> of a <c>tokenizer.json</c>: recognised by the exact text of its patterns.</summary>
internal static class Splits
{
    /// <exception cref="TokenizationException">It is not one of the known patterns.</exception>
    public static PreTokenizer Read(JsonElement? preTokenizer, string path)
    {
        var patterns = new List<string>();
        bool mapsBytes = false;
        if (preTokenizer is { } given)
        {
            Collect(given, patterns, ref mapsBytes, path);
        }

        if (!mapsBytes)
        {
            throw new TokenizationException($"{path}: its pre_tokenizer has no ByteLevel step, so it is no byte-level BPE, the only BPE Aha reads");
        }

        return PreTokenizers.WithPatterns(patterns) ?? throw new TokenizationException(
            $"{path}: its pre-tokenizer splits by {(patterns.Count == 0 ? "nothing" : string.Join(" then ", patterns))}, a pattern Aha does not know "
            + $"(it knows those of {string.Join(", ", PreTokenizers.All.Select(p => p.Name))})");
    }

    public static JsonObject Format(PreTokenizer preTokenizer)
    {
        JsonNode[] splits = [.. preTokenizer.Patterns.Select(pattern => (JsonNode)new JsonObject
        {
            ["type"] = "Split",
            ["pattern"] = new JsonObject { ["Regex"] = pattern },
            ["behavior"] = "Isolated",
            ["invert"] = false,
        })];
        return new JsonObject { ["type"] = "Sequence", ["pretokenizers"] = new JsonArray([.. splits, ByteLevel()]) };
    }

    /// <summary>The step that maps bytes to characters and splits nothing; as a decoder, its inverse.</summary>
    public static JsonObject ByteLevel() => new() { ["type"] = "ByteLevel", ["add_prefix_space"] = false, ["trim_offsets"] = false, ["use_regex"] = false };

    private static void Collect(JsonElement step, List<string> patterns, ref bool mapsBytes, string path)
    {
        string? kind = TokenizerJson.Text(step, "type");
        switch (kind)
        {
            case "Sequence":
                foreach (JsonElement part in step.GetProperty("pretokenizers").EnumerateArray())
                {
                    Collect(part, patterns, ref mapsBytes, path);
                }

                break;
            case "Split" when TokenizerJson.Text(step, "behavior") == "Isolated" && !TokenizerJson.Flag(step, "invert") && !mapsBytes:
                patterns.Add(TokenizerJson.Text(step.GetProperty("pattern"), "Regex") ?? throw new TokenizationException($"{path}: a Split that is not by a regular expression"));
                break;
            case "Digits" when TokenizerJson.Flag(step, "individual_digits") && !mapsBytes:
                patterns.Add(PreTokenizers.SingleDigit);
                break;
            case "ByteLevel" when !TokenizerJson.Flag(step, "add_prefix_space", otherwise: true) && !mapsBytes:
                if (TokenizerJson.Flag(step, "use_regex", otherwise: true))
                {
                    patterns.Add(PreTokenizers.Gpt2Pattern);
                }

                mapsBytes = true;
                break;
            default:
                throw new TokenizationException($"{path}: the pre-tokenizer step {step.GetRawText()} is not one Aha knows");
        }
    }
}
