namespace Aha.Models.Checkpoints.Gguf;

/// <summary>The byte-level BPE tokenizer of a GGUF file (<c>tokenizer.ggml.model</c> is <c>gpt2</c>) as plain data.</summary>
public sealed record GgufTokenizer
{
    private const string ModelKey = "tokenizer.ggml.model";
    private const string PreTokenizerKey = "tokenizer.ggml.pre";
    private const string TokensKey = "tokenizer.ggml.tokens";
    private const string TokenTypesKey = "tokenizer.ggml.token_type";
    private const string MergesKey = "tokenizer.ggml.merges";
    private const string AddBosKey = "tokenizer.ggml.add_bos_token";
    private const string ChatTemplateKey = "tokenizer.chat_template";

    // The format's own place for a tokenizer.json: what the keys above cannot say (a normaliser, flags of added tokens) is kept whole.
    private const string HuggingFaceKey = "tokenizer.huggingface.json";

    private const string ByteLevelBpe = "gpt2";
    private const string None = "none";

    /// <summary>Text of every id: bytes in GPT-2's alphabet for those of type <see cref="GgufTokenType.Normal"/>, plain text for added ones.</summary>
    public required IReadOnlyList<string> Tokens { get; init; }

    /// <summary>As many as <see cref="Tokens"/>.</summary>
    public required IReadOnlyList<GgufTokenType> TokenTypes { get; init; }

    /// <summary>Left and right part with a space between, in order of rank.</summary>
    public required IReadOnlyList<string> Merges { get; init; }

    /// <summary>llama.cpp's name of the pattern that cuts text into words: <c>qwen2</c>, <c>llama-bpe</c>, <c>smollm</c>.</summary>
    public required string PreTokenizer { get; init; }

    public required GgufSpecialTokens Special { get; init; }

    /// <summary>Whether a text begins with the begin token; null where the file leaves it to the pre-tokeniser's custom.</summary>
    public bool? AddBos { get; init; }

    /// <summary>A Jinja template.</summary>
    public string? ChatTemplate { get; init; }

    /// <summary>The <c>tokenizer.json</c> this came from, where the file carries it.</summary>
    public string? HuggingFaceJson { get; init; }

    /// <summary>The tokenizer of a file, or null where it has none.</summary>
    /// <exception cref="ModelFormatException">It is of another kind, or its lists do not fit together.</exception>
    public static GgufTokenizer? Read(GgufMetadata metadata)
    {
        string model = metadata.OptionalText(ModelKey) ?? None;
        if (model is None or "no_vocab") return null;
        if (model != ByteLevelBpe) throw metadata.Refused(ModelKey, $"'{model}' is not supported, only {ByteLevelBpe} (byte-level BPE)");
        IReadOnlyList<string> tokens = metadata.OptionalTexts(TokensKey) ?? throw metadata.Refused(TokensKey, "missing");
        IReadOnlyList<int>? types = metadata.OptionalInts(TokenTypesKey);
        if (types is not null && types.Count != tokens.Count) throw metadata.Refused(TokenTypesKey, $"{types.Count} types for {tokens.Count} tokens");
        IReadOnlyList<string> merges = metadata.OptionalTexts(MergesKey) ?? throw metadata.Refused(MergesKey, "missing");
        for (int i = 0; i < merges.Count; i++)
        {
            int space = merges[i].IndexOf(' ', StringComparison.Ordinal);
            if (space <= 0 || space == merges[i].Length - 1) throw metadata.Refused(MergesKey, $"number {i}, '{merges[i]}', is not two parts with a space between");
        }
        return new GgufTokenizer
        {
            Tokens = tokens,
            TokenTypes = types is null ? [.. Enumerable.Repeat(GgufTokenType.Normal, tokens.Count)] : [.. types.Select(type => (GgufTokenType)type)],
            Merges = merges,
            PreTokenizer = metadata.OptionalText(PreTokenizerKey) ?? throw metadata.Refused(PreTokenizerKey, "missing; the file does not say how text is cut into words"),
            Special = GgufSpecialTokens.Read(metadata),
            AddBos = metadata.OptionalBool(AddBosKey),
            ChatTemplate = metadata.OptionalText(ChatTemplateKey),
            HuggingFaceJson = metadata.OptionalText(HuggingFaceKey),
        };
    }

    /// <summary>The pairs that describe a tokenizer to llama.cpp, but for <see cref="Special"/>; for null, that there is none.</summary>
    internal static IEnumerable<KeyValuePair<string, object>> ToMetadata(GgufTokenizer? tokenizer)
    {
        yield return new(ModelKey, tokenizer is null ? None : ByteLevelBpe);
        if (tokenizer is null) yield break;
        yield return new(PreTokenizerKey, tokenizer.PreTokenizer);
        yield return new(TokensKey, tokenizer.Tokens.ToArray());
        yield return new(TokenTypesKey, tokenizer.TokenTypes.Select(type => (int)type).ToArray());
        yield return new(MergesKey, tokenizer.Merges.ToArray());
        if (tokenizer.AddBos is bool addBos) yield return new(AddBosKey, addBos);
        if (tokenizer.ChatTemplate is not null) yield return new(ChatTemplateKey, tokenizer.ChatTemplate);
        if (tokenizer.HuggingFaceJson is not null) yield return new(HuggingFaceKey, tokenizer.HuggingFaceJson);
    }
}
