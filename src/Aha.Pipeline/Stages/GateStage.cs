using Aha.Evaluation;
using Aha.Generation;
using Aha.Models;
using Aha.Pipeline.Planning;
using Aha.Pipeline.Recipes;
using Aha.Pipeline.Running;
using Aha.Tasks;
using Aha.Tasks.Countdown;

namespace Aha.Pipeline.Stages;

/// <summary>
/// The readiness gate before reinforcement learning. A base model that cannot tell a match from a miss gains nothing from longer
/// chains, and RL then collapses to one-shot guessing: better to know before.
/// </summary>
internal sealed class GateStage(GateOptions options) : IStage
{
    public long Steps => 0;

    public StageWork Work(RunPlan plan, StagePlan stage) => new StageWork().WithEvaluation(plan, options.Problems, 1);

    public StageOutcome Run(StageContext context)
    {
        RunContext run = context.Run;
        run.Store.RewindTo(context.Name, -1);
        run.Observer.StageStarted(context.Record(0), 0);
        var clock = new StageClock(run.Time, 0);
        using CausalLanguageModel model = context.LoadStartModel();
        using RolloutEngine engine = run.Engine(model.Config);
        engine.LoadWeights(model, policyVersion: 0);
        if (run.Task is not CountdownTask task || context.Text.Tokenizer is not Tokenization.WordTokenizer)
        {
            throw new RunException($"stage {context.Name}: the readiness gate probes verdict words of the nano countdown world; this run has another task or tokenizer");
        }

        CountdownProblem[] problems = [.. task.Countdowns(Split.Test).Take(options.Problems)];
        RolloutSampler sampler = context.Sampler(engine);
        RunContext.RequireRoom("evaluation", model.Config.MaxPositionEmbeddings, sampler, problems, run.Recipe.Evaluation.MaxNewTokens);
        (double match, double mismatch) = ReadinessProbe.YesProbabilities(engine, context.Text.Tokenizer, CountdownCorpus.Probes(problems, task.Options.MaxResult, run.Seed("gate")));
        EvaluationResult result = context.Evaluate(sampler, problems, "countdown", 0, clock.Seconds);
        (double chains, double single) = ReadinessProbe.AccuracyByEffort(result.Completions, task.Options.Numbers - 1);
        double advantage = single > 0 ? chains / single : chains > 0 ? double.PositiveInfinity : 0;

        string verdict = $"P(yes | match) {match:F3} (needs {options.MinYesOnMatch}), P(yes | no match) {mismatch:F3} (at most {options.MaxYesOnMismatch}), "
            + $"chains of 3-10 equations {chains:F3} against single attempts {single:F3}: {advantage:F1}x (needs {options.MinChainAdvantage}x)";
        bool ready = match >= options.MinYesOnMatch && mismatch <= options.MaxYesOnMismatch && advantage >= options.MinChainAdvantage;
        run.Observer.Notice((ready ? "ready for reinforcement learning: " : "NOT ready for reinforcement learning: ") + verdict);
        if (!ready && options.Required)
        {
            throw new RunException($"stage {context.Name}: the base model is not ready for reinforcement learning ({verdict}). Train it longer, or set stages.{context.Name}.required=false to go on.");
        }

        return new StageOutcome(clock.Seconds, new Dictionary<string, double>(result.Metrics)
        {
            ["yes_on_match"] = match, ["yes_on_mismatch"] = mismatch, ["chain_accuracy"] = chains, ["single_accuracy"] = single, ["ready"] = ready ? 1 : 0,
        });
    }
}
