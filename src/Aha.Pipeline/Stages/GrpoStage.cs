using Aha.Evaluation;
using Aha.Generation;
using Aha.Models;
using Aha.Pipeline.Running;
using Aha.Runs;
using Aha.Tasks;
using Aha.Training.Backends;
using Aha.Training.Checkpoints;
using Aha.Training.Grpo;

namespace Aha.Pipeline.Stages;

/// <summary>Reinforcement learning with verifiable rewards, evaluated before, during and after.</summary>
internal sealed class GrpoStage(GrpoOptions options) : IStage
{
    // Enough early transcripts to show the moment; later ones are all alike.
    private const int AhasToKeep = 12;

    public long Steps => options.Steps;

    public StageOutcome Run(StageContext context)
    {
        RunContext run = context.Run;
        using CausalLanguageModel model = context.LoadStartModel();
        using RolloutEngine engine = run.Engine(model.Config);
        RolloutSampler sampler = run.Sampler(engine);
        using TrainingBackend backend = run.CreateBackend(model);
        using var trainer = new GrpoTrainer(
            model, engine, sampler, run.Task.Problems(Split.Train), run.Tokenizer.EndIds, options, run.Seed(context.Stage.Name), backend);
        bool resumed = TrainingCheckpoint.Exists(context.Folder.Checkpoint);
        if (resumed)
        {
            trainer.Resume(context.Folder.Checkpoint);
        }

        run.Store.RewindTo(context.Stage.Name, resumed ? trainer.State.Step : -1);
        run.Observer.StageStarted(new StageRecord(context.Stage.Name, context.Stage.Kind, options.Steps), trainer.State.Step);
        var clock = new StageClock(run.Time, trainer.State.Seconds);
        IReadOnlyList<Problem> watched = run.TestProblems(options.EvaluationProblems);
        IReadOnlyList<Problem> all = run.TestProblems(run.Recipe.Evaluation.Problems);

        RunContext.RequireRoom($"stages.{context.Stage.Name}", model.Config.MaxPositionEmbeddings, sampler, run.Task.Problems(Split.Train), options.MaxNewTokens);
        RunContext.RequireRoom("evaluation", model.Config.MaxPositionEmbeddings, sampler, all, run.Recipe.Evaluation.MaxNewTokens);
        if (!resumed)
        {
            run.Observer.Notice($"first prompt: {run.Prompts.Render(run.Task.Problems(Split.Train)[0].Question)}");
            engine.LoadWeights(model, policyVersion: 0);
            context.Evaluate(sampler, all, run.Task.Name, 0, clock.Seconds);
            trainer.Save(context.Folder.Checkpoint, clock.Seconds);
        }

        double evaluationSeconds = 0;
        while (trainer.State.Step < options.Steps)
        {
            GrpoStep step;
            try
            {
                step = trainer.Advance(run.Cancel, new TokenProgress(n => run.Observer.Progress("tokens", n, 0)));
            }
            catch (OperationCanceledException)
            {
                trainer.Save(context.Folder.Checkpoint, clock.Seconds);
                throw;
            }

            long number = trainer.State.Step;
            Dictionary<string, double> values = new(step.Metrics) { ["time/evaluation"] = evaluationSeconds };
            evaluationSeconds = 0;
            run.Observer.StepCompleted(new MetricRecord(context.Stage.Name, context.Stage.Kind, number, clock.Seconds, values));
            KeepSamples(context, trainer, step);
            if (options.EvaluateEvery > 0 && number % options.EvaluateEvery == 0 && number < options.Steps && !run.Cancel.IsCancellationRequested)
            {
                evaluationSeconds = EvaluateDuring(context, trainer, engine, sampler, watched, clock);
            }

            if (number % options.CheckpointEvery == 0)
            {
                trainer.Save(context.Folder.Checkpoint, clock.Seconds);
            }
        }

        engine.LoadWeights(model, trainer.State.Step);
        EvaluationResult after = context.Evaluate(sampler, all, run.Task.Name, options.Steps, clock.Seconds);
        context.SaveModel(model);
        return new StageOutcome(clock.Seconds, Metrics(context, after));
    }

    private static double EvaluateDuring(StageContext context, GrpoTrainer trainer, RolloutEngine engine, RolloutSampler sampler, IReadOnlyList<Problem> watched, StageClock clock)
    {
        double start = clock.Seconds;
        engine.LoadWeights(trainer.Model, trainer.State.Step);
        try
        {
            context.Evaluate(sampler, watched, context.Run.Task.Name, trainer.State.Step, clock.Seconds);
        }
        catch (OperationCanceledException)
        {
            // The step before the evaluation is done and must not be lost.
            trainer.Save(context.Folder.Checkpoint, clock.Seconds);
            throw;
        }

        return clock.Seconds - start;
    }

    /// <summary>Every step the first answers to problems never solved before and early aha moments; now and then the best and a random one.</summary>
    private void KeepSamples(StageContext context, GrpoTrainer trainer, GrpoStep step)
    {
        IRunObserver observer = context.Run.Observer;
        long number = trainer.State.Step;
        foreach (JudgedCompletion aha in step.Completions.Where(c => AhaMoment.IsIn(c, context.Run.ReflectiveWords)).Take(Math.Min(2, AhasToKeep - trainer.State.AhasKept)))
        {
            observer.SampleKept(context.Record(number, "aha", aha));
            trainer.CountAha();
        }

        if (number != 1 && number % options.SamplesEvery != 0)
        {
            return;
        }

        if (step.Completions.Where(c => c.Reward.IsScorable).MaxBy(c => c.Reward.Total) is { } best)
        {
            observer.SampleKept(context.Record(number, "best", best));
        }

        Random random = Seeds.Random(context.Run.Seed("samples"), number);
        observer.SampleKept(context.Record(number, "random", step.Completions[random.Next(step.Completions.Count)]));
        foreach (JudgedCompletion solved in step.NewlySolved.Take(2))
        {
            observer.SampleKept(context.Record(number, "newly_solved", solved));
        }
    }

    private static Dictionary<string, double> Metrics(StageContext context, EvaluationResult after)
    {
        var metrics = new Dictionary<string, double>(after.Metrics);
        EvaluationRecord before = RunReader.Load(context.Run.Store.Path).Evaluations.First(e => e.Stage == context.Stage.Name && e.Step == 0);
        foreach ((string name, double value) in before.Metrics)
        {
            metrics[$"before/{name}"] = value;
        }

        return metrics;
    }

    private sealed class TokenProgress(Action<int> report) : IProgress<int>
    {
        private int _total;

        public void Report(int value) => report(_total += value);
    }
}
