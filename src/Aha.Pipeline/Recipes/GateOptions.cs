using System.ComponentModel;

namespace Aha.Pipeline.Recipes;

/// <summary>Keys of a <c>gate</c> stage: what a base model must be able to do before reinforcement learning can teach it anything.</summary>
public sealed record GateOptions
{
    [Description("least probability of 'yes' where the result equals the target")]
    public double MinYesOnMatch { get; init; } = 0.95;

    [Description("largest probability of 'yes' where it does not")]
    public double MaxYesOnMismatch { get; init; } = 0.03;

    [Description("least accuracy of chains of 3-10 equations, as a multiple of that of single attempts")]
    public double MinChainAdvantage { get; init; } = 3.0;

    [Description("held-out problems whose chains are probed")]
    public int Problems { get; init; } = 128;

    [Description("stop the run when the model is not ready; otherwise only say so")]
    public bool Required { get; init; } = true;
}
