using Aha.Tokenization.Files;
using Aha.Tokenization.PreTokenization;

namespace Aha.Tokenization.Bpe;

/// <summary>Everything that makes up a byte-level BPE tokenizer, as plain data; where it came from does not matter.</summary>
public sealed record BpeVocabulary
{
    /// <summary>What error messages call it: a file's path.</summary>
    public string Source { get; init; } = "the vocabulary";

    /// <summary>The ordinary tokens by id, in GPT-2's byte alphabet; null where an id has none.</summary>
    public required IReadOnlyList<string?> Tokens { get; init; }

    /// <summary>The merges, most urgent first: two tokens with a blank between.</summary>
    public required IReadOnlyList<string> Merges { get; init; }

    public required PreTokenizer PreTokenizer { get; init; }

    public IReadOnlyList<AddedToken> AddedTokens { get; init; } = [];

    /// <summary>Whether text is brought to Unicode's normal form C first.</summary>
    public bool NormalizeToNfc { get; init; }

    /// <summary>Whether a piece that is a token is that token, whatever merges would make of it (Llama 3).</summary>
    public bool IgnoreMerges { get; init; }

    /// <summary>Ids put before a text on request.</summary>
    public IReadOnlyList<int> Prefix { get; init; } = [];

    /// <summary>Ids put after a text on request.</summary>
    public IReadOnlyList<int> Suffix { get; init; } = [];

    /// <summary>Begins every prompt, where there is such a token.</summary>
    public int? BeginId { get; init; }

    /// <summary>Ids that end a completion; the first one ends a document.</summary>
    public IReadOnlyList<int> EndIds { get; init; } = [];

    /// <summary>Reads the vocabulary of a model folder.</summary>
    /// <exception cref="TokenizationException">There is no byte-level BPE tokenizer that Aha can read.</exception>
    public static BpeVocabulary Load(string folder)
    {
        TokenizerFiles files = TokenizerFiles.Read(folder);
        return files.Parse(root => TokenizerJson.Read(root, files));
    }

    /// <summary>The vocabulary in a GGUF file's metadata (<c>tokenizer.ggml.*</c>, model <c>gpt2</c>).</summary>
    /// <param name="source">The file, for messages.</param>
    /// <param name="tokens"><c>tokens</c></param>
    /// <param name="types"><c>token_type</c>: 3 is a control token, 4 one the user defined, 5 unused; all others are ordinary.</param>
    /// <param name="merges"><c>merges</c></param>
    /// <param name="preTokenizer"><c>pre</c></param>
    /// <param name="beginId"><c>bos_token_id</c></param>
    /// <param name="addBegin"><c>add_bos_token</c>; null where the file does not say, which Llama 3's means as yes.</param>
    /// <param name="endIds"><c>eos_token_id</c>, then further ones</param>
    /// <exception cref="TokenizationException">The pre-tokenizer is unknown, or the lists do not fit together.</exception>
    public static BpeVocabulary FromGguf(
        string source, IReadOnlyList<string> tokens, IReadOnlyList<int> types, IReadOnlyList<string> merges, string preTokenizer, int? beginId, bool? addBegin, IReadOnlyList<int> endIds)
    {
        const int control = 3, userDefined = 4;
        if (types.Count != tokens.Count)
        {
            throw new TokenizationException($"{source}: {tokens.Count} tokens but {types.Count} token types");
        }

        PreTokenizer splits;
        try
        {
            splits = PreTokenizers.Named(preTokenizer);
        }
        catch (TokenizationException e)
        {
            throw new TokenizationException($"{source}: {e.Message}", e);
        }

        AddedToken[] added = [.. Enumerable.Range(0, tokens.Count).Where(i => types[i] is control or userDefined).Select(i => new AddedToken(i, tokens[i], types[i] == control))];
        bool begins = beginId is not null && (addBegin ?? splits == PreTokenizers.Llama3);
        return new BpeVocabulary
        {
            Source = source,
            Tokens = tokens,
            Merges = merges,
            PreTokenizer = splits,
            AddedTokens = added,
            // The metadata has no place for these two; they are what the families' own files say.
            NormalizeToNfc = splits == PreTokenizers.Qwen2,
            IgnoreMerges = splits == PreTokenizers.Llama3,
            Prefix = begins ? [beginId!.Value] : [],
            BeginId = begins ? beginId : null,
            EndIds = endIds,
        };
    }
}
