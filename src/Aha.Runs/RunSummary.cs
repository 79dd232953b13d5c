using System.Text.Json.Serialization;

namespace Aha.Runs;

/// <summary>What a run came to: the last line of <c>aha run --json</c>. <paramref name="Seconds"/>: work done, all sessions of a resumed run together.</summary>
public sealed record RunSummary(
    [property: JsonPropertyName("run")] string Run,
    [property: JsonPropertyName("seconds")] double Seconds,
    [property: JsonPropertyName("stages")] IReadOnlyList<StageResult> Stages)
{
    /// <summary>Students beside their teachers; empty where nothing was distilled.</summary>
    [JsonPropertyName("distillation")] public IReadOnlyList<Distillation> Distillation { get; init; } = [];

    /// <summary>The summary of the finished stages of a run's plan.</summary>
    public static RunSummary Of(RunData data)
    {
        HashSet<string> planned = [.. data.Run.Stages.Select(stage => stage.Name)];
        StageResult[] stages = [.. data.Stages.Where(stage => planned.Contains(stage.Name))];
        return new(data.Folder, stages.Sum(stage => stage.Seconds), stages) { Distillation = Runs.Distillation.Of(data) };
    }
}
