using Aha.Tokenization.Bpe;

namespace Aha.Models.Checkpoints.Gguf;

/// <summary>A byte-level BPE vocabulary as GGUF lists it (<c>tokenizer.ggml.model</c> is <c>gpt2</c>).</summary>
/// <param name="Tokens">Text of every id: bytes in GPT-2's alphabet for those of type <see cref="GgufTokenType.Normal"/>, plain text for added ones.</param>
/// <param name="TokenTypes">As many as tokens.</param>
/// <param name="Merges">Left and right part with a space between, in order of rank.</param>
/// <param name="PreTokenizer">llama.cpp's name of the pattern that cuts text into words: <c>qwen2</c>, <c>llama-bpe</c>, <c>smollm</c>.</param>
public sealed record GgufVocabulary(
    IReadOnlyList<string> Tokens, IReadOnlyList<GgufTokenType> TokenTypes, IReadOnlyList<string> Merges, string PreTokenizer)
{
    private const string TokensKey = "tokenizer.ggml.tokens";
    private const string TokenTypesKey = "tokenizer.ggml.token_type";
    private const string MergesKey = "tokenizer.ggml.merges";
    private const string PreTokenizerKey = "tokenizer.ggml.pre";

    /// <exception cref="ModelFormatException">A list is missing, or two do not fit together.</exception>
    public static GgufVocabulary Read(GgufMetadata metadata)
    {
        IReadOnlyList<string> tokens = metadata.OptionalTexts(TokensKey) ?? throw metadata.Refused(TokensKey, "missing");
        IReadOnlyList<int>? types = metadata.OptionalInts(TokenTypesKey);
        if (types is not null && types.Count != tokens.Count) throw metadata.Refused(TokenTypesKey, $"{types.Count} types for {tokens.Count} tokens");
        return new GgufVocabulary(
            tokens,
            types is null ? [.. Enumerable.Repeat(GgufTokenType.Normal, tokens.Count)] : [.. types.Select(type => (GgufTokenType)type)],
            metadata.OptionalTexts(MergesKey) ?? throw metadata.Refused(MergesKey, "missing"),
            metadata.OptionalText(PreTokenizerKey) ?? throw metadata.Refused(PreTokenizerKey, "missing; the file does not say how text is cut into words"));
    }

    /// <summary>The vocabulary of a tokenizer, filled up to as many ids as the model's embedding matrix has rows.</summary>
    /// <exception cref="ModelFormatException">The tokenizer has more ids than the model.</exception>
    internal static GgufVocabulary Of(BpeVocabulary vocabulary, int size)
    {
        var tokens = new string[size];
        var types = new GgufTokenType[size];
        void Set(int id, string token, GgufTokenType type)
        {
            if (id >= size) throw new ModelFormatException(vocabulary.Source, token, $"its id {id} is outside the model's vocabulary of {size}");
            (tokens[id], types[id]) = (token, type);
        }

        for (int id = 0; id < size; id++) Set(id, $"[PAD{id}]", GgufTokenType.Unused);
        for (int id = 0; id < vocabulary.Tokens.Count; id++)
        {
            if (vocabulary.Tokens[id] is string token) Set(id, token, GgufTokenType.Normal);
        }
        foreach (AddedToken added in vocabulary.AddedTokens) Set(added.Id, added.Content, added.Special ? GgufTokenType.Control : GgufTokenType.UserDefined);
        return new GgufVocabulary(tokens, types, vocabulary.Merges, vocabulary.PreTokenizer.GgufName);
    }

    internal BpeVocabulary ToBpe(string source, GgufSpecialTokens special, bool? addBos)
    {
        int[] ends = special.Eos is int own ? [.. special.AllEos.Prepend(own).Distinct()] : [.. special.AllEos];
        BpeVocabulary vocabulary = BpeVocabulary.FromGguf(source, Tokens, [.. TokenTypes.Select(type => (int)type)], Merges, PreTokenizer, special.Bos, addBos, ends);
        int used = Tokens.Count;
        while (used > 0 && TokenTypes[used - 1] == GgufTokenType.Unused) used--;
        return vocabulary with { Tokens = [.. Enumerable.Range(0, used).Select(id => TokenTypes[id] == GgufTokenType.Unused ? null : Tokens[id])] };
    }

    internal IEnumerable<KeyValuePair<string, object>> ToMetadata()
    {
        yield return new(PreTokenizerKey, PreTokenizer);
        yield return new(TokensKey, Tokens.ToArray());
        yield return new(TokenTypesKey, TokenTypes.Select(type => (int)type).ToArray());
        yield return new(MergesKey, Merges.ToArray());
    }
}
