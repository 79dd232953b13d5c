using System.ComponentModel;

namespace Aha.Pipeline.Recipes;

/// <summary>Keys of an <c>eval</c> stage.</summary>
public sealed record EvalOptions
{
    [Description("a JSONL file of problems instead of the task's test split, relative to the recipe")]
    [StageInput(StageProduct.Problems)]
    public string? Benchmark { get; init; }
}
