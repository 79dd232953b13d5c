using Aha.Evaluation;
using Aha.Generation;
using Aha.Models;
using Aha.Models.Adapters;
using Aha.Pipeline.Planning;
using Aha.Pipeline.Recipes;
using Aha.Runs;
using Aha.Tasks;
using Aha.Training.Backends;
using Aha.Training.Optimization;
using Aha.Verification.Rewards;

namespace Aha.Pipeline.Running;

/// <summary>What every stage of a run shares.</summary>
internal sealed record RunContext(
    Recipe Recipe, string RecipeFolder, RunFolder Store, IRunObserver Observer, ITask Task, ITask? General,
    ReflectiveWords ReflectiveWords, BackendKind Backend, int Threads, TimeProvider Time, CancellationToken Cancel)
{
    /// <summary>
    /// Problems of the test split that evaluations use, then general prompts where there are any; the first <paramref name="limit"/> of either, 0 for
    /// all.
    /// </summary>
    public IReadOnlyList<Problem> TestProblems(int limit)
    {
        int most = limit > 0 ? limit : int.MaxValue;
        return [.. Task.Problems(Split.Test).Take(most), .. General?.Problems(Split.Test).Take(most) ?? []];
    }

    /// <summary>Checks that prompts and answers fit into the model's positions, before anything is sampled.</summary>
    /// <exception cref="RecipeException">A prompt and the longest answer are together longer than the model's positions.</exception>
    public static void RequireRoom(string where, int positions, RolloutSampler sampler, IEnumerable<Problem> problems, int maxNewTokens)
    {
        int longest = problems.Max(p => sampler.PromptOf(p).Length);
        if (longest + maxNewTokens > positions)
        {
            throw new RecipeException($"{where}: prompts of up to {longest} tokens and max_new_tokens {maxNewTokens} do not fit into the model's {positions} positions; lower max_new_tokens or raise model.max_positions");
        }
    }

    public RolloutEngine Engine(ModelConfig config, RolloutPrecision precision = RolloutPrecision.Fp32) => new(config, new RolloutEngineOptions { Threads = Threads, Precision = precision });

    /// <summary>The run's backend, or libtorch in fp32 where that cannot train a model of this shape.</summary>
    public TrainingBackend CreateBackend(CausalLanguageModel model) =>
        BackendChoice.Create(BackendChoice.CanFuse(model.Config) ? Backend : BackendChoice.Unfused(Backend), model, Threads, Recipe.ActivationCheckpointing);

    /// <summary>A seed of the run's own for a purpose.</summary>
    public long Seed(string purpose) => Recipe.SeedFor(purpose);
}

/// <summary>One stage at work.</summary>
/// <param name="Plan">What it reads.</param>
/// <param name="Text">That of the model it works on.</param>
/// <param name="Rewards">What its completions are rewarded for.</param>
internal sealed record StageContext(RunContext Run, StagePlan Plan, ModelText Text, RewardSet Rewards)
{
    public string Name => Plan.Stage.Name;

    public StageFolder Folder => Plan.Folder;

    /// <summary>How the stage is announced.</summary>
    public StageRecord Record(long steps) => new(Name, Plan.Stage.Kind, steps, Plan.Stage.From);

    /// <exception cref="RecipeException">It is a reward model, which writes no text.</exception>
    public CausalLanguageModel LoadStartModel()
    {
        CausalLanguageModel model = CausalLanguageModel.Load(Plan.Start?.Path ?? throw new InvalidOperationException($"stage {Name} has no model to start from"));
        if (!model.Config.ScoreHead)
        {
            return model;
        }

        model.Dispose();
        throw new RecipeException($"stage {Name}: {Plan.Start.Path} is a reward model; start from a language model");
    }

    /// <summary>The adapter that is trained in place of a model's weights; null where the weights are.</summary>
    public LoraAdapter? Attach(LoraOptions? lora, CausalLanguageModel model) => lora is null ? null : LoraAdapter.Attach(model, lora.ToConfig(), Run.Seed($"{Name}/lora"));

    /// <summary>Writes the stage's finished model, of <paramref name="step"/> optimiser steps, with what its text goes through, and beside it the adapter that was trained.</summary>
    public void SaveModel(CausalLanguageModel model, long step, LoraAdapter? adapter = null)
    {
        adapter?.Save(Folder.Adapter, Plan.Start!.Path);
        model.Save(Folder.Model);
        Text.Save(Folder.Model);
        Saved(Folder.Model, step);
    }

    public RolloutSampler Sampler(RolloutEngine engine) => new(engine, Text.Tokenizer, Text.Prompts, Rewards, Run.ReflectiveWords);

    /// <summary>Evaluates and records it.</summary>
    public EvaluationResult Evaluate(RolloutSampler sampler, IReadOnlyList<Problem> problems, string benchmark, long step, double seconds)
    {
        EvaluationOptions options = Run.Recipe.Evaluation;
        var sampling = new SamplingOptions
        {
            Temperature = (float)options.Temperature, TopP = (float)options.TopP, MaxNewTokens = options.MaxNewTokens, StopTokens = Text.Tokenizer.EndIds,
        };
        var progress = new InlineProgress(n => Run.Observer.Progress($"evaluating {problems.Count} x {options.Samples}", n, 0));
        EvaluationResult result = new Evaluator(sampler, Run.ReflectiveWords)
            .Evaluate(problems, options.Samples, sampling, (ulong)Run.Seed("evaluation"), Run.Cancel, progress);
        var record = new EvaluationRecord
        {
            Stage = Name, Step = step, Seconds = seconds, Benchmark = benchmark, Problems = result.Problems, Samples = result.Samples,
            Metrics = result.Metrics, ReflectiveWords = result.ReflectiveWords,
        };
        // Completions are ordered by problem, then by sample.
        Run.Observer.Evaluated(record, [.. result.Completions.Select((c, i) => Record(step, "evaluation", c) with { Sample = i % result.Samples })]);
        return result;
    }

    /// <summary>Records that a checkpoint, or the finished model, was saved in <paramref name="folder"/>.</summary>
    public void Saved(string folder, long step)
    {
        long bytes = new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);
        Run.Observer.CheckpointSaved(new CheckpointRecord(Name, step, Path.GetRelativePath(Run.Store.Path, folder), Run.Time.GetUtcNow(), bytes));
    }

    /// <summary>A completion as it is stored.</summary>
    /// <param name="kind">Why it is kept; see <see cref="SampleRecord"/>.</param>
    public SampleRecord Record(long step, string kind, JudgedCompletion completion) => new()
    {
        Stage = Name,
        Step = step,
        Kind = kind,
        Problem = completion.Problem.Id,
        Prompt = Text.Prompts.Render(completion.Problem.Question),
        Response = completion.Text,
        Verdict = completion.Judgement.Verdict.ToString().ToLowerInvariant(),
        Reason = completion.Judgement.Reason,
        Reward = completion.Reward.Total,
        Rewards = Rewards.Parts.Zip(completion.Reward.Parts).Where(p => p.Second.HasValue).ToDictionary(p => p.First.Function.Name, p => p.Second.Value),
        Tokens = completion.Tokens,
        FinishReason = completion.Completion.Finish.ToString().ToLowerInvariant(),
    };
}
