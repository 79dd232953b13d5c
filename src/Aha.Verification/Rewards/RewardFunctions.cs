using Aha.Verification.Format;
using Aha.Verification.Language;

namespace Aha.Verification.Rewards;

/// <summary>What the named rewards can be told; each uses its own part of it.</summary>
public sealed record RewardSettings
{
    /// <summary>The prompt ends with <c>&lt;think&gt;</c> (format).</summary>
    public bool ThinkOpenedByPrompt { get; init; }

    /// <summary>The token of the cold-start format.</summary>
    public string SpecialToken { get; init; } = ColdStartFormat.DefaultToken;

    /// <summary>The target language, ISO 639-1; null for each sample's own (language_consistency).</summary>
    public string? Language { get; init; }

    /// <summary>Further lower-case words by language (language_consistency).</summary>
    public IReadOnlyDictionary<string, IReadOnlyCollection<string>>? Lexicons { get; init; }

    /// <summary>The programming language of the answer's code block (code_format).</summary>
    public string CodeLanguage { get; init; } = "python";

    /// <summary>The completion's token limit (overlong, cosine_length).</summary>
    public int MaxTokens { get; init; } = 32_768;

    /// <summary>How many tokens before the limit the punishment begins (overlong); null is an eighth of the limit.</summary>
    public int? OverlongCache { get; init; }

    /// <summary>Words per n-gram (repetition).</summary>
    public int NgramSize { get; init; } = 4;
}

/// <summary>The rewards that a recipe can name.</summary>
public static class RewardFunctions
{
    private static readonly Dictionary<string, Func<RewardSettings, IRewardFunction>> s_makers = new(StringComparer.Ordinal)
    {
        ["accuracy"] = _ => new AccuracyReward(),
        ["format"] = settings => new FormatReward(settings.ThinkOpenedByPrompt),
        ["think_format"] = _ => new ThinkFormatReward(),
        ["cold_start_format"] = settings => new ColdStartFormatReward(settings.SpecialToken),
        ["tag_count"] = _ => new TagCountReward(),
        ["code_format"] = settings => new CodeFormatReward(settings.CodeLanguage),
        ["language_consistency"] = settings => new LanguageConsistencyReward(settings.Language, settings.Lexicons),
        ["overlong"] = settings => new OverlongReward(settings.MaxTokens, settings.OverlongCache ?? Math.Max(1, settings.MaxTokens / 8)),
        ["cosine_length"] = settings => new CosineLengthReward(settings.MaxTokens),
        ["repetition"] = settings => new RepetitionReward(settings.NgramSize),
    };

    /// <summary>The names, sorted.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. s_makers.Keys.Order(StringComparer.Ordinal)];

    /// <exception cref="ArgumentException">The name is unknown, or a setting that this reward uses is out of range.</exception>
    public static IRewardFunction Create(string name, RewardSettings? settings = null) => s_makers.TryGetValue(name, out Func<RewardSettings, IRewardFunction>? make)
        ? make(settings ?? new())
        : throw new ArgumentException($"no reward is named '{name}'; there are {string.Join(", ", Names)}", nameof(name));
}
