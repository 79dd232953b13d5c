using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Aha.Runs;

/// <summary>
/// How records look as JSON, one a line: <c>NaN</c> and the infinities survive as strings, nulls where none belong are refused, and text
/// stays readable (<c>&lt;think&gt;</c>, not <c>\u003Cthink</c>): these are lines of a file, never markup.
/// </summary>
[JsonSerializable(typeof(RunRecord))]
[JsonSerializable(typeof(MetricRecord))]
[JsonSerializable(typeof(SampleRecord))]
[JsonSerializable(typeof(EvaluationRecord))]
[JsonSerializable(typeof(CheckpointRecord))]
[JsonSerializable(typeof(StageResult))]
[JsonSerializable(typeof(RunSummary))]
[JsonSerializable(typeof(IReadOnlyList<PublishedLine>), TypeInfoPropertyName = "PublishedLines")]
[JsonSerializable(typeof(IReadOnlyList<string>), TypeInfoPropertyName = "Words")]
[JsonSerializable(typeof(IReadOnlyDictionary<string, double>), TypeInfoPropertyName = "Numbers")]
[JsonSerializable(typeof(IReadOnlyDictionary<string, string>), TypeInfoPropertyName = "Facts")]
public sealed partial class RunJson : JsonSerializerContext
{
    /// <summary>The one way in which records are written and read.</summary>
    public static RunJson Lines { get; } = new(new JsonSerializerOptions
    {
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    });
}
