using Aha.Pipeline.Recipes;
using Aha.Training.Grpo;
using Aha.Training.Pretraining;

namespace Aha.Pipeline.Stages;

internal static class StageFactory
{
    public static IStage Create(RecipeStage stage) => stage.Options switch
    {
        PretrainOptions options => new PretrainStage(options),
        GateOptions options => new GateStage(options),
        GrpoOptions options => new GrpoStage(options),
        EvalOptions options => new EvalStage(options),
        DistillOptions options => new DistillStage(options),
        SftStageOptions options => new SftStage(options),
        SampleOptions options => new SampleStage(options),
        RewardModelStageOptions options => new RewardModelStage(options),
        GeneralDataOptions options => new GeneralDataStage(options),
        _ => throw new NotSupportedException($"no stage of kind {stage.Kind}"),
    };
}
