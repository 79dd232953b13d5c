using Aha.Pipeline.Planning;
using Aha.Pipeline.Recipes;
using Aha.Pipeline.Running;

namespace Aha.Pipeline.Stages;

/// <summary>Rejection sampling: several answers a problem, of which the verified and readable ones are kept to learn from.</summary>
internal sealed class SampleStage(SampleOptions options) : IStage
{
    public long Steps => 0;

    public StageWork Work(RunPlan plan, StagePlan stage) => TuningWork.OfSampling(plan, options);

    public StageOutcome Run(StageContext context)
    {
        context.Run.Store.RewindTo(context.Name, -1);
        context.Run.Observer.StageStarted(context.Record(0), 0);
        return new AnswerSampling(options, context.Plan.Start!, context).Run();
    }
}
