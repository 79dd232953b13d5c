using System.ComponentModel;
using Aha.Training.SupervisedTuning;

namespace Aha.Pipeline.Recipes;

/// <summary>Keys of an <c>sft</c> stage: supervised fine-tuning on conversations.</summary>
public record SftStageOptions : SftOptions
{
    [StageInput(StageProduct.Data)]
    [Description("conversations to learn: sample stages, or files relative to the recipe (JSONL, a JSON array, Parquet; messages, prompt and completion, ShareGPT)")]
    public IReadOnlyList<string> Data { get; init; } = [];

    [StageInput(StageProduct.Data)]
    [Description("conversations to measure the held-out loss on, instead of validation_share of the data")]
    public string? Validation { get; init; }

    [Description("also evaluate on the task's held-out problems, at the end and every evaluate_every steps")]
    public bool Evaluate { get; init; }

    [Description("test problems in the evaluations during training; 0 takes all")]
    public int EvaluationProblems { get; init; } = 64;
}
