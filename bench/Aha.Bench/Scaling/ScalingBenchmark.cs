using System.Diagnostics;
using Aha.Benchmarks;
using Aha.Benchmarks.Machine;
using Aha.Benchmarks.Scaling;
using Aha.Benchmarks.Workloads;
using Aha.Generation;
using Aha.Models;
using Aha.Reporting;
using Aha.Tensors;
using Aha.Training.Backends;

namespace Aha.Bench.Scaling;

/// <summary>
/// Tokens per second of decoding and training against batch, length and parameters, each beside the machine's roofline: the lesser of its multiply-add rate and
/// the rate at which it reads what a step reads, times the operations a byte.
/// </summary>
/// <remarks>
/// On a machine that others use, several runs can be laid together (<c>--with</c>): the best of each point counts, of speeds and of limits.
/// Decoding continues one prompt of 16 tokens in so many ways, so that what is measured is steps and not prefill. A limit counts a step as the engine divides a batch: each thread
/// steps on its own, with as many sequences as it takes at a time.
/// </remarks>
internal sealed class ScalingBenchmark(int repeats, double seconds) : IDisposable
{
    private const int PromptTokens = 16, LengthBatch = 16, FamilyBatch = 32;
    private readonly bool _hasBFloat16 = MatmulProbe.Measure().BestPrecision == ComputePrecision.BFloat16;
    private readonly MeasuredCeilings _ceilings = new();
    private readonly List<ScalingMeasurement> _measured = [];

    public static int Run(BenchArguments arguments)
    {
        var axes = arguments.List("axes", ["batch", "length", "parameters"]);
        BenchmarkModel[] models = [.. arguments.List("models", ["N", "M"]).Select(BenchmarkModel.Find)];
        var batches = arguments.List("batch", [1, 2, 4, 8, 16, 32, 64, 128, 256, 512]);
        var lengths = arguments.List("lengths", [64, 128, 256, 512, 1024, 2048, 4096]);
        var threads = arguments.List("threads", (int[])[.. new[] { 1, Environment.ProcessorCount }.Distinct()]);
        int repeats = arguments.Get("repeats", 3);
        double seconds = arguments.Get("seconds", 10.0);
        string json = arguments.Get("json", ""), images = arguments.Get("images", "");
        ScalingRun[] earlier = [.. arguments.List("with", Array.Empty<string>()).Select(ScalingRun.Load)];
        arguments.RefuseOthers();
        if (axes.FirstOrDefault(axis => axis is not ("batch" or "length" or "parameters" or "none")) is { } unknown) throw new ArgumentException($"--axes: '{unknown}' is none of batch, length, parameters, none.");

        NativeRuntime.EnsureLoaded();
        MachineRates[] machine = [.. threads.Select(MachineRates.Measure)];
        foreach (MachineRates rates in machine) Console.WriteLine(rates);
        using var benchmark = new ScalingBenchmark(repeats, seconds);
        if (axes.Contains("batch")) benchmark.AgainstBatch(models, batches, threads);
        if (axes.Contains("length")) benchmark.AgainstLength([.. models.Where(model => model.Path is null)], lengths, threads.Max());
        if (axes.Contains("parameters")) benchmark.AgainstParameters(threads);

        ScalingRun run = new ScalingRun(machine, benchmark.Points()).Beside(earlier);
        Console.Write(ScalingTables.Markdown(run.Points));
        if (json.Length > 0) run.Save(json);
        if (images.Length > 0)
        {
            Directory.CreateDirectory(images);
            foreach (var chart in ScalingCharts.Of(run.Points)) FigureWriter.Write(chart, Path.Combine(images, chart.Id + ".svg"));
        }

        return 0;
    }

    public void Dispose() => _ceilings.Dispose();

    private ScalingPoint[] Points()
    {
        _ceilings.MeasureAgain();
        return [.. _measured.Select(m => ScalingPoint.Of(m, _ceilings.Best(m.Footprint, m.Threads, m.Precision)))];
    }

    private void AgainstBatch(IEnumerable<BenchmarkModel> models, IReadOnlyList<int> batches, IReadOnlyList<int> threads)
    {
        foreach (BenchmarkModel model in models)
        {
            foreach (int count in threads)
            {
                using RolloutEngine engine = model.CreateEngine(new RolloutEngineOptions { Threads = count });
                foreach (int batch in batches) Decode("batch", batch, model, engine, count, batch, NewTokens(model));
            }
        }
    }

    private void AgainstLength(IEnumerable<BenchmarkModel> models, IReadOnlyList<int> lengths, int threads)
    {
        foreach (BenchmarkModel shape in models)
        {
            BenchmarkModel model = shape with { Config = shape.Config with { MaxPositionEmbeddings = lengths.Max() } };
            using (RolloutEngine engine = model.CreateEngine(new RolloutEngineOptions { Threads = threads }))
            {
                foreach (int length in lengths) Decode("length", length, model, engine, threads, LengthBatch, length - PromptTokens);
            }

            foreach (int length in lengths) Train("length", length, model, threads, Tokens(model), length);
        }
    }

    private void AgainstParameters(IReadOnlyList<int> threads)
    {
        foreach (BenchmarkModel model in ModelFamily.Models)
        {
            foreach (int count in threads)
            {
                using (RolloutEngine engine = model.CreateEngine(new RolloutEngineOptions { Threads = count }))
                {
                    Decode("parameters", model.Parameters, model, engine, count, FamilyBatch, NewTokens(model));
                }

                Train("parameters", model.Parameters, model, count, Tokens(model), length: 256);
            }
        }
    }

    // A step of a large model takes long, and few are enough.
    private static int NewTokens(BenchmarkModel model) => IsLarge(model) ? 32 : 128;

    private static int Tokens(BenchmarkModel model) => IsLarge(model) ? 2048 : 8192;

    private static bool IsLarge(BenchmarkModel model) => model.Parameters > 10_000_000;

    private void Decode(string axis, long x, BenchmarkModel model, RolloutEngine engine, int threads, int batch, int newTokens)
    {
        RolloutRequest[] requests = [Prompts.Random(model.Config, 1, PromptTokens)[0] with { Samples = batch }];
        var options = new SamplingOptions { MaxNewTokens = newTokens };
        double best = Best(() => engine.Generate(requests, options));
        (_, int steps, int rows) = engine.Divide(batch, PromptTokens + newTokens);
        WorkCost cost = DecoderCost.DecodeStep(model, rows, PromptTokens + newTokens / 2.0, engine.WeightBytes);
        Add(new(axis, "decode", model.Name, ComputePrecision.Float32, threads, x, batch * newTokens / best, cost.Flop / rows, cost, steps * cost.Bytes));
    }

    private void Train(string axis, long x, BenchmarkModel shape, int threads, int tokens, int length)
    {
        foreach (BackendKind kind in _hasBFloat16 ? [BackendKind.Fused, BackendKind.FusedBf16] : (BackendKind[])[BackendKind.Fused])
        {
            using CausalLanguageModel model = shape.Create();
            using var work = new TrainingWorkload(shape, model, kind, threads, TrainingWorkload.Equal(shape, tokens, length));
            double best = Best(() => work.Run());
            ComputePrecision precision = BackendChoice.PrecisionOf(kind);
            WorkCost cost = DecoderCost.TrainingStep(shape, tokens, length, precision);
            Add(new(axis, "training", shape.Name, precision, threads, x, tokens / best, cost.Flop / tokens, cost, cost.Bytes));
        }
    }

    private void Add(ScalingMeasurement measured)
    {
        _ceilings.Measure(measured.Footprint, measured.Threads, measured.Precision);
        _measured.Add(measured);
        Console.Error.WriteLine(FormattableString.Invariant(
            $"{measured.Axis} {measured.X}: {measured.Work} of {measured.Model}, {measured.Precision}, {measured.Threads} threads: {measured.TokensPerSecond:N0} tokens/s"));
    }

    /// <summary>The quickest of the repetitions; the first, which compiles kernels and allocates, counts only where it took all the time there was.</summary>
    private double Best(Action work)
    {
        double best = double.PositiveInfinity, all = 0;
        for (int i = 0; i <= repeats && all < seconds; i++)
        {
            long start = Stopwatch.GetTimestamp();
            work();
            double taken = Stopwatch.GetElapsedTime(start).TotalSeconds;
            all += taken;
            if (i > 0 || all >= seconds) best = Math.Min(best, taken);
        }

        return best;
    }
}
