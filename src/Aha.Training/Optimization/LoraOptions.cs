using System.ComponentModel;
using Aha.Models.Adapters;

namespace Aha.Training.Optimization;

/// <summary>Key <c>lora</c> of a stage.</summary>
public sealed record LoraOptions
{
    [Description("rank of the additions")]
    public int Rank { get; init; } = 16;

    [Description("scales them: alpha / rank")]
    public double Alpha { get; init; } = 32;

    [Description("matrices that get one, by the last parts of their names")]
    public IReadOnlyList<string> Targets { get; init; } = LoraConfig.AllLinear;

    public LoraConfig ToConfig() => new(Rank, Alpha, Targets);

    /// <exception cref="ArgumentException">A value is outside its range; the message names its key.</exception>
    public void Validate()
    {
        Options.Require(Rank >= 1, $"lora.rank is {Rank}; it must be at least 1");
        Options.Require(Alpha > 0, $"lora.alpha is {Alpha}; it must be above 0");
        Options.Require(Targets.Count > 0, "lora.targets is empty; name at least one matrix, such as q_proj");
    }
}
