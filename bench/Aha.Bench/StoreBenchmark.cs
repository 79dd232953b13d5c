using System.Diagnostics;
using Aha.Runs;

namespace Aha.Bench;

/// <summary>
/// What writing a run down costs: a step with its numbers and four samples, an evaluation with every sample, and reading it all back. Each
/// is a transaction.
/// </summary>
internal static class StoreBenchmark
{
    private const string Stage = "r1-zero";

    public static int Run(BenchArguments arguments)
    {
        int steps = arguments.Get("steps", 300);
        int problems = arguments.Get("problems", 320);
        int samples = arguments.Get("samples", 16);
        int evaluations = arguments.Get("evaluations", 10);
        string parent = arguments.Get("folder", Path.GetTempPath());
        arguments.RefuseOthers();

        string folder = Path.Combine(parent, $"aha-store-{Environment.ProcessId}");
        try
        {
            Measure(folder, steps, evaluations, problems, samples);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        return 0;
    }

    private static void Measure(string folder, int steps, int evaluations, int problems, int samples)
    {
        Console.WriteLine($"{steps} steps, {evaluations} evaluations of {problems} x {samples}, in {folder}");
        Console.WriteLine("| what | median ms | p99 ms | worst ms |");
        Console.WriteLine("|---|---|---|---|");
        using (var store = RunFolder.Open(folder))
        {
            store.RunStarted(new RunRecord { Name = "bench", Seed = 1, Started = DateTimeOffset.UnixEpoch, Command = "bench", Stages = [new StageRecord(Stage, "grpo", steps)] });
            SampleRecord[] kept = [.. Enumerable.Range(0, 4).Select(i => Sample(i, "best", null))];
            Report("a step", Times(steps, step => store.StepCompleted(new MetricRecord(Stage, "grpo", step, step, Values(step)), kept)));
            SampleRecord[] all = [.. Enumerable.Range(0, problems * samples).Select(i => Sample(i / samples, "evaluation", i % samples))];
            Report("an evaluation", Times(evaluations, step => store.Evaluated(
                new EvaluationRecord { Stage = Stage, Step = step, Seconds = step, Benchmark = "bench", Problems = problems, Samples = samples, Metrics = Values(step) }, all)));
        }

        Report("what the report needs, read", Times(5, _ => RunReader.Load(folder)));
        Report("every sample, read", Times(5, _ => { foreach (SampleRecord sample in RunReader.AllSamples(folder)) { GC.KeepAlive(sample); } }));
        Report("opened to go on", Times(5, _ => RunFolder.Open(folder).Dispose()));
        Console.WriteLine($"\n{new FileInfo(Path.Combine(folder, "run.db")).Length / 1e6:F1} MB");
    }

    private static List<double> Times(int count, Action<int> work)
    {
        var times = new List<double>();
        for (int i = 1; i <= count; i++)
        {
            long start = Stopwatch.GetTimestamp();
            work(i);
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        times.Sort();
        return times;
    }

    private static void Report(string what, List<double> sorted) =>
        Console.WriteLine($"| {what} | {sorted[sorted.Count / 2]:F2} | {sorted[(int)(0.99 * (sorted.Count - 1))]:F2} | {sorted[^1]:F2} |");

    // As many numbers as a step of reinforcement learning has.
    private static Dictionary<string, double> Values(int step) => Enumerable.Range(0, 45).ToDictionary(i => $"completions/metric_{i}", i => Math.Sin(step + i));

    // As long as the nano recipe's: some 90 words.
    private static SampleRecord Sample(int problem, string kind, int? sample) => new()
    {
        Stage = Stage, Step = 1, Kind = kind, Problem = $"countdown-{problem}", Sample = sample, Prompt = $"User: make {problem} from 2 9 1 . Assistant:",
        Response = string.Join(' ', Enumerable.Range(problem, 90)), Verdict = "wrong", Reason = "the value is 7, not the target", Reward = 0.2,
        Rewards = new Dictionary<string, double> { ["accuracy"] = 0, ["format"] = 1 }, Tokens = 90,
    };
}
