using System.Diagnostics;
using Aha.Benchmarks;
using Aha.Benchmarks.Machine;
using Aha.Generation;
using Aha.Models;
using Aha.Tensors;
using Aha.Training.Batching;
using Aha.Training.Fused;
using Aha.Training.Losses;
using Aha.Training.Optimization;
using TorchSharp;
using static TorchSharp.torch;

namespace Aha.Bench;

/// <summary>
/// One optimiser step: forward, loss, backward, AdamW, on 32 sequences of 256 tokens, or of ragged lengths. Tokens are real ones, never padding. The
/// share is that of the arithmetic limit without attention: 6 FLOP a parameter and token, over the fp32 rates measured beside it. The contestants take
/// turns, so that what else the machine does meets all alike.
/// </summary>
internal static class TrainingBenchmark
{
    private const int Sequences = 32, Longest = 256, Prompt = 16;

    public static int Run(BenchArguments arguments)
    {
        var models = arguments.List("models", ["N", "M"]);
        var lengths = arguments.List("lengths", ["equal", "ragged"]);
        var backends = arguments.List("backends", ["fused", "fused-bf16", "libtorch-fp32", "libtorch-bf16"]);
        var kernels = arguments.Get("kernels", "auto");
        int threads = arguments.Get("threads", Environment.ProcessorCount);
        int repeats = arguments.Get("repeats", 5);
        arguments.RefuseOthers();
        if (!Enum.TryParse(kernels, ignoreCase: true, out KernelSet set)) throw new ArgumentException($"--kernels: '{kernels}' is none of {string.Join(", ", Enum.GetNames<KernelSet>())}.");

        NativeRuntime.EnsureLoaded();
        set_num_threads(threads);
        double peak = MultiplyAddPeak.Measure(set == KernelSet.Auto ? RolloutEngineOptions.Widest : set, threads) / 1e9;
        MatmulProbe probe = MatmulProbe.Measure();
        Console.WriteLine($"{threads} threads; multiply-add rate {peak:F0} GFLOP/s; {probe}; best and median of {repeats}");
        Console.WriteLine("| model | lengths | backend | tok/s | median | tok/s a busy core | GFLOP/s | share of matmul fp32 | share of multiply-add rate |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|");
        foreach (string name in models)
        {
            foreach (string kind in lengths) Compare(name, kind, backends, set, threads, repeats, peak, probe);
        }

        return 0;
    }

    private static void Compare(string name, string kind, IReadOnlyList<string> backends, KernelSet kernels, int threads, int repeats, double peak, MatmulProbe probe)
    {
        BenchmarkModel shape = BenchmarkModel.Find(name);
        ModelConfig config = shape.Config;
        TrainingSequence[] sequences = Draw(config, kind);
        int tokens = sequences.Sum(s => s.Length);
        List<Contestant> contestants = [.. backends.Select(backend => new Contestant(backend, config, kernels, threads))];
        for (int i = 0; i <= repeats; i++)
        {
            foreach (Contestant contestant in contestants) contestant.Step(sequences, counts: i > 0);
        }

        foreach (Contestant contestant in contestants)
        {
            contestant.Seconds.Sort();
            double rate = tokens / contestant.Seconds[0], flops = rate * 6 * shape.Parameters / 1e9;
            Console.WriteLine(
                $"| {name} | {kind} | {contestant.Backend} | {rate:N0} | {tokens / contestant.Seconds[repeats / 2]:N0} | {tokens / contestant.CpuSeconds.Min():N0} | {flops:F1} | {flops / probe.Float32GigaFlops:P0} | {flops / peak:P0} |");
            contestant.Dispose();
        }
    }

    private static TrainingSequence[] Draw(ModelConfig config, string kind)
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, Sequences).Select(i =>
        {
            int length = kind switch
            {
                "equal" => Longest,
                // As sampled completions are: many short ones, few that reach the limit.
                "ragged" => Math.Min(Longest, Prompt + 16 + (int)(-70 * Math.Log(1 - random.NextDouble()))),
                _ => throw new ArgumentException($"--lengths: '{kind}' is neither equal nor ragged."),
            };
            int[] ids = [.. Enumerable.Range(0, length).Select(_ => random.Next(config.VocabSize))];
            return new TrainingSequence(i, ids[..Prompt], ids[Prompt..]);
        })];
    }

    private sealed class Contestant : IDisposable
    {
        private readonly CausalLanguageModel _model;
        private readonly AdamW _optimizer;
        private readonly FusedDecoder? _fused;
        private readonly ComputePrecision _precision;

        public Contestant(string backend, ModelConfig config, KernelSet kernels, int threads)
        {
            Backend = backend;
            _model = CausalLanguageModel.Create(config, seed: 1);
            _optimizer = new AdamW(_model, new AdamWOptions());
            _precision = backend.EndsWith("-bf16", StringComparison.Ordinal) ? ComputePrecision.BFloat16 : ComputePrecision.Float32;
            if (backend is "fused" or "fused-bf16") _fused = new FusedDecoder(_model, threads, kernels, _precision);
            else if (backend is not ("libtorch-fp32" or "libtorch-bf16")) throw new ArgumentException($"--backends: '{backend}' is none of fused, fused-bf16, libtorch-fp32, libtorch-bf16.");
        }

        public string Backend { get; }

        public List<double> Seconds { get; } = [];

        public List<double> CpuSeconds { get; } = [];

        public void Step(TrainingSequence[] sequences, bool counts)
        {
            var used = Environment.CpuUsage.TotalTime;
            long start = Stopwatch.GetTimestamp();
            int tokens = sequences.Sum(s => s.Completion.Length);
            if (_fused is not null)
            {
                FusedBatch batch = _fused.Forward(sequences);
                var gradient = new float[tokens];
                Array.Fill(gradient, -1f / tokens);
                _fused.Backward(batch, gradient);
            }
            else
            {
                foreach (MicroBatch micro in SequenceBatcher.Cut(sequences, Sequences * Longest))
                {
                    using DisposeScope scope = NewDisposeScope();
                    (Tensor logProbs, _) = TokenLogProbs.Compute(_model, micro.Ids(), _precision, mask_BT1: micro.CompletionMask());
                    (logProbs.sum() / -tokens).backward();
                }
            }

            _optimizer.ClipGradient(1);
            _optimizer.Step(1e-3);
            if (!counts) return;
            Seconds.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
            CpuSeconds.Add((Environment.CpuUsage.TotalTime - used).TotalSeconds);
        }

        public void Dispose()
        {
            _fused?.Dispose();
            _optimizer.Dispose();
            _model.Dispose();
        }
    }
}
