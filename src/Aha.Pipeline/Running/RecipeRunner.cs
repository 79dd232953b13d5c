using System.Globalization;
using Aha.Pipeline.Recipes;
using Aha.Pipeline.Stages;
using Aha.Reporting;
using Aha.Runs;
using Aha.Tasks;
using Aha.Templates;
using Aha.Tensors;
using Aha.Models;
using Aha.Models.Checkpoints;
using Aha.Tokenization;
using Aha.Training.Backends;
using Aha.Training.Fused;
using Aha.Verification.Rewards;
using TorchSharp;

namespace Aha.Pipeline.Running;

/// <summary>Runs a recipe's stages in order. Finished stages are kept, an interrupted one goes on from its checkpoint.</summary>
public static class RecipeRunner
{
    /// <summary>Where the report of a run lies.</summary>
    public static string ReportOf(string runFolder) => Path.Combine(runFolder, "report.html");

    /// <param name="output">The run folder; null for <c>runs/NAME</c>, with <c>-seedN</c> where the seed is not 1.</param>
    /// <param name="command">The command line that repeats this run.</param>
    /// <returns>The run as written down.</returns>
    /// <exception cref="RecipeException">The recipe cannot be run as written.</exception>
    /// <exception cref="RunException">A stage failed for a reason its user can act on.</exception>
    /// <exception cref="OperationCanceledException">Stopped on request; the same request goes on where it stopped.</exception>
    public static RunData Run(RecipeSource source, string? output, string command, IRunObserver display, TimeProvider time, CancellationToken cancel)
    {
        Recipe recipe = RecipeReader.Parse(source.Text, source.Name, source.Overrides);
        string folder = output ?? Path.Combine("runs", recipe.Seed == 1 ? recipe.Name : $"{recipe.Name}-seed{recipe.Seed}");
        ITokenizer tokenizer = LoadTokenizer(recipe, source.Folder);
        ChatTemplate? chatTemplate = recipe.Model.Load is { } load ? ModelChatTemplate.TryLoad(Path.Combine(source.Folder, load)) : null;
        IPromptRenderer prompts = PromptRenderers.Named(recipe.Template, recipe.SystemPrompt, chatTemplate);
        ITask task = TaskFactory.Create(recipe.Task, source.Folder);
        RequireProblems(task, source.Name);
        MemoryEstimate.RequireFor(recipe, tokenizer.VocabularySize);

        NativeRuntime.EnsureLoaded();
        int threads = recipe.Threads > 0 ? recipe.Threads : Environment.ProcessorCount;
        torch.set_num_threads(threads);
        MatmulProbe probe = MatmulProbe.Measure();
        using RunFolder store = RunFolder.Open(folder);
        (BackendKind backend, string chosen) = ChooseBackend(recipe, source.Folder, tokenizer, probe, threads, store.Recorded);
        var words = new ReflectiveWords(recipe.ReflectiveWords);
        var context = new RunContext(
            recipe, source.Folder, store, new CompositeObserver(store, display), task, tokenizer, chatTemplate, prompts, Rewards(recipe), words,
            backend, threads, time, cancel);
        context.Observer.RunStarted(Describe(recipe, source, command, probe, backend, threads, words, time));
        context.Observer.Notice(chosen);

        try
        {
            RunStages(context);
        }
        catch
        {
            ReportAsFarAsPossible(folder);
            throw;
        }

        RunData data = RunReader.Load(folder);
        ReportWriter.Write(data, ReportOf(folder));
        return data;
    }

    // What there is of a stopped run can be looked at. Whatever stopped it may stop this too, and is what its user must hear of.
    private static void ReportAsFarAsPossible(string folder)
    {
        try
        {
            ReportWriter.Write(RunReader.Load(folder), ReportOf(folder));
        }
        catch (RunFolderException)
        {
        }
    }

    // A resumed run keeps its first choice: another way to add up would change its bits.
    private static (BackendKind Backend, string Chosen) ChooseBackend(Recipe recipe, string recipeFolder, ITokenizer tokenizer, MatmulProbe probe, int threads, RunRecord? recorded)
    {
        ModelConfig config = recipe.Model.Load is { } load ? ModelCheckpoint.ReadConfig(Path.Combine(recipeFolder, load)) : recipe.Model.ToConfig(tokenizer);
        if (recipe.Backend == BackendChoiceKey.Fused && !FusedDecoder.Supports(config, out string? why))
        {
            throw new RecipeException($"backend: fused cannot train this model ({why}); leave backend out, or take libtorch_fp32");
        }

        if (recipe.Backend != BackendChoiceKey.Auto)
        {
            return (Enum.Parse<BackendKind>(recipe.Backend.ToString()), $"{probe}; training runs on {YamlKeys.Show(recipe.Backend)}, as the recipe says");
        }

        if (recorded is not null && recorded.Machine.TryGetValue(Machine.BackendKey, out string? before) && Enum.TryParse(before, out BackendKind kept))
        {
            return (kept, $"{probe}; training goes on with {YamlKeys.Show(kept)}, as this run began");
        }

        (BackendKind best, IReadOnlyDictionary<BackendKind, double> speeds) = BackendChoice.Measure(config, BackendChoice.Candidates(config, probe), threads);
        string tried = string.Join(", ", speeds.Select(s => string.Create(CultureInfo.InvariantCulture, $"{YamlKeys.Show(s.Key)} {s.Value / 1000:F0}k tokens/s")));
        return (best, $"{probe}; tried {tried}: training runs on {YamlKeys.Show(best)}");
    }

    private static void RunStages(RunContext run)
    {
        string? recipeModel = run.Recipe.Model.Load is { } load ? Path.Combine(run.RecipeFolder, load) : null;
        var models = new Dictionary<string, string?>();
        var fingerprints = new Dictionary<string, string>();
        foreach (RecipeStage stage in run.Recipe.Stages)
        {
            string? start = stage.From is { } from ? models[from] : recipeModel;
            string fingerprint = StageFolder.Fingerprint(run.Recipe, stage, stage.From is { } origin ? fingerprints[origin] : recipeModel);
            fingerprints[stage.Name] = fingerprint;
            var folder = new StageFolder(run.Store.Path, stage.Name);
            if (folder.FinishedWith(fingerprint) is { } finished)
            {
                run.Observer.Notice($"stage {stage.Name}: done before, kept ({finished.Seconds.ToString("F0", CultureInfo.InvariantCulture)} s)");
                if (!run.Store.HasResult(stage.Name))
                {
                    // The records were moved away; the stage is done all the same.
                    run.Store.StageFinished(finished);
                }
            }
            else
            {
                if (!folder.StartedWith(fingerprint))
                {
                    if (folder.Exists)
                    {
                        run.Observer.Notice($"stage {stage.Name}: its options, or those of a stage before it, have changed; it starts anew");
                    }

                    folder.Reset(fingerprint);
                }

                IStage work = StageFactory.Create(stage);
                StageOutcome outcome = work.Run(new StageContext(run, stage, folder, start));
                var result = new StageResult(stage.Name, stage.Kind, outcome.Seconds, outcome.Metrics);
                run.Observer.StageFinished(result);
                folder.Finish(result);
            }

            // A stage without a model of its own (gate, eval) hands on the one it looked at.
            models[stage.Name] = Directory.Exists(folder.Model) ? folder.Model : start;
        }
    }

    private static ITokenizer LoadTokenizer(Recipe recipe, string recipeFolder) => recipe.Model.Load is { } load
        ? ModelTokenizer.Load(Path.Combine(recipeFolder, load))
        : new WordTokenizer(Tasks.Countdown.CountdownVocabulary.Words);

    private static RewardSet Rewards(Recipe recipe)
    {
        // What is too long is decided where the rewards teach.
        int limit = recipe.Stages.Select(stage => stage.Options).OfType<GrpoOptions>().FirstOrDefault()?.MaxNewTokens ?? recipe.Evaluation.MaxNewTokens;
        var settings = new RewardSettings { MaxTokens = limit };
        return new([.. recipe.Rewards.Select(r => new WeightedReward(RewardFunctions.Create(r.Key, settings), r.Value))]);
    }

    private static void RequireProblems(ITask task, string recipe)
    {
        foreach (Split split in (Split[])[Split.Train, Split.Test])
        {
            if (task.Problems(split).Count == 0)
            {
                throw new RecipeException($"{recipe}: task {task.Name} has no problem in its {split.ToString().ToLowerInvariant()} split; raise the sizes or change the shares");
            }
        }
    }

    private static RunRecord Describe(
        Recipe recipe, RecipeSource source, string command, MatmulProbe probe, BackendKind backend, int threads, ReflectiveWords words, TimeProvider time) => new()
    {
        Name = recipe.Name,
        Seed = recipe.Seed,
        Started = time.GetUtcNow(),
        Command = command,
        Versions = Machine.Versions(),
        Machine = Machine.Describe(probe, backend, threads),
        Recipe = source.Text,
        Overrides = source.Overrides,
        Stages = [.. recipe.Stages.Select(s => new StageRecord(s.Name, s.Kind, StageFactory.Create(s).Steps))],
        Published = [.. recipe.Published.Select(p => new PublishedLine(p.Label, p.Metric, p.Value))],
        ReflectiveWords = words.Words,
    };
}
