namespace Aha.Tokenization.PreTokenization;

/// <summary>The patterns Aha knows.</summary>
public static class PreTokenizers
{
    internal const string Gpt2Pattern = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    // Digits of their own before GPT-2's pattern.
    internal const string SingleDigit = @"\p{N}";

    /// <summary>GPT-2.</summary>
    public static PreTokenizer Gpt2 { get; } = new Gpt2PreTokenizer("gpt2", "gpt-2", singleDigits: false, Gpt2Pattern);

    /// <summary>SmolLM, SmolLM2: GPT-2's pattern after every digit was set apart.</summary>
    public static PreTokenizer SmolLm { get; } = new Gpt2PreTokenizer("smollm", "smollm", singleDigits: true, SingleDigit, Gpt2Pattern);

    /// <summary>Llama 3, GPT-4: digits by three.</summary>
    public static PreTokenizer Llama3 { get; } = new Cl100kPreTokenizer("llama3", "llama-bpe", maxDigits: 3, Cl100kPreTokenizer.Pattern(@"\p{N}{1,3}"));

    /// <summary>Qwen2, Qwen2.5, Qwen3: every digit alone.</summary>
    public static PreTokenizer Qwen2 { get; } = new Cl100kPreTokenizer("qwen2", "qwen2", maxDigits: 1, Cl100kPreTokenizer.Pattern(@"\p{N}"));

    /// <summary>DeepSeek-V3 and R1.</summary>
    public static PreTokenizer DeepSeekV3 { get; } = new DeepSeekPreTokenizer();

    /// <summary>All of them.</summary>
    public static IReadOnlyList<PreTokenizer> All { get; } = [Gpt2, SmolLm, Llama3, Qwen2, DeepSeekV3];

    /// <summary>The one with these regular expressions, in order; null where Aha has none.</summary>
    internal static PreTokenizer? WithPatterns(IReadOnlyList<string> patterns) => All.FirstOrDefault(known => known.Patterns.SequenceEqual(patterns));

    /// <summary>The one of this name, as a user or a GGUF file writes it.</summary>
    /// <exception cref="TokenizationException">There is none.</exception>
    public static PreTokenizer Named(string name) => name switch
    {
        // Further names in GGUF files for the same splits.
        "llama3" or "llama-v3" => Llama3,
        "deepseek-r1-qwen" => Qwen2,
        _ => All.FirstOrDefault(known => known.Name == name || known.GgufName == name)
            ?? throw new TokenizationException($"there is no pre-tokenizer '{name}'; Aha has {string.Join(", ", All.Select(p => p.Name))}"),
    };
}
