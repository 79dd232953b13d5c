using System.Globalization;
using Aha.Pipeline.Planning;
using Aha.Pipeline.Recipes;
using Aha.Pipeline.Stages;
using Aha.Reporting;
using Aha.Runs;
using Aha.Tensors;
using Aha.Models;
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
        RunPlan plan = RunPlan.Make(source, output);
        MemoryEstimate.Require(plan);
        Recipe recipe = plan.Recipe;
        NativeRuntime.EnsureLoaded();
        int threads = Threads(recipe);
        torch.set_num_threads(threads);
        MatmulProbe probe = MatmulProbe.Measure();
        using RunFolder store = RunFolder.Open(plan.Folder);
        (BackendKind backend, string chosen) = ChooseBackend(plan, probe, threads, store.Recorded);
        var words = new ReflectiveWords(recipe.ReflectiveWords);
        var context = new RunContext(
            recipe, source.Folder, store, new CompositeObserver(store, display), plan.Task, plan.General, words,
            backend, threads, time, cancel);
        context.Observer.RunStarted(Describe(recipe, source, command, probe, backend, threads, words, time));
        context.Observer.Notice(chosen);

        try
        {
            RunStages(context, plan);
        }
        catch
        {
            ReportAsFarAsPossible(plan.Folder);
            throw;
        }

        RunData data = RunReader.Load(plan.Folder);
        ReportWriter.Write(data, ReportOf(plan.Folder));
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

    internal static int Threads(Recipe recipe) => recipe.Threads > 0 ? recipe.Threads : Environment.ProcessorCount;

    // A resumed run keeps its first choice: another way to add up would change its bits.
    private static (BackendKind Backend, string Chosen) ChooseBackend(RunPlan plan, MatmulProbe probe, int threads, RunRecord? recorded)
    {
        if (plan.Recipe.Backend is BackendChoiceKey.Fused or BackendChoiceKey.FusedBf16 && plan.Stages.FirstOrDefault(s => s.Kind.LeavesModel && !BackendChoice.CanFuse(s.Config)) is { } unfit)
        {
            FusedDecoder.Supports(unfit.Config, out string? why);
            throw new RecipeException($"{plan.Source.Name}: stages.{unfit.Stage.Name}: backend: {YamlKeys.Show(plan.Recipe.Backend)} cannot train this model ({why}); leave backend out, or take libtorch_fp32");
        }

        if (plan.Recipe is { ActivationCheckpointing: true, Backend: BackendChoiceKey.LibtorchFp32 or BackendChoiceKey.LibtorchBf16 })
        {
            throw new RecipeException($"{plan.Source.Name}: activation_checkpointing is for the fused backends, and backend is {YamlKeys.Show(plan.Recipe.Backend)}: leave one of the two out");
        }

        if (plan.Recipe.Backend != BackendChoiceKey.Auto)
        {
            return (Enum.Parse<BackendKind>(plan.Recipe.Backend.ToString()), $"{probe}; training runs on {YamlKeys.Show(plan.Recipe.Backend)}, as the recipe says");
        }

        if (recorded is not null && recorded.Machine.TryGetValue(Machine.BackendKey, out string? before) && Enum.TryParse(before, out BackendKind kept))
        {
            return (kept, $"{probe}; training goes on with {YamlKeys.Show(kept)}, as this run began");
        }

        if (plan.Stages.All(s => StageFactory.Create(s.Stage).Work(plan, s).MicroBatchTokens == 0))
        {
            return (BackendKind.LibtorchFp32, $"{probe}; nothing is trained");
        }

        ModelConfig config = plan.Stages[0].Config;
        (BackendKind best, IReadOnlyDictionary<BackendKind, double> speeds) = BackendChoice.Measure(config, Candidates(plan.Recipe, config, probe), threads);
        string tried = string.Join(", ", speeds.Select(s => string.Create(CultureInfo.InvariantCulture, $"{YamlKeys.Show(s.Key)} {(s.Value < 10_000 ? $"{s.Value:F0}" : $"{s.Value / 1000:F0}k")} tokens/s")));
        return (best, $"{probe}; tried {tried}: training runs on {YamlKeys.Show(best)}");
    }

    private static IReadOnlyList<BackendKind> Candidates(Recipe recipe, ModelConfig config, MatmulProbe probe)
    {
        IReadOnlyList<BackendKind> all = BackendChoice.Candidates(config, probe);
        return recipe.ActivationCheckpointing && BackendChoice.CanFuse(config) ? [.. all.Where(kind => kind is BackendKind.Fused or BackendKind.FusedBf16)] : all;
    }

    private static void RunStages(RunContext run, RunPlan plan)
    {
        foreach (StagePlan stage in plan.Stages.Where(s => s.Action == StageAction.StartAnew))
        {
            run.Observer.Notice($"stage {stage.Stage.Name} starts anew: {string.Join("; ", stage.Reasons)}");
        }

        foreach (StagePlan stage in plan.Stages)
        {
            run.Cancel.ThrowIfCancellationRequested();
            if (stage.Action == StageAction.Keep)
            {
                StageResult finished = stage.Folder.Finished()!;
                run.Observer.Notice($"stage {finished.Name}: done before, kept ({finished.Seconds.ToString("F0", CultureInfo.InvariantCulture)} s)");
                if (!run.Store.HasResult(finished.Name))
                {
                    // The records were moved away; the stage is done all the same.
                    run.Store.StageFinished(finished);
                }

                continue;
            }

            if (stage.Action != StageAction.Continue)
            {
                stage.Folder.Reset(stage.Keys);
            }

            using StageRewards rewards = StageRewards.Create(run.Recipe, stage, run.Backend, run.Time);
            StageOutcome outcome = Work(new StageContext(run, stage, ModelText.Of(stage, run.Recipe, run.RecipeFolder), rewards.Set));
            var result = new StageResult(stage.Stage.Name, stage.Stage.Kind, outcome.Seconds, outcome.Metrics);
            run.Observer.StageFinished(result);
            stage.Folder.Finish(result);
        }
    }

    private static StageOutcome Work(StageContext context)
    {
        try
        {
            return StageFactory.Create(context.Plan.Stage).Run(context);
        }
        catch (RewardException e)
        {
            throw new RunException($"stage {context.Name}: {e.Message}. Nothing done is lost: the same command goes on from the last checkpoint", e);
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
        Stages = [.. recipe.Stages.Select(s => new StageRecord(s.Name, s.Kind, StageFactory.Create(s).Steps, s.From))],
        Published = [.. recipe.Published.Select(p => new PublishedLine(p.Label, p.Metric, p.Value))],
        ReflectiveWords = words.Words,
    };
}
