using System.Text.Json;
using System.Text.Json.Serialization;
using Aha.Pipeline.Comparing;
using Aha.Runs;

namespace Aha.Cli.Commands.Runs;

/// <summary>A run as <c>aha runs list --json</c> shows it; <paramref name="Error"/> stands alone where it cannot be read.</summary>
internal sealed record ListedRun(
    string Run, string? Error = null, string? Name = null, long? Seed = null, RunState? State = null, DateTimeOffset? Started = null, double? Seconds = null,
    string? OpenStage = null, long? Step = null, string? ResultsOf = null, IReadOnlyDictionary<string, double>? Metrics = null);

/// <summary>A run as <c>aha runs show --json</c> shows it.</summary>
internal sealed record ShownRun(
    string Folder, RunState State, string? OpenStage, long Step, double Seconds, RunRecord Run, IReadOnlyList<StageResult> Stages, IReadOnlyList<EvaluationRecord> Evaluations,
    IReadOnlyList<CheckpointRecord> Checkpoints, IReadOnlyList<Distillation> Distillation);

/// <summary>What <c>aha runs compare --json</c> shows.</summary>
internal sealed record ComparedRuns(IReadOnlyList<ListedRun> Runs, IReadOnlyList<ComparedGroup> Groups, IReadOnlyList<SettingDifference> Differences);

/// <summary>Runs of one recipe and the spread of their last results.</summary>
internal sealed record ComparedGroup(string Recipe, IReadOnlyList<string> Runs, IReadOnlyList<long> Seeds, IReadOnlyDictionary<string, Spread> Metrics, IReadOnlyList<StageSpread> Stages);

/// <summary>How these look as JSON: like the records of a run.</summary>
[JsonSerializable(typeof(ListedRun))]
[JsonSerializable(typeof(ShownRun))]
[JsonSerializable(typeof(ComparedRuns))]
internal sealed partial class RunsJson : JsonSerializerContext
{
    public static RunsJson Lines { get; } = new(new JsonSerializerOptions
    {
        NumberHandling = RunJson.Lines.Options.NumberHandling,
        Encoder = RunJson.Lines.Options.Encoder,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter<RunState>(JsonNamingPolicy.SnakeCaseLower) },
    });
}
