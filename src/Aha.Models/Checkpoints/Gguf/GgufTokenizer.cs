using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Aha.Tokenization;
using Aha.Tokenization.Bpe;

namespace Aha.Models.Checkpoints.Gguf;

/// <summary>The tokenizer of a GGUF file as plain data, with what belongs to it.</summary>
public sealed record GgufTokenizer
{
    private const string ModelKey = "tokenizer.ggml.model";
    private const string AddBosKey = "tokenizer.ggml.add_bos_token";
    private const string ChatTemplateKey = "tokenizer.chat_template";

    // The format's own place for a tokenizer.json: what the other keys cannot say (a normaliser, flags of added tokens, other kinds) is kept whole.
    private const string HuggingFaceKey = "tokenizer.huggingface.json";

    private const string Gpt2 = "gpt2";
    private const string None = "none";

    /// <summary>Null where there is none, or where it is of a kind that llama.cpp does not know.</summary>
    public GgufVocabulary? Vocabulary { get; init; }

    public required GgufSpecialTokens Special { get; init; }

    /// <summary>Whether a text begins with the begin token; null where the file leaves it to the pre-tokeniser's custom.</summary>
    public bool? AddBos { get; init; }

    /// <summary>A Jinja template.</summary>
    public string? ChatTemplate { get; init; }

    /// <summary>The <c>tokenizer.json</c> this came from, where the file carries it.</summary>
    public string? HuggingFaceJson { get; init; }

    /// <summary>Whether text can be turned into ids.</summary>
    public bool IsComplete => Vocabulary is not null || HuggingFaceJson is not null;

    /// <exception cref="ModelFormatException">It is of another kind than byte-level BPE, or its lists do not fit together.</exception>
    public static GgufTokenizer Read(GgufMetadata metadata)
    {
        string? json = metadata.OptionalText(HuggingFaceKey);
        return new GgufTokenizer
        {
            Vocabulary = metadata.OptionalText(ModelKey) switch
            {
                Gpt2 => GgufVocabulary.Read(metadata),
                null or None or "no_vocab" => null,
                _ when json is not null => null,
                string other => throw metadata.Refused(ModelKey, $"'{other}' is not supported, only {Gpt2} (byte-level BPE)"),
            },
            Special = GgufSpecialTokens.Read(metadata),
            AddBos = metadata.OptionalBool(AddBosKey),
            ChatTemplate = metadata.OptionalText(ChatTemplateKey),
            HuggingFaceJson = json,
        };
    }

    /// <summary>The tokenizer of a model folder; without vocabulary where the folder has none, or one that llama.cpp does not know.</summary>
    /// <exception cref="TokenizationException">The folder's tokenizer is broken or not supported.</exception>
    /// <exception cref="Templates.TemplateException">The files of its chat template cannot be read.</exception>
    public static GgufTokenizer Of(string folder, ModelConfig config)
    {
        string path = Path.Combine(folder, "tokenizer.json");
        var special = new GgufSpecialTokens(config.BosTokenId, config.EosTokenIds is [int first, ..] ? first : null, config.EosTokenIds, config.PadTokenId);
        if (!File.Exists(path)) return new GgufTokenizer { Special = special };
        var tokenizer = new GgufTokenizer { Special = special, ChatTemplate = Templates.ChatTemplate.ReadText(folder), HuggingFaceJson = File.ReadAllText(path) };
        if (Tokenizer.Load(folder) is not ByteLevelBpe) return tokenizer;
        BpeVocabulary vocabulary = BpeVocabulary.Load(folder);
        return tokenizer with
        {
            Vocabulary = GgufVocabulary.Of(vocabulary, config.VocabSize),
            Special = special with
            {
                Bos = vocabulary.BeginId ?? special.Bos,
                Eos = vocabulary.EndIds is [int end, ..] ? end : special.Eos,
                AllEos = [.. config.EosTokenIds.Union(vocabulary.EndIds)],
            },
            AddBos = vocabulary.BeginId is not null,
        };
    }

    /// <param name="source">The file, for messages.</param>
    /// <exception cref="ModelFormatException">The file has no tokenizer.</exception>
    /// <exception cref="TokenizationException">Its parts do not fit together, or the pre-tokeniser is unknown.</exception>
    public ITokenizer ToTokenizer(string source)
    {
        var ends = new JsonObject { ["eos_token_id"] = new JsonArray([.. Special.AllEos.Select(id => (JsonNode)id)]) };
        if (HuggingFaceJson is not null) return Tokenizer.Parse(source, Encoding.UTF8.GetBytes(HuggingFaceJson), FormatConfig(source), ends);
        return Vocabulary is not null
            ? new ByteLevelBpe(Vocabulary.ToBpe(source, Special, AddBos), FormatConfig(source))
            : throw new ModelFormatException(source, ModelKey, "the file has no tokenizer");
    }

    /// <summary>The pairs that describe the tokenizer to llama.cpp.</summary>
    internal IEnumerable<KeyValuePair<string, object>> ToMetadata()
    {
        yield return new(ModelKey, Vocabulary is null ? None : Gpt2);
        foreach (KeyValuePair<string, object> pair in Vocabulary?.ToMetadata() ?? []) yield return pair;
        foreach (KeyValuePair<string, object> pair in Special.ToMetadata()) yield return pair;
        if (AddBos is bool addBos) yield return new(AddBosKey, addBos);
        if (ChatTemplate is not null) yield return new(ChatTemplateKey, ChatTemplate);
        if (HuggingFaceJson is not null) yield return new(HuggingFaceKey, HuggingFaceJson);
    }

    /// <summary><c>tokenizer_config.json</c>, chat template included.</summary>
    /// <exception cref="ModelFormatException">A special token's id has no text.</exception>
    internal JsonObject FormatConfig(string source)
    {
        Dictionary<int, string>? added = HuggingFaceJson is null ? null : AddedTokens(source, HuggingFaceJson);
        string? TextOf(int? id)
        {
            if (id is not int known) return null;
            if (added is not null && added.TryGetValue(known, out string? text)) return text;
            if (Vocabulary is not null && known >= 0 && known < Vocabulary.Tokens.Count) return Vocabulary.Tokens[known];
            throw new ModelFormatException(source, ModelKey, $"there is no token {known}, which is to begin, end or fill up texts");
        }

        var json = new JsonObject
        {
            ["tokenizer_class"] = "PreTrainedTokenizerFast",
            ["bos_token"] = TextOf(Special.Bos),
            ["eos_token"] = TextOf(Special.Eos),
            ["pad_token"] = TextOf(Special.Padding),
            ["clean_up_tokenization_spaces"] = false,
        };
        if (AddBos is bool addBos) json["add_bos_token"] = addBos;
        if (ChatTemplate is not null) json["chat_template"] = ChatTemplate;
        return json;
    }

    private static Dictionary<int, string> AddedTokens(string source, string tokenizerJson)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(tokenizerJson);
            return document.RootElement.TryGetProperty("added_tokens", out JsonElement tokens) && tokens.ValueKind == JsonValueKind.Array
                ? tokens.EnumerateArray().DistinctBy(token => token.GetProperty("id").GetInt32())
                    .ToDictionary(token => token.GetProperty("id").GetInt32(), token => token.GetProperty("content").GetString() ?? "")
                : [];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new ModelFormatException(source, HuggingFaceKey, "not a tokenizer.json", e);
        }
    }
}
