using Aha.Pipeline.Planning;
using Aha.Pipeline.Recipes;
using Aha.Pipeline.Running;

namespace Aha.Pipeline.Stages;

/// <summary>Supervised fine-tuning on conversations.</summary>
internal sealed class SftStage(SftStageOptions options) : IStage
{
    // Known only once the conversations are there.
    public long Steps => 0;

    public StageWork Work(RunPlan plan, StagePlan stage) => TuningWork.OfTuning(plan, options, stage.InputsOf("data").Sum(data => TuningWork.TokensOf(plan, data)));

    public StageOutcome Run(StageContext context) => new ConversationTuning(options, context).Run([.. context.Plan.InputsOf("data").Select(d => d.Path)], secondsBefore: 0);
}
