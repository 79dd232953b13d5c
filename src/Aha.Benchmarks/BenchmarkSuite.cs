using System.Diagnostics;
using Aha.Benchmarks.Machine;
using Aha.Benchmarks.Workloads;
using Aha.Generation;
using Aha.Models;
using Aha.Tensors;
using Aha.Training.Backends;
using static TorchSharp.torch;

namespace Aha.Benchmarks;

/// <summary>
/// Measures this machine and Aha's share of what it allows. Every repetition of a figure stands beside a fresh measurement of the ceiling, and best is
/// compared with best: on a machine whose speed drifts the shares still hold.
/// </summary>
public sealed class BenchmarkSuite(BenchmarkOptions options)
{
    /// <summary>The kinds of work, as <see cref="BenchmarkOptions.Kinds"/> names them.</summary>
    public static IReadOnlyList<string> Kinds { get; } = ["machine", "decode", "prefill", "train", "logprobs", "grpo-step", "verifier", "tokenizer"];

    /// <summary>Measures; a figure is handed out as soon as it is known.</summary>
    /// <param name="status">Told what is being measured next, and what machine this is.</param>
    /// <param name="cancel">Looked at between repetitions.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <exception cref="ModelFormatException">A model is neither known nor a folder that can be read.</exception>
    /// <exception cref="OperationCanceledException">Stopped on request.</exception>
    public IEnumerable<BenchmarkFigure> Run(Action<string>? status = null, CancellationToken cancel = default)
    {
        options.Validate();
        BenchmarkModel[] models = [.. options.Models.Select(BenchmarkModel.Find)];
        NativeRuntime.EnsureLoaded();
        set_num_threads(options.Threads);
        return Figures(models, status ?? (_ => { }), cancel);
    }

    private IEnumerable<BenchmarkFigure> Figures(BenchmarkModel[] models, Action<string> status, CancellationToken cancel)
    {
        if (Wanted("machine"))
        {
            Measuring("the machine");
            MachineRates machine = MachineRates.Measure(options.Threads);
            status(machine.ToString());
            foreach (BenchmarkFigure figure in machine.Figures()) yield return figure;
        }

        using var float32 = new MatmulRate(ScalarType.Float32);
        foreach (BenchmarkModel shape in models)
        {
            if (!Kinds.Where(k => k is not ("machine" or "verifier" or "tokenizer")).Any(Wanted)) break;
            bool trained = Wanted("train") || Wanted("logprobs") || Wanted("grpo-step");
            if (Wanted("decode") || Wanted("prefill"))
            {
                using RolloutEngine engine = shape.CreateEngine(new RolloutEngineOptions { Threads = options.Threads });
                foreach (IWorkload work in GenerationWorks(shape, engine))
                {
                    Measuring($"{shape.Name}: {work.What}");
                    yield return Measure(shape.Name, work, float32, "fp32 matmul", cancel);
                }
            }

            if (Wanted("decode") && BFloat16Units.ArePresent && shape.Config.HiddenSize >= BackendChoice.BFloat16FromWidth)
            {
                using RolloutEngine engine = shape.CreateEngine(new RolloutEngineOptions { Threads = options.Threads, Precision = RolloutPrecision.Bf16 });
                using var rate = new MatmulRate(ScalarType.BFloat16);
                var work = new DecodeWorkload(shape, engine, options.Batches.Max());
                Measuring($"{shape.Name}: {work.What}");
                yield return Measure(shape.Name, work, rate, "bf16 matmul", cancel);
            }

            if (!trained) continue;
            using CausalLanguageModel model = shape.Create();
            Measuring($"{shape.Name}: which backend trains it fastest");
            BackendKind backend = BackendChoice.Measure(shape.Config, BackendChoice.Candidates(shape.Config, MatmulProbe.Measure()), options.Threads).Best;
            using MatmulRate? bfloat16 = BackendChoice.PrecisionOf(backend) == ComputePrecision.BFloat16 ? new MatmulRate(ScalarType.BFloat16) : null;
            foreach ((string kind, Func<IWorkload> create) in TrainingWorks(shape, model, backend))
            {
                if (!Wanted(kind)) continue;
                cancel.ThrowIfCancellationRequested();
                using IWorkload work = create();
                Measuring($"{shape.Name}: {work.What}");
                yield return Measure(shape.Name, work, bfloat16 ?? float32, bfloat16 is null ? "fp32 matmul" : "bf16 matmul", cancel);
            }
        }

        if (Wanted("verifier"))
        {
            foreach (bool responses in (bool[])[false, true])
            {
                using var work = new VerdictWorkload(responses);
                Measuring($"verifier: {work.What}");
                yield return Measure("verifier", work, null, "", cancel);
            }
        }

        if (!Wanted("tokenizer")) yield break;
        // A stored model's own tokenizer; for made-up models one trained on the spot.
        foreach (string? path in models.Select(model => model.Path).Distinct())
        {
            using var work = new TokenizingWorkload(path);
            Measuring($"tokenizer: {work.What}");
            yield return Measure("tokenizer", work, null, "", cancel);
        }

        void Measuring(string what) => status($"measuring {what}");
    }

    private IEnumerable<IWorkload> GenerationWorks(BenchmarkModel shape, RolloutEngine engine)
    {
        if (Wanted("decode"))
            foreach (int batch in options.Batches) yield return new DecodeWorkload(shape, engine, batch);
        if (Wanted("prefill")) yield return new PrefillWorkload(shape, engine);
    }

    private IEnumerable<(string Kind, Func<IWorkload> Create)> TrainingWorks(BenchmarkModel shape, CausalLanguageModel model, BackendKind backend)
    {
        yield return ("train", () => new TrainingWorkload(shape, model, backend, options.Threads));
        yield return ("logprobs", () => new LogProbWorkload(shape, model, backend, options.Threads));
        foreach (bool ragged in (bool[])[false, true])
            yield return ("grpo-step", () => new GrpoStepWorkload(shape, model, backend, options.Threads, ragged));
    }

    private BenchmarkFigure Measure(string subject, IWorkload work, MatmulRate? rate, string rateName, CancellationToken cancel)
    {
        double bestSeconds = double.PositiveInfinity, bestRate = 0;
        WorkDone best = default;
        // The first one compiles kernels and allocates.
        for (int i = 0; i <= options.Repeats; i++)
        {
            cancel.ThrowIfCancellationRequested();
            bestRate = Math.Max(bestRate, rate?.Once() ?? 0);
            long start = Stopwatch.GetTimestamp();
            WorkDone done = work.Run();
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            if (i > 0 && (best.Units == 0 || seconds / Size(done) < bestSeconds / Size(best))) (bestSeconds, best) = (seconds, done);
        }

        double value = work.Unit == "seconds" ? bestSeconds : best.Units / bestSeconds;
        return new BenchmarkFigure(subject, work.What, work.Unit, value, rate is null ? null : Limit(best, bestSeconds, bestRate, rateName));
    }

    // Repetitions of a ragged step differ in size: they are compared by the arithmetic they hold.
    private static double Size(WorkDone done) => done.Flop > 0 ? done.Flop : done.Units;

    /// <summary>The roofline: a step is bound by its arithmetic or by reading its weights, whichever takes longer.</summary>
    private Ceiling Limit(WorkDone done, double seconds, double gigaFlops, string rateName)
    {
        double arithmetic = done.Flop / gigaFlops / 1e9;
        if (done.Bytes == 0) return new(arithmetic / seconds, rateName);
        double weights = done.Bytes / DecodeWorkload.NewTokens;
        double memory = done.Bytes / MemoryBandwidth.Read((long)weights, options.Threads) / 1e9;
        return memory > arithmetic ? new(memory / seconds, "reading the weights") : new(arithmetic / seconds, rateName);
    }

    private bool Wanted(string kind) => options.Kinds.Count == 0 || options.Kinds.Contains(kind);
}
