using Aha.Tokenization.PreTokenization;

namespace Aha.Tokenization.Training;

/// <summary>How <see cref="BpeTrainer"/> makes a vocabulary.</summary>
public sealed record BpeTrainerOptions
{
    /// <summary>Ids in all: special tokens, tags, the 256 bytes, and one for every merge.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>How text is cut; merges stay within a piece.</summary>
    public PreTokenizer PreTokenizer { get; init; } = PreTokenizers.Qwen2;

    /// <summary>Tokens found as they stand and never merged; they take the first ids.</summary>
    public IReadOnlyList<string> SpecialTokens { get; init; } = ["<|endoftext|>"];

    /// <summary>
    /// Tokens found as they stand and never merged, as special ones are, but in any text, and kept in decoded text: tags such as <c>&lt;think&gt;</c>.
    /// Their ids follow those of the special tokens.
    /// </summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>The special token that ends a document and a completion.</summary>
    public string EndToken { get; init; } = "<|endoftext|>";

    /// <summary>The special token that begins every prompt; null for none.</summary>
    public string? BeginToken { get; init; }

    /// <summary>A pair must occur this often in the text to be merged.</summary>
    public int MinCount { get; init; } = 2;

    /// <summary>Whether text is brought to Unicode's normal form C first, in training and in use.</summary>
    public bool NormalizeToNfc { get; init; } = true;
}
