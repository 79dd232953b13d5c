using System.ComponentModel;

namespace Aha.Pipeline.Recipes;

/// <summary>
/// Keys of a <c>distill</c> stage: a teacher's verified answers become what a student is tuned on. Text crosses, not token ids: each of the two uses its
/// own tokenizer.
/// </summary>
public sealed record DistillOptions : SftStageOptions
{
    [StageInput(StageProduct.Model)]
    [Description("the stage, or the model folder relative to the recipe, that answers")]
    public string? Teacher { get; init; }

    [Description("how the teacher is sampled and what is kept: the keys of a sample stage")]
    public SampleOptions Sampling { get; init; } = new();
}
