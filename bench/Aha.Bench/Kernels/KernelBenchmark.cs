using System.Globalization;
using System.Text;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Perfolizer.Horology;

namespace Aha.Bench.Kernels;

/// <summary>
/// Kernels side by side in one run by BenchmarkDotNet, in this process: the best of the iterations, and how many times slower than our quickest the loop and libtorch are. A row is one problem, a column
/// one way to solve it.
/// </summary>
internal static class KernelBenchmark
{
    private static readonly (string Name, Type Contest)[] s_contests =
    [
        ("product", typeof(MatrixProduct)), ("attention", typeof(CacheAttention)), ("norm", typeof(RmsNorm)), ("sampling", typeof(Sampling)), ("forward", typeof(WholeForward)),
        ("decode", typeof(WholeDecode)),
    ];

    private static readonly string[] s_models = ["N", "M", "SmolLM2"];
    private static readonly string[] s_others = [nameof(KernelContest.Loop), nameof(KernelContest.Libtorch), nameof(WholeForward.TorchSharp)];

    public static int Run(BenchArguments arguments)
    {
        var only = arguments.List("only", [.. s_contests.Select(c => c.Name)]);
        int iterations = arguments.Get("iterations", 7);
        int milliseconds = arguments.Get("milliseconds", 50);
        arguments.RefuseOthers();
        if (only.FirstOrDefault(name => s_contests.All(c => c.Name != name)) is { } unknown)
            throw new ArgumentException($"--only: '{unknown}' is none of {string.Join(", ", s_contests.Select(c => c.Name))}.");

        string folder = Path.Combine(Path.GetTempPath(), $"aha-kernels-{Environment.ProcessId}");
        IConfig config = ManualConfig.CreateEmpty()
            .AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.DontLogOutput).WithWarmupCount(2).WithIterationCount(iterations)
                .WithIterationTime(TimeInterval.FromMilliseconds(milliseconds)).WithEvaluateOverhead(false))
            .AddLogger(NullLogger.Instance)
            .WithArtifactsPath(folder)
            .WithOptions(ConfigOptions.DisableLogFile);
        try
        {
            foreach ((string name, Type contest) in s_contests.Where(c => only.Contains(c.Name))) Console.Write(Table(name, BenchmarkRunner.Run(contest, config)));
        }
        finally
        {
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        }

        return 0;
    }

    private static string Table(string name, Summary summary)
    {
        if (summary.HasCriticalValidationErrors) throw new ArgumentException(string.Join(Environment.NewLine, summary.ValidationErrors.Select(e => e.Message)));
        string[] ways = [.. summary.BenchmarksCases.Select(c => c.Descriptor.WorkloadMethod.Name).Distinct()];
        string[] others = [.. s_others.Where(ways.Contains)];
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"\n| {name} | {string.Join(" | ", ways)} | {string.Join(" | ", others.Select(o => o + " / ours"))} |\n");
        text.Append("|---|").Append(string.Concat(Enumerable.Repeat("---|", ways.Length + others.Length))).Append('\n');
        foreach (var problem in summary.Reports.GroupBy(r => Problem(r.BenchmarkCase)).OrderBy(p => Array.IndexOf(s_models, p.Key.Split(',')[0])))
        {
            Dictionary<string, double?> best = problem.ToDictionary(r => r.BenchmarkCase.Descriptor.WorkloadMethod.Name, r => r.ResultStatistics?.Min);
            double? ours = best.Where(m => !s_others.Contains(m.Key)).Min(m => m.Value);
            text.Append(CultureInfo.InvariantCulture, $"| {problem.Key} | {string.Join(" | ", ways.Select(w => Time(best[w])))} |");
            foreach (string other in others) text.Append(CultureInfo.InvariantCulture, $" {best[other] / ours:0.0} |");
            text.Append('\n');
        }

        return text.ToString();
    }

    /// <summary>For example <c>N, 32 rows</c>.</summary>
    private static string Problem(BenchmarkCase problem) => string.Join(
        ", ", problem.Parameters.Items.OrderBy(p => p.Name != "Model").Select(p => p.Name == "Model" ? $"{p.Value}" : $"{p.Value} {p.Name.ToLowerInvariant()}"));

    private static string Time(double? nanoseconds) => nanoseconds switch
    {
        null => "",
        < 1e3 => string.Create(CultureInfo.InvariantCulture, $"{nanoseconds:F0} ns"),
        < 1e6 => string.Create(CultureInfo.InvariantCulture, $"{nanoseconds / 1e3:0.0} µs"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{nanoseconds / 1e6:0.0} ms"),
    };
}
