using System.Text.Json;
using Aha.Runs;

namespace Aha.Tests.EndToEnd;

/// <summary>Everything a run recorded that must not depend on when it was stopped: all but times.</summary>
internal static class RunRecordsOf
{
    public static void RequireEqual(string folder, string other)
    {
        Assert.Equal(Lines(folder), Lines(other));
        string[] models = Models(folder);
        Assert.NotEmpty(models);
        Assert.Equal(models, Models(other));
        Assert.All(models, model => Assert.Equal(File.ReadAllBytes(Path.Combine(folder, model)), File.ReadAllBytes(Path.Combine(other, model))));
    }

    private static IEnumerable<string> Lines(string folder)
    {
        RunData run = RunReader.Load(folder);
        // Stage by stage: one that was made again lies behind later ones.
        return
        [
            .. run.Metrics.OrderBy(m => m.Stage, StringComparer.Ordinal).Select(m => $"metrics {m.Stage} {m.Kind} {m.Step} {Text(m.Values)}"),
            .. run.Evaluations.OrderBy(e => e.Stage, StringComparer.Ordinal).Select(e => $"evaluation {e.Stage} {e.Step} {e.Benchmark} {e.Problems} {e.Samples} {Text(e.Metrics)} {Text(e.ReflectiveWords)}"),
            .. RunReader.AllSamples(folder).OrderBy(s => s.Stage, StringComparer.Ordinal).Select(sample => JsonSerializer.Serialize(sample, RunJson.Lines.SampleRecord)),
            .. run.Stages.Select(s => $"stage {s.Name} {s.Kind} {Text(s.Metrics)}"),
        ];
    }

    private static string[] Models(string folder) =>
        [.. Directory.GetFiles(folder, "model.safetensors", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(folder, file)).Where(file => file.Contains("/model/", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    // "R" keeps every bit.
    private static string Text(IReadOnlyDictionary<string, double> values) =>
        string.Join(' ', values.Where(v => !IsTime(v.Key)).OrderBy(v => v.Key, StringComparer.Ordinal).Select(v => $"{v.Key}={v.Value:R}"));

    private static bool IsTime(string metric) =>
        metric.StartsWith("time/", StringComparison.Ordinal) || metric.Contains("per_second", StringComparison.Ordinal) || metric is "step_time" or "seconds";
}
