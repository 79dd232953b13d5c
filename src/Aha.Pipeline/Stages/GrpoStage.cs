using Aha.Evaluation;
using Aha.Generation;
using Aha.Models;
using Aha.Models.Adapters;
using Aha.Pipeline.Planning;
using Aha.Pipeline.Recipes;
using Aha.Pipeline.Running;
using Aha.Runs;
using Aha.Tasks;
using Aha.Training.Backends;
using Aha.Training.Checkpoints;
using Aha.Training.Grpo;
using Aha.Verification.Rewards;

namespace Aha.Pipeline.Stages;

/// <summary>Reinforcement learning with verifiable rewards, evaluated before, during and after.</summary>
internal sealed class GrpoStage(GrpoOptions options) : IStage
{
    // Enough early transcripts to show the moment; later ones are all alike.
    private const int AhasToKeep = 12;

    public long Steps => options.Steps;

    public StageWork Work(RunPlan plan, StagePlan stage)
    {
        double sampled = 0.5 * options.Steps * options.PromptsPerStep * options.GroupSize * options.MaxNewTokens;
        int during = options.EvaluateEvery > 0 ? (options.Steps - 1) / options.EvaluateEvery : 0;
        return new StageWork
        {
            SampledTokens = sampled,
            TrainedTokens = sampled,
            MicroBatchTokens = Math.Max(options.MicroBatchTokens, options.MaxNewTokens),
            HoldsReference = options.KlBeta > 0,
            Lora = options.Lora?.ToConfig(),
            LongestCompletion = options.MaxNewTokens,
            RolloutPrecision = options.RolloutPrecision,
            TokensAhead = options.OverlapRollouts ? (long)options.PromptsPerStep * options.GroupSize * options.MaxNewTokens : 0,
        }.WithEvaluation(plan, plan.Recipe.Evaluation.Problems, 2).WithEvaluation(plan, options.EvaluationProblems, during);
    }

    public StageOutcome Run(StageContext context)
    {
        RunContext run = context.Run;
        using CausalLanguageModel model = context.LoadStartModel();
        using RolloutEngine engine = run.Engine(model.Config, options.RolloutPrecision);
        RolloutSampler sampler = context.Sampler(engine);
        // What is evaluated is the model, not what samples for it.
        using RolloutEngine? exact = options.RolloutPrecision == RolloutPrecision.Fp32 ? null : run.Engine(model.Config);
        RolloutSampler evaluator = exact is null ? sampler : context.Sampler(exact);
        using TrainingBackend backend = run.CreateBackend(model);
        if (options is { OverlapRollouts: true, RolloutPrecision: RolloutPrecision.Bf16 } && backend.Kind is BackendKind.LibtorchFp32 or BackendKind.LibtorchBf16)
        {
            // libtorch has one number of threads: what samples would change, now and then, how the update adds up.
            throw new RecipeException($"stages.{context.Name}: overlap_rollouts with rollout_precision bf16 needs a fused backend, and this model trains on {YamlKeys.Show(backend.Kind)}: leave one of the two out");
        }

        using LoraAdapter? adapter = context.Attach(options.Lora, model);
        IReadOnlyList<Problem> general = options.GeneralShare > 0 ? run.General!.Problems(Split.Train) : [];
        using var trainer = new GrpoTrainer(
            model, engine, sampler, run.Task.Problems(Split.Train), general, context.Text.Tokenizer.EndIds, options, run.Seed(context.Name), backend, adapter);
        bool resumed = TrainingCheckpoint.Exists(context.Folder.Checkpoint);
        if (resumed)
        {
            trainer.Resume(context.Folder.Checkpoint);
        }

        run.Store.RewindTo(context.Name, resumed ? trainer.State.Step : -1);
        run.Observer.StageStarted(context.Record(options.Steps), trainer.State.Step);
        var clock = new StageClock(run.Time, trainer.State.Seconds);
        IReadOnlyList<Problem> watched = run.TestProblems(options.EvaluationProblems);
        IReadOnlyList<Problem> all = run.TestProblems(run.Recipe.Evaluation.Problems);

        RunContext.RequireRoom($"stages.{context.Name}", model.Config.MaxPositionEmbeddings, sampler, [.. run.Task.Problems(Split.Train), .. general], options.MaxNewTokens);
        RunContext.RequireRoom("evaluation", model.Config.MaxPositionEmbeddings, sampler, all, run.Recipe.Evaluation.MaxNewTokens);
        if (!resumed)
        {
            run.Observer.Notice($"first prompt: {context.Text.Prompts.Render(run.Task.Problems(Split.Train)[0].Question)}");
        }

        long saved = resumed ? trainer.State.Step : -1;
        double evaluationSeconds = 0;
        try
        {
            while (true)
            {
                long done = trainer.State.Step;
                if (done % options.CheckpointEvery == 0)
                {
                    Save();
                }

                bool ended = done >= options.Steps || trainer.HasDiverged;
                evaluationSeconds += EvaluateWhereDue(done, ended);
                if (ended)
                {
                    break;
                }

                GrpoStep step = trainer.Advance(run.Cancel, new InlineProgress(n => run.Observer.Progress("tokens", n, 0)));
                Dictionary<string, double> values = new(step.Metrics) { ["time/evaluation"] = evaluationSeconds };
                evaluationSeconds = 0;
                run.Observer.StepCompleted(new MetricRecord(context.Name, context.Plan.Stage.Kind, trainer.State.Step, clock.Seconds, values), KeptSamples(context, trainer, step));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or RewardException)
        {
            Save();
            throw;
        }

        if (trainer.HasDiverged)
        {
            run.Observer.Notice($"stage {context.Name}: stopped after {trainer.State.Step} of {options.Steps} steps: the gold check of general prompts has fallen {trainer.State.Watch!.Divergence:F3} below its best while the learned rewards have not fallen");
        }

        context.SaveModel(model, trainer.State.Step, adapter);
        Dictionary<string, double> metrics = Metrics(run.Store, context.Name, trainer.State.Step);
        // Each token is sampled once, and trained once at most: groups without a signal are passed over.
        metrics[Distillation.Compute] = StageCompute.Sampled(model.Config, trainer.State.Tokens) + StageCompute.Trained(model.Config, trainer.State.Tokens);
        return new StageOutcome(clock.Seconds, metrics);

        void Save()
        {
            if (saved != trainer.State.Step)
            {
                saved = trainer.State.Step;
                trainer.Save(context.Folder.Checkpoint, clock.Seconds);
                context.Saved(context.Folder.Checkpoint, saved);
            }
        }

        // Before and after on all problems, in between on the watched ones; not twice where a resumed run finds it done. Returns its seconds.
        double EvaluateWhereDue(long done, bool ended)
        {
            bool outside = done == 0 || ended;
            bool due = outside || (options.EvaluateEvery > 0 && done % options.EvaluateEvery == 0);
            if (!due || run.Store.EvaluationAt(context.Name, done) is not null)
            {
                return 0;
            }

            double start = clock.Seconds;
            (exact ?? engine).LoadWeights(model, done);
            context.Evaluate(evaluator, outside ? all : watched, run.Task.Name, done, start);
            return clock.Seconds - start;
        }
    }

    /// <summary>Every step the first answers to problems never solved before and early aha moments; now and then the best and a random one.</summary>
    private List<SampleRecord> KeptSamples(StageContext context, GrpoTrainer trainer, GrpoStep step)
    {
        long number = trainer.State.Step;
        var kept = new List<SampleRecord>();
        foreach (JudgedCompletion aha in step.Completions.Where(c => AhaMoment.IsIn(c, context.Run.ReflectiveWords)).Take(Math.Min(2, AhasToKeep - trainer.State.AhasKept)))
        {
            kept.Add(context.Record(number, "aha", aha));
            trainer.CountAha();
        }

        if (number != 1 && number % options.SamplesEvery != 0)
        {
            return kept;
        }

        if (step.Completions.Where(c => c.Reward.IsScorable).MaxBy(c => c.Reward.Total) is { } best)
        {
            kept.Add(context.Record(number, "best", best));
        }

        Random random = Seeds.Random(context.Run.Seed("samples"), number);
        kept.Add(context.Record(number, "random", step.Completions[random.Next(step.Completions.Count)]));
        kept.AddRange(step.NewlySolved.Take(2).Select(solved => context.Record(number, "newly_solved", solved)));
        return kept;
    }

    private static Dictionary<string, double> Metrics(RunFolder store, string stage, long step)
    {
        var metrics = new Dictionary<string, double>(store.EvaluationAt(stage, step)!.Metrics);
        // A run whose records were moved away goes on from its checkpoint without them.
        foreach ((string name, double value) in store.EvaluationAt(stage, 0)?.Metrics ?? new Dictionary<string, double>())
        {
            metrics[$"before/{name}"] = value;
        }

        return metrics;
    }
}
