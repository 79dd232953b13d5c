using System.Text.Json.Serialization;

namespace Aha.Runs;

/// <summary>What a run is: told at its start, and again by every session that goes on with it.</summary>
public sealed record RunRecord
{
    [JsonPropertyName("name")] public required string Name { get; init; }
    [JsonPropertyName("seed")] public required long Seed { get; init; }
    /// <summary>When the first session began.</summary>
    [JsonPropertyName("started")] public required DateTimeOffset Started { get; init; }
    /// <summary>The command line that repeats this run, or goes on with it.</summary>
    [JsonPropertyName("command")] public required string Command { get; init; }
    /// <summary>What computed it, by name: <c>aha</c>, <c>.NET</c>, <c>TorchSharp</c>, <c>libtorch</c>.</summary>
    [JsonPropertyName("versions")] public IReadOnlyDictionary<string, string> Versions { get; init; } = new Dictionary<string, string>();
    /// <summary>Processor, cores, SIMD flags, measured matmul rates, chosen precision.</summary>
    [JsonPropertyName("machine")] public IReadOnlyDictionary<string, string> Machine { get; init; } = new Dictionary<string, string>();
    /// <summary>The recipe as it was given, comments and all.</summary>
    [JsonPropertyName("recipe")] public string Recipe { get; init; } = "";
    /// <summary>Assignments <c>key=value</c> applied to the recipe.</summary>
    [JsonPropertyName("overrides")] public IReadOnlyList<string> Overrides { get; init; } = [];
    /// <summary>The plan, in order.</summary>
    [JsonPropertyName("stages")] public IReadOnlyList<StageRecord> Stages { get; init; } = [];
    /// <summary>Other people's results, drawn as dashed lines beside this run's.</summary>
    [JsonPropertyName("published")] public IReadOnlyList<PublishedLine> Published { get; init; } = [];
    /// <summary>The words this run counts as reflective; see <see cref="Runs.ReflectiveWords"/>.</summary>
    [JsonPropertyName("reflective_words")] public IReadOnlyList<string> ReflectiveWords { get; init; } = [];
}

/// <summary>A published result to compare with. <paramref name="Metric"/>: an evaluation's metric name; <paramref name="Value"/> in that metric's unit (accuracies 0..1).</summary>
public sealed record PublishedLine(
    [property: JsonPropertyName("label")] string Label,
    [property: JsonPropertyName("metric")] string Metric,
    [property: JsonPropertyName("value")] double Value);

/// <summary>
/// A stage as planned. <paramref name="Kind"/>: corpus, pretrain, gate, eval, sft, grpo ...; <paramref name="From"/>: the stage or the model folder it
/// starts from, as the recipe names it.
/// </summary>
public sealed record StageRecord(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("kind")] string Kind,
    [property: JsonPropertyName("steps")] long Steps,
    [property: JsonPropertyName("from")] string? From = null);

/// <summary>
/// One optimiser step's numbers. Metric names are TRL's. <paramref name="Step"/> counts optimiser steps done, so the first is 1 and 0 is
/// the model before the stage; <paramref name="Seconds"/> since the stage began.
/// </summary>
public sealed record MetricRecord(
    [property: JsonPropertyName("stage")] string Stage,
    [property: JsonPropertyName("kind")] string Kind,
    [property: JsonPropertyName("step")] long Step,
    [property: JsonPropertyName("seconds")] double Seconds,
    [property: JsonPropertyName("values")] IReadOnlyDictionary<string, double> Values);

/// <summary>
/// One stored completion. <see cref="Kind"/> says why: <c>evaluation</c> (every sample of an evaluation), or of a training step <c>best</c>
/// (highest reward), <c>random</c>, <c>newly_solved</c> (first correct answer to that problem), <c>aha</c> (a failed attempt, a reflective
/// word, then a verified answer).
/// </summary>
public sealed record SampleRecord
{
    [JsonPropertyName("stage")] public required string Stage { get; init; }
    [JsonPropertyName("step")] public required long Step { get; init; }
    [JsonPropertyName("kind")] public required string Kind { get; init; }
    /// <summary>The problem's id.</summary>
    [JsonPropertyName("problem")] public required string Problem { get; init; }
    /// <summary>Evaluations: which of the problem's samples this is, from 0.</summary>
    [JsonPropertyName("sample"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public int? Sample { get; init; }
    [JsonPropertyName("prompt")] public required string Prompt { get; init; }
    [JsonPropertyName("response")] public required string Response { get; init; }
    [JsonPropertyName("verdict")] public required string Verdict { get; init; }
    [JsonPropertyName("reason")] public string? Reason { get; init; }
    /// <summary>NaN where a part could not be scored.</summary>
    [JsonPropertyName("reward")] public required double Reward { get; init; }
    /// <summary>The reward's parts, unweighted.</summary>
    [JsonPropertyName("rewards")] public IReadOnlyDictionary<string, double> Rewards { get; init; } = new Dictionary<string, double>();
    [JsonPropertyName("tokens")] public required int Tokens { get; init; }
    [JsonPropertyName("finish_reason")] public string FinishReason { get; init; } = "stop";
}

/// <summary>
/// One evaluation on held-out problems. Metrics: <c>pass@1</c> (mean over problems and samples), <c>pass@1_se</c>, <c>cons@16</c>,
/// <c>pass@16</c>, <c>format</c>, <c>length</c> (mean tokens), <c>reflection</c> (share of responses with a reflective word),
/// <c>unscorable</c>, <c>truncated</c>.
/// </summary>
public sealed record EvaluationRecord
{
    [JsonPropertyName("stage")] public required string Stage { get; init; }
    [JsonPropertyName("step")] public required long Step { get; init; }
    [JsonPropertyName("seconds")] public required double Seconds { get; init; }
    [JsonPropertyName("benchmark")] public required string Benchmark { get; init; }
    [JsonPropertyName("problems")] public required int Problems { get; init; }
    [JsonPropertyName("samples")] public required int Samples { get; init; }
    [JsonPropertyName("metrics")] public required IReadOnlyDictionary<string, double> Metrics { get; init; }
    /// <summary>Occurrences per 100 responses of each reflective word that was counted.</summary>
    [JsonPropertyName("reflective_words")] public IReadOnlyDictionary<string, double> ReflectiveWords { get; init; } = new Dictionary<string, double>();
}

/// <summary>A checkpoint or a finished model that was saved. <paramref name="Path"/>: its folder, relative to the run's; <paramref name="Bytes"/>: of all its files.</summary>
public sealed record CheckpointRecord(
    [property: JsonPropertyName("stage")] string Stage,
    [property: JsonPropertyName("step")] long Step,
    [property: JsonPropertyName("path")] string Path,
    [property: JsonPropertyName("saved")] DateTimeOffset Saved,
    [property: JsonPropertyName("bytes")] long Bytes);

/// <summary>A finished stage.</summary>
public sealed record StageResult(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("kind")] string Kind,
    [property: JsonPropertyName("seconds")] double Seconds,
    [property: JsonPropertyName("metrics")] IReadOnlyDictionary<string, double> Metrics);
