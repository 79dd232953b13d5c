using System.Text.Json;
using System.Text.Json.Nodes;
using Aha.Tokenization.Bpe;

namespace Aha.Tokenization.Files;

/// <summary>
/// Byte-level BPE as Hugging Face's <c>tokenizer.json</c>. What it describes is either done exactly or refused by name; nothing in
/// it that changes ids is passed over.
/// </summary>
internal static class TokenizerJson
{
    private const int MostIds = 10_000_000;

    /// <summary><c>model.type</c>; older files leave it out where there are merges.</summary>
    public static string ModelKind(JsonElement root)
    {
        JsonElement model = root.GetProperty("model");
        string? kind = Text(model, "type");
        return kind ?? (model.TryGetProperty("merges", out _) ? "BPE" : "nameless");
    }

    /// <param name="root">Of <c>tokenizer.json</c>.</param>
    /// <param name="files">Its neighbours name the begin and end tokens.</param>
    public static BpeVocabulary Read(JsonElement root, TokenizerFiles files)
    {
        string path = files.TokenizerPath;
        if (ModelKind(root) != "BPE")
        {
            throw new TokenizationException($"{path}: a {ModelKind(root)} tokenizer, not BPE");
        }

        JsonElement model = root.GetProperty("model");
        RefuseOptions(model, path);
        AddedToken[] added = Optional(root, "added_tokens") is { } tokens ? [.. tokens.EnumerateArray().Select(Added)] : [];
        string?[] vocabulary = Tokens(model.GetProperty("vocab"), path);
        RequireByteLevel(Optional(root, "decoder"), path);
        (int[] prefix, int[] suffix) = PostProcessor.Read(Optional(root, "post_processor"), path);
        TokenizerConfig config = files.ParseConfig(TokenizerConfig.Read) ?? new TokenizerConfig(null, null, null);
        int[] generationEnds = files.ParseNeighbour("generation_config.json", TokenizerConfig.EndIds) ?? files.ParseNeighbour("config.json", TokenizerConfig.EndIds) ?? [];
        int? IdOf(string? token) => token is null ? null : added.FirstOrDefault(t => t.Content == token)?.Id ?? (Array.IndexOf(vocabulary, token) is >= 0 and int id ? id : null);
        int? begin = config.AddBegin == true ? IdOf(config.BeginToken) : null;
        return new BpeVocabulary
        {
            Source = path,
            Tokens = vocabulary,
            Merges = [.. model.GetProperty("merges").EnumerateArray().Select(Merge)],
            PreTokenizer = Splits.Read(Optional(root, "pre_tokenizer"), path),
            AddedTokens = added,
            NormalizeToNfc = Nfc(Optional(root, "normalizer"), path),
            IgnoreMerges = Flag(model, "ignore_merges"),
            Prefix = prefix,
            Suffix = suffix,
            BeginId = prefix is [int first, ..] ? first : begin,
            EndIds = [.. (IdOf(config.EndToken) is { } end ? (int[])[end, .. generationEnds] : generationEnds).Distinct()],
        };
    }

    /// <summary>The files of a vocabulary that did not come from files.</summary>
    /// <param name="config"><c>tokenizer_config.json</c>; made from the vocabulary's begin and end where not given.</param>
    public static TokenizerFiles Format(BpeVocabulary vocabulary, JsonObject? config = null)
    {
        var ids = new JsonObject();
        for (int id = 0; id < vocabulary.Tokens.Count; id++)
        {
            if (vocabulary.Tokens[id] is { } token)
            {
                ids[token] = id;
            }
        }

        string? ContentOf(int? id) => id is { } known ? vocabulary.AddedTokens.FirstOrDefault(t => t.Id == known)?.Content ?? vocabulary.Tokens[known] : null;
        var tokenizer = new JsonObject
        {
            ["version"] = "1.0",
            ["truncation"] = null,
            ["padding"] = null,
            ["added_tokens"] = new JsonArray([.. vocabulary.AddedTokens.OrderBy(t => t.Id).Select(Added)]),
            ["normalizer"] = vocabulary.NormalizeToNfc ? new JsonObject { ["type"] = "NFC" } : null,
            ["pre_tokenizer"] = Splits.Format(vocabulary.PreTokenizer),
            ["post_processor"] = PostProcessor.Format(vocabulary.Prefix, vocabulary.Suffix, id => ContentOf(id)!),
            ["decoder"] = Splits.ByteLevel(),
            ["model"] = new JsonObject
            {
                ["type"] = "BPE",
                ["dropout"] = null,
                ["unk_token"] = null,
                ["continuing_subword_prefix"] = null,
                ["end_of_word_suffix"] = null,
                ["fuse_unk"] = false,
                ["byte_fallback"] = false,
                ["ignore_merges"] = vocabulary.IgnoreMerges,
                ["vocab"] = ids,
                ["merges"] = new JsonArray([.. vocabulary.Merges.Select(m => (JsonNode)new JsonArray([.. m.Split(' ').Select(part => (JsonNode)part)]))]),
            },
        };
        string? end = ContentOf(vocabulary.EndIds is [int first, ..] ? first : null);
        return new TokenizerFiles(tokenizer, config ?? TokenizerConfig.Format(ContentOf(vocabulary.BeginId), end, padToken: end));
    }

    /// <summary>A property that is there and not null.</summary>
    internal static JsonElement? Optional(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    internal static string? Text(JsonElement element, string name) => Optional(element, name)?.GetString();

    internal static bool Flag(JsonElement element, string name, bool otherwise = false) => Optional(element, name)?.GetBoolean() ?? otherwise;

    private static void RefuseOptions(JsonElement model, string path)
    {
        string? refused =
            Flag(model, "byte_fallback") ? "byte_fallback (a SentencePiece vocabulary)"
            : Text(model, "continuing_subword_prefix") is { Length: > 0 } ? "continuing_subword_prefix"
            : Text(model, "end_of_word_suffix") is { Length: > 0 } ? "end_of_word_suffix"
            : Optional(model, "dropout")?.GetDouble() > 0 ? "dropout"
            : null;
        if (refused is not null)
        {
            throw new TokenizationException($"{path}: Aha reads byte-level BPE without {refused}");
        }
    }

    private static string?[] Tokens(JsonElement vocabulary, string path)
    {
        var ids = new List<(int Id, string Token)>();
        int highest = -1;
        foreach (JsonProperty entry in vocabulary.EnumerateObject())
        {
            int id = entry.Value.GetInt32();
            if (id is < 0 or >= MostIds)
            {
                throw new TokenizationException($"{path}: the token '{Utf16.Excerpt(entry.Name)}' has the id {id}");
            }

            ids.Add((id, entry.Name));
            highest = Math.Max(highest, id);
        }

        var tokens = new string?[highest + 1];
        foreach ((int id, string token) in ids)
        {
            if (tokens[id] is { } other)
            {
                throw new TokenizationException($"{path}: the tokens '{Utf16.Excerpt(other)}' and '{Utf16.Excerpt(token)}' have the same id {id}");
            }

            tokens[id] = token;
        }

        return tokens;
    }

    // Older files write "a b", newer ones ["a", "b"].
    private static string Merge(JsonElement merge) => merge.ValueKind == JsonValueKind.Array
        ? string.Join(' ', merge.EnumerateArray().Select(part => part.GetString()))
        : merge.GetString() ?? throw new FormatException("a merge is null");

    private static AddedToken Added(JsonElement token) => new(
        token.GetProperty("id").GetInt32(), token.GetProperty("content").GetString() ?? throw new FormatException("an added token has no content"), Flag(token, "special"))
    {
        SingleWord = Flag(token, "single_word"),
        StripLeft = Flag(token, "lstrip"),
        StripRight = Flag(token, "rstrip"),
        Normalized = Flag(token, "normalized", otherwise: true),
    };

    private static JsonNode Added(AddedToken token) => new JsonObject
    {
        ["id"] = token.Id,
        ["content"] = token.Content,
        ["single_word"] = token.SingleWord,
        ["lstrip"] = token.StripLeft,
        ["rstrip"] = token.StripRight,
        ["normalized"] = token.Normalized,
        ["special"] = token.Special,
    };

    private static bool Nfc(JsonElement? normalizer, string path)
    {
        switch (normalizer is { } given ? Text(given, "type") : "none")
        {
            case "none":
                return false;
            case "NFC":
                if (!"e\u0301".IsNormalized() && "e\u0301".Normalize() == "\u00e9")
                {
                    return true;
                }

                throw new TokenizationException($"{path}: it needs Unicode normalisation, which .NET leaves out under InvariantGlobalization; install ICU and unset DOTNET_SYSTEM_GLOBALIZATION_INVARIANT");
            case "Sequence":
                return normalizer!.Value.GetProperty("normalizers").EnumerateArray().Aggregate(false, (nfc, part) => Nfc(part, path) || nfc);
            case var kind:
                throw new TokenizationException($"{path}: the normalizer {kind} is not one Aha knows (it knows NFC)");
        }
    }

    private static void RequireByteLevel(JsonElement? decoder, string path)
    {
        string? kind = decoder is { } given ? Text(given, "type") : null;
        bool isByteLevel = kind == "Sequence"
            ? decoder!.Value.GetProperty("decoders").EnumerateArray().All(d => Text(d, "type") is "ByteLevel" or "Fuse")
            : kind == "ByteLevel";
        if (!isByteLevel)
        {
            throw new TokenizationException($"{path}: its decoder is {kind ?? "absent"}, so it is no byte-level BPE, the only BPE Aha reads");
        }
    }
}
