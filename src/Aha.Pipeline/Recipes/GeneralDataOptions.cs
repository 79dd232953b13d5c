using System.ComponentModel;

namespace Aha.Pipeline.Recipes;

/// <summary>Keys of a <c>general-data</c> stage: conversations about the nano world's general prompts, with replies that its rule finds good.</summary>
public sealed record GeneralDataOptions
{
    [Description("conversations to write; prompts of the corpus and training splits, one after another")]
    public int Count { get; init; } = 1000;

    /// <exception cref="ArgumentException">A value is outside its range; the message names its key.</exception>
    public void Validate() => RewardOptions.Require(Count >= 1, $"count is {Count}; it must be at least 1");
}
