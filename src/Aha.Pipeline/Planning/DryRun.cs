using System.Text.Json.Serialization;
using Aha.Models;
using Aha.Models.Adapters;
using Aha.Pipeline.Recipes;
using Aha.Pipeline.Running;
using Aha.Pipeline.Stages;

namespace Aha.Pipeline.Planning;

/// <summary>A stage of a run that has not been started.</summary>
/// <param name="From">What it starts from; <c>scratch</c> for a new model.</param>
/// <param name="Action"><c>start</c>, <c>continue</c>, <c>start anew</c>, or <c>done</c>.</param>
/// <param name="Why">Why it starts anew, a phrase a changed key.</param>
/// <param name="Seconds">Work left, taking completions to be half as long as they may be; 0 for a stage that is done.</param>
/// <param name="MemoryBytes">Peak.</param>
/// <param name="DiskBytes">What it leaves in the run folder.</param>
public sealed record PlannedStage(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("kind")] string Kind,
    [property: JsonPropertyName("from")] string From,
    [property: JsonPropertyName("action")] string Action,
    [property: JsonPropertyName("why")] IReadOnlyList<string> Why,
    [property: JsonPropertyName("parameters")] long Parameters,
    [property: JsonPropertyName("seconds")] double Seconds,
    [property: JsonPropertyName("memory_bytes")] long MemoryBytes,
    [property: JsonPropertyName("disk_bytes")] long DiskBytes);

/// <summary>What <c>aha run</c> would do. Nothing is written.</summary>
/// <param name="Run">The run folder.</param>
/// <param name="PeakDiskBytes">What the run leaves, and its largest checkpoint.</param>
/// <param name="MachineMemoryBytes">What the machine has: a stage that needs more will be refused.</param>
public sealed record DryRun(
    [property: JsonPropertyName("run")] string Run,
    [property: JsonPropertyName("stages")] IReadOnlyList<PlannedStage> Stages,
    [property: JsonPropertyName("peak_disk_bytes")] long PeakDiskBytes,
    [property: JsonPropertyName("machine_memory_bytes")] long MachineMemoryBytes)
{
    /// <summary>Plans a run and estimates each stage by a short trial on this machine.</summary>
    /// <exception cref="RecipeException">The recipe cannot be run as written.</exception>
    public static DryRun Of(RecipeSource source, string? output)
    {
        RunPlan plan = RunPlan.Make(source, output);
        foreach (StagePlan stage in plan.Stages.Where(s => s.Start is null or { Maker: null }))
        {
            // A folder that holds no tokenizer is found now, not when its stage begins.
            ModelText.Of(stage, plan.Recipe, source.Folder);
        }

        SpeedTrial trial = SpeedTrial.For(plan.Recipe);
        PlannedStage[] stages = [.. plan.Stages.Select(stage => Estimate(plan, stage, trial))];
        long checkpoint = plan.Stages.Where(s => s.Kind.LeavesModel).Select(s => CheckpointBytes(s.Config, StageFactory.Create(s.Stage).Work(plan, s))).DefaultIfEmpty().Max();
        return new DryRun(Path.GetFullPath(plan.Folder), stages, stages.Sum(s => s.DiskBytes) + checkpoint, MemoryEstimate.Available);
    }

    // What is trained, its two moments, the reference model's weights, and rollouts.
    private static long CheckpointBytes(ModelConfig config, StageWork work)
    {
        long parameters = MemoryEstimate.Parameters(config);
        long trained = work.Lora is { } lora ? LoraAdapter.Count(config, lora).Trained : parameters;
        return (sizeof(float) * ((3 * trained) + (work.HoldsReference ? parameters : 0))) + (work.TokensAhead * MemoryEstimate.BytesOfSampledToken);
    }

    private static PlannedStage Estimate(RunPlan plan, StagePlan stage, SpeedTrial trial)
    {
        StageWork work = StageFactory.Create(stage.Stage).Work(plan, stage);
        double seconds = 0;
        if (stage.Action != StageAction.Keep)
        {
            (double trained, double sampled) = trial.TokensPerSecond(stage.Config);
            seconds = work.TrainedTokens / trained + work.SampledTokens / sampled;
        }

        long parameters = MemoryEstimate.Parameters(stage.Config);
        return new PlannedStage(
            stage.Stage.Name,
            stage.Stage.Kind,
            stage.Start?.Input.Name ?? "scratch",
            stage.Action switch { StageAction.Keep => "done", StageAction.StartAnew => "start anew", _ => stage.Action.ToString().ToLowerInvariant() },
            stage.Reasons,
            parameters,
            seconds,
            MemoryEstimate.Of(stage.Config, work, plan.Recipe),
            stage.Kind.LeavesModel ? sizeof(float) * (parameters + (work.Lora is { } lora ? LoraAdapter.Count(stage.Config, lora).Trained : 0)) : 0);
    }
}
