using Aha.Training.Grpo;
using Aha.Training.Pretraining;

namespace Aha.Pipeline.Recipes;

/// <summary>The parts of a recipe, outside of a stage's own options, that can change what a stage comes to.</summary>
[Flags]
public enum RecipeParts
{
    None = 0,

    /// <summary><c>backend</c> and <c>threads</c>: other ways to add up.</summary>
    Training = 1,

    /// <summary><c>task</c> and <c>general</c>.</summary>
    Task = 2,

    /// <summary><c>template</c>.</summary>
    Template = 4,

    /// <summary><c>rewards</c>.</summary>
    Rewards = 8,

    /// <summary><c>evaluation</c> and <c>reflective_words</c>.</summary>
    Evaluation = 16,
}

/// <summary>A kind of stage.</summary>
/// <param name="Name">Its <c>kind</c> in a recipe, and its verb on the command line.</param>
/// <param name="Options">The record its keys are bound to.</param>
/// <param name="Reads">What else its outcome depends on, beside the seed and its inputs.</param>
/// <param name="LeavesModel">Whether it leaves a model of its own; one that does not hands on the model it looked at.</param>
/// <param name="LeavesData">Whether it leaves conversations to train on.</param>
/// <param name="FromScratch">Whether it can begin with a new model.</param>
/// <param name="LeavesRewardModel">Whether it leaves a model that scores texts.</param>
public sealed record StageKind(
    string Name, Type Options, RecipeParts Reads, bool LeavesModel = false, bool LeavesData = false, bool FromScratch = false, bool LeavesRewardModel = false);

/// <summary>The kinds of stages a recipe can hold.</summary>
public static class StageKinds
{
    private const RecipeParts Asking = RecipeParts.Task | RecipeParts.Template | RecipeParts.Evaluation | RecipeParts.Rewards;

    /// <summary>What else of the recipe a stage's outcome depends on: what its kind reads, less what its options leave out.</summary>
    public static RecipeParts ReadBy(RecipeStage stage) => stage.Options switch
    {
        DistillOptions { Evaluate: false } => Known[stage.Kind].Reads & ~(RecipeParts.Evaluation | RecipeParts.Rewards),
        SftStageOptions { Evaluate: false } => Known[stage.Kind].Reads & ~(RecipeParts.Evaluation | RecipeParts.Rewards | RecipeParts.Task),
        RewardModelStageOptions { Data: not null } => Known[stage.Kind].Reads & ~RecipeParts.Task,
        _ => Known[stage.Kind].Reads,
    };

    /// <summary>Every kind by its name.</summary>
    public static IReadOnlyDictionary<string, StageKind> Known { get; } = new StageKind[]
    {
        new("pretrain", typeof(PretrainOptions), RecipeParts.Training | RecipeParts.Task, LeavesModel: true, FromScratch: true),
        new("gate", typeof(GateOptions), Asking & ~RecipeParts.Rewards),
        new("grpo", typeof(GrpoOptions), RecipeParts.Training | Asking, LeavesModel: true),
        new("eval", typeof(EvalOptions), Asking),
        new("sft", typeof(SftStageOptions), RecipeParts.Training | Asking, LeavesModel: true),
        new("sample", typeof(SampleOptions), RecipeParts.Task | RecipeParts.Template, LeavesData: true),
        new("distill", typeof(DistillOptions), RecipeParts.Training | Asking, LeavesModel: true, LeavesData: true),
        new("reward-model", typeof(RewardModelStageOptions), RecipeParts.Training | RecipeParts.Task | RecipeParts.Template, LeavesRewardModel: true),
        new("general-data", typeof(GeneralDataOptions), RecipeParts.Task, LeavesData: true, FromScratch: true),
    }.ToDictionary(kind => kind.Name);
}
