using System.Diagnostics;
using Aha.Benchmarks;
using Aha.Benchmarks.Machine;
using Aha.Generation;
using Aha.Models;

namespace Aha.Bench;

/// <summary>
/// New tokens per second at prompt 16 + 128 new (equal lengths), and with the ragged lengths of a real run. The share is that of the arithmetic
/// limit: 2 FLOP a parameter and new token, over the multiply-add rate measured beside it; the share of busy cores is by processor time, which other
/// programs on the machine distort less.
/// </summary>
internal static class RolloutBenchmark
{
    private const int PromptLength = 16;

    public static int Run(BenchArguments arguments)
    {
        var models = arguments.List("models", ["N", "M"]);
        var batches = arguments.List("batch", [8, 32, 256]);
        var kernelSets = arguments.Enums("kernels", [KernelSet.Avx512, KernelSet.Avx2]);
        int threads = arguments.Get("threads", Environment.ProcessorCount);
        int slots = arguments.Get("slots", 0);
        int newTokens = arguments.Get("new", 128);
        int samples = arguments.Get("samples", 1);
        int repeats = arguments.Get("repeats", 5);
        var precisions = arguments.Enums("precisions", [RolloutPrecision.Fp32]);
        arguments.RefuseOthers();

        Console.WriteLine($"{threads} threads, {(slots == 0 ? "automatic" : slots)} slots each; prompt {PromptLength} + {newTokens} new; {samples} samples a prompt; best of {repeats}");
        Console.WriteLine("| kernels | precision | model | batch | lengths | tok/s | GFLOP/s | peak GFLOP/s | share | share of busy cores | tok/s of processor time |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|---|");
        foreach (string model in models)
        {
            BenchmarkModel shape = BenchmarkModel.Find(model);
            ModelConfig config = shape.Config;
            foreach (var (kernels, precision) in kernelSets.Where(RolloutEngineOptions.IsSupported).SelectMany(_ => precisions, (k, p) => (k, p)))
            {
                using RolloutEngine engine = shape.CreateEngine(new RolloutEngineOptions { Threads = threads, SlotsPerThread = slots == 0 ? null : slots, Kernels = kernels, Precision = precision });
                foreach (int batch in batches)
                {
                    Measure("equal", batch, []);
                    if (batch == batches.Max()) Measure("ragged", batch, [0, 1]);
                }

                void Measure(string lengths, int batch, int[] stopTokens)
                {
                    var options = new SamplingOptions { MaxNewTokens = newTokens, StopTokens = stopTokens };
                    double peak = 0, best = 0, busy = 0;
                    for (int i = 0; i <= repeats; i++)
                    {
                        peak = Math.Max(peak, MultiplyAddPeak.Measure(kernels, threads));
                        var requests = Requests(batch, samples, config.VocabSize, i);
                        var used = Environment.CpuUsage.TotalTime;
                        var watch = Stopwatch.StartNew();
                        int tokens = engine.Generate(requests, options).Sum(c => c.Tokens.Length);
                        double rate = tokens / watch.Elapsed.TotalSeconds;
                        double perCore = tokens / (Environment.CpuUsage.TotalTime - used).TotalSeconds;
                        if (i == 0) continue;
                        best = Math.Max(best, rate);
                        busy = Math.Max(busy, perCore * threads);
                    }

                    double flopPerToken = 2.0 * shape.Parameters, flops = best * flopPerToken;
                    Console.WriteLine($"| {kernels} | {precision} | {model} | {batch} | {lengths} | {best:N0} | {flops / 1e9:F1} | {peak / 1e9:F0} | {flops / peak:P0} | {busy * flopPerToken / peak:P0} | {busy:N0} |");
                }
            }
        }

        return 0;
    }

    private static RolloutRequest[] Requests(int batch, int samples, int vocabSize, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, Math.Max(1, batch / samples)).Select(i =>
            new RolloutRequest([.. Enumerable.Range(0, PromptLength).Select(_ => random.Next(vocabSize))], Math.Min(samples, batch), (ulong)i))];
    }
}
