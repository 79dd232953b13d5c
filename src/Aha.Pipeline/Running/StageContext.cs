using Aha.Evaluation;
using Aha.Generation;
using Aha.Models;
using Aha.Pipeline.Recipes;
using Aha.Runs;
using Aha.Tasks;
using Aha.Templates;
using Aha.Tokenization;
using Aha.Training.Backends;
using Aha.Verification.Rewards;

namespace Aha.Pipeline.Running;

/// <summary>What every stage of a run shares.</summary>
internal sealed record RunContext(
    Recipe Recipe, string RecipeFolder, RunFolder Store, IRunObserver Observer, ITask Task, ITokenizer Tokenizer, ChatTemplate? ChatTemplate, IPromptRenderer Prompts,
    RewardSet Rewards, ReflectiveWords ReflectiveWords, BackendKind Backend, int Threads, TimeProvider Time, CancellationToken Cancel)
{
    /// <summary>Problems of the test split that evaluations use; the first <paramref name="limit"/> of them, 0 for all.</summary>
    public IReadOnlyList<Problem> TestProblems(int limit)
    {
        IReadOnlyList<Problem> all = Task.Problems(Split.Test);
        return limit > 0 ? [.. all.Take(limit)] : all;
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

    public RolloutEngine Engine(ModelConfig config) => new(config, new RolloutEngineOptions { Threads = Threads });

    public TrainingBackend CreateBackend(CausalLanguageModel model) => BackendChoice.Create(Backend, model, Threads);

    public RolloutSampler Sampler(RolloutEngine engine) => new(engine, Tokenizer, Prompts, Rewards, ReflectiveWords);

    public SamplingOptions EvaluationSampling => new()
    {
        Temperature = (float)Recipe.Evaluation.Temperature,
        TopP = (float)Recipe.Evaluation.TopP,
        MaxNewTokens = Recipe.Evaluation.MaxNewTokens,
        StopTokens = Tokenizer.EndIds,
    };

    /// <summary>A seed of the run's own for a purpose.</summary>
    public long Seed(string purpose) => (long)(Seeds.Derive(Recipe.Seed, (long)Seeds.Hash(purpose)) >> 1);
}

/// <summary>One stage at work.</summary>
/// <param name="StartModel">The folder of the model it starts from; null for a model made from scratch.</param>
internal sealed record StageContext(RunContext Run, RecipeStage Stage, StageFolder Folder, string? StartModel)
{
    public CausalLanguageModel LoadStartModel() => CausalLanguageModel.Load(StartModel ?? throw new InvalidOperationException($"stage {Stage.Name} has no model to start from"));

    /// <summary>Writes the stage's finished model, of <paramref name="step"/> optimiser steps, with its tokenizer and the chat template that came with the model it started from.</summary>
    public void SaveModel(CausalLanguageModel model, long step)
    {
        model.Save(Folder.Model);
        Run.Tokenizer.Save(Folder.Model);
        // Most tokenizers' own files bring the template along.
        if (Run.ChatTemplate is { } template && ChatTemplate.TryLoad(Folder.Model)?.Text != template.Text)
        {
            template.Save(Folder.Model);
        }

        Saved(Folder.Model, step);
    }

    /// <summary>Evaluates and records it.</summary>
    public EvaluationResult Evaluate(RolloutSampler sampler, IReadOnlyList<Problem> problems, string benchmark, long step, double seconds)
    {
        EvaluationOptions options = Run.Recipe.Evaluation;
        var progress = new InlineProgress(n => Run.Observer.Progress($"evaluating {problems.Count} x {options.Samples}", n, 0));
        EvaluationResult result = new Evaluator(sampler, Run.ReflectiveWords)
            .Evaluate(problems, options.Samples, Run.EvaluationSampling, (ulong)Run.Seed("evaluation"), Run.Cancel, progress);
        var record = new EvaluationRecord
        {
            Stage = Stage.Name, Step = step, Seconds = seconds, Benchmark = benchmark, Problems = result.Problems, Samples = result.Samples,
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
        Run.Observer.CheckpointSaved(new CheckpointRecord(Stage.Name, step, Path.GetRelativePath(Run.Store.Path, folder), Run.Time.GetUtcNow(), bytes));
    }

    /// <summary>A completion as it is stored.</summary>
    /// <param name="kind">Why it is kept; see <see cref="SampleRecord"/>.</param>
    public SampleRecord Record(long step, string kind, JudgedCompletion completion) => new()
    {
        Stage = Stage.Name,
        Step = step,
        Kind = kind,
        Problem = completion.Problem.Id,
        Prompt = Run.Prompts.Render(completion.Problem.Question),
        Response = completion.Text,
        Verdict = completion.Judgement.Verdict.ToString().ToLowerInvariant(),
        Reason = completion.Judgement.Reason,
        Reward = completion.Reward.Total,
        Rewards = Run.Rewards.Parts.Select((p, i) => (p.Function.Name, completion.Reward.Parts[i].Value)).ToDictionary(p => p.Name, p => p.Value),
        Tokens = completion.Tokens,
        FinishReason = completion.Completion.Finish.ToString().ToLowerInvariant(),
    };
}
