using System.Text.Json;
using Aha.Benchmarks.Machine;

namespace Aha.Bench.Scaling;

/// <summary>What a run leaves as JSON.</summary>
/// <param name="Machine">One entry for each number of threads.</param>
internal sealed record ScalingRun(IReadOnlyList<MachineRates> Machine, IReadOnlyList<ScalingPoint> Points)
{
    private static readonly JsonSerializerOptions s_json = new() { WriteIndented = true };

    /// <exception cref="ArgumentException">The file is missing or no run's.</exception>
    public static ScalingRun Load(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<ScalingRun>(File.ReadAllText(path), s_json) is { Points: not null } run ? run : throw new JsonException("it holds no points");
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new ArgumentException($"--with: {path}: {e.Message}", e);
        }
    }

    public void Save(string path) => File.WriteAllText(path, JsonSerializer.Serialize(this, s_json));

    /// <summary>This run, better where another was; points of the others that this one lacks are added.</summary>
    public ScalingRun Beside(IEnumerable<ScalingRun> others) => this with
    {
        Points = [.. Points.Concat(others.SelectMany(run => run.Points)).GroupBy(p => (p.Axis, p.Work, p.Model, p.Precision, p.Threads, p.X)).Select(ScalingPoint.Best)],
    };
}
