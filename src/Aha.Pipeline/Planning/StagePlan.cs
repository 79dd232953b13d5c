using Aha.Models;
using Aha.Pipeline.Recipes;
using Aha.Pipeline.Running;

namespace Aha.Pipeline.Planning;

/// <summary>What a run will do about a stage.</summary>
internal enum StageAction
{
    /// <summary>It was never begun.</summary>
    Start,

    /// <summary>It was interrupted and goes on from its checkpoint.</summary>
    Continue,

    /// <summary>It was begun or done with other options, or from something else.</summary>
    StartAnew,

    /// <summary>It is done.</summary>
    Keep,
}

/// <summary>A stage with all it reads, and what a run will do about it.</summary>
/// <param name="Config">The model it works on.</param>
/// <param name="Reasons">Why it starts anew, a phrase a changed key; empty where it does not.</param>
internal sealed record StagePlan(
    RecipeStage Stage, IReadOnlyList<StageSource> Inputs, ModelConfig Config, StageKeys Keys, StageFolder Folder, StageAction Action, IReadOnlyList<string> Reasons)
{
    public StageKind Kind => StageKinds.Known[Stage.Kind];

    /// <summary>The model it starts from; null for one that begins from scratch.</summary>
    public StageSource? Start => Inputs.FirstOrDefault(i => i.Input.Key == "from");

    /// <summary>The inputs of an option, in order.</summary>
    public IEnumerable<StageSource> InputsOf(string key) => Inputs.Where(i => i.Input.Key == key);
}
