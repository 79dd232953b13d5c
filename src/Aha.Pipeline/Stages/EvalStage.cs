using Aha.Evaluation;
using Aha.Generation;
using Aha.Models;
using Aha.Pipeline.Planning;
using Aha.Pipeline.Recipes;
using Aha.Pipeline.Running;
using Aha.Tasks;
using Aha.Tasks.Files;

namespace Aha.Pipeline.Stages;

/// <summary>Evaluates a model on the task's held-out problems, or on a file of problems.</summary>
internal sealed class EvalStage(EvalOptions options) : IStage
{
    public long Steps => 0;

    public StageWork Work(RunPlan plan, StagePlan stage) => new StageWork().WithEvaluation(plan, plan.Recipe.Evaluation.Problems, 1);

    public StageOutcome Run(StageContext context)
    {
        RunContext run = context.Run;
        run.Store.RewindTo(context.Name, -1);
        run.Observer.StageStarted(context.Record(0), 0);
        var clock = new StageClock(run.Time, 0);
        using CausalLanguageModel model = context.LoadStartModel();
        using RolloutEngine engine = run.Engine(model.Config);
        engine.LoadWeights(model, policyVersion: 0);
        RolloutSampler sampler = context.Sampler(engine);
        IReadOnlyList<Problem> problems = options.Benchmark is null
            ? run.TestProblems(run.Recipe.Evaluation.Problems)
            : ProblemFile.Load(context.Plan.InputsOf("benchmark").Single().Path, run.Recipe.Task.Verifier, run.Recipe.Task.Wording);
        IReadOnlyList<Problem> askable = [.. problems.Where(sampler.CanAsk)];
        if (askable.Count == 0)
        {
            throw new RunException($"stage {context.Name}: the model's tokenizer can express none of the {problems.Count} problems");
        }

        if (askable.Count < problems.Count)
        {
            run.Observer.Notice($"{problems.Count - askable.Count} of {problems.Count} problems cannot be expressed by the model's tokenizer and are left out");
        }

        RunContext.RequireRoom("evaluation", model.Config.MaxPositionEmbeddings, sampler, askable, run.Recipe.Evaluation.MaxNewTokens);
        EvaluationResult result = context.Evaluate(sampler, askable, options.Benchmark is null ? run.Task.Name : Path.GetFileName(options.Benchmark), 0, clock.Seconds);
        return new StageOutcome(clock.Seconds, result.Metrics);
    }
}
