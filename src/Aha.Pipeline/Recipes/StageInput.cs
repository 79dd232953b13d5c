namespace Aha.Pipeline.Recipes;

/// <summary>What a stage leaves for others to read.</summary>
public enum StageProduct
{
    /// <summary>A model folder.</summary>
    Model,

    /// <summary>Conversations to train on.</summary>
    Data,

    /// <summary>Problems with answers; no stage leaves any, so that the input is always a file.</summary>
    Problems,

    /// <summary>The folder of a model that scores texts.</summary>
    RewardModel,

    /// <summary>Pairs or labelled responses for a reward model; no stage leaves any.</summary>
    Preferences,
}

/// <summary>
/// Marks an option (a text, a list of texts, or one in a list of records) that names another stage, whose product the stage then reads, or a path
/// relative to the recipe. A path holds a dot or a slash, a stage's name neither.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class StageInputAttribute(StageProduct product) : Attribute
{
    public StageProduct Product => product;
}

/// <summary>An input as the recipe names it.</summary>
/// <param name="Key">The option, for example <c>teacher</c>.</param>
/// <param name="Name">A stage, or a path.</param>
public sealed record StageInput(string Key, string Name, StageProduct Product)
{
    /// <summary>Whether the name is a path and not a stage.</summary>
    public bool IsPath => Name.AsSpan().ContainsAny('.', '/', '\\');
}
