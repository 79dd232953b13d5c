using System.Diagnostics;
using Aha.Models;
using Aha.Tensors;
using Aha.Training.Batching;
using Aha.Training.Fused;
using TorchSharp;
using static TorchSharp.torch;

namespace Aha.Training.Backends;

/// <summary>
/// Chooses how to train on this machine by trying it: which way is fastest depends on the processor's units and on the model's size, and a default
/// that is right on one machine can be a hundred times too slow on the next.
/// </summary>
public static class BackendChoice
{
    private const int Rows = 8;
    private const int Tries = 3;
    private const double LongPass = 0.5;

    /// <summary>The narrowest models for which bf16 is worth its digits.</summary>
    public const int BFloat16FromWidth = 256;

    /// <summary>
    /// The candidates worth a try: bf16 only where the machine multiplies faster in it, and only for models wide enough that products are most of the time; of a narrow one it takes
    /// digits for little.
    /// </summary>
    public static IReadOnlyList<BackendKind> Candidates(ModelConfig config, MatmulProbe probe)
    {
        bool half = probe.BestPrecision == ComputePrecision.BFloat16;
        return CanFuse(config)
            ? half && config.HiddenSize >= BFloat16FromWidth ? [BackendKind.Fused, BackendKind.FusedBf16] : [BackendKind.Fused, BackendKind.LibtorchFp32]
            : half ? [BackendKind.LibtorchBf16] : [BackendKind.LibtorchFp32];
    }

    /// <summary>Whether the fused decoder can train a model of this shape.</summary>
    public static bool CanFuse(ModelConfig config) => FusedDecoder.Supports(config, out _);

    /// <summary>The fastest candidate on a small batch of a model of this shape, and each one's tokens a second.</summary>
    public static (BackendKind Best, IReadOnlyDictionary<BackendKind, double> TokensPerSecond) Measure(ModelConfig config, IReadOnlyList<BackendKind> candidates, int threads)
    {
        using CausalLanguageModel model = CausalLanguageModel.Create(config, seed: 0);
        int length = Math.Min(128, config.MaxPositionEmbeddings);
        MicroBatch micro = SequenceBatcher.Cut(
            Enumerable.Range(0, Rows).Select(i => new TrainingSequence(i, [0], [.. Enumerable.Range(1, length - 1).Select(t => t % config.VocabSize)])), int.MaxValue)[0];
        var speeds = new Dictionary<BackendKind, double>();
        foreach (BackendKind kind in candidates)
        {
            using TrainingBackend backend = Create(kind, model, threads);
            double best = double.PositiveInfinity;
            // A pass of a large model is long enough to be measured once.
            for (int i = 0; i <= Tries && !(i > 1 && best > LongPass); i++)
            {
                long start = Stopwatch.GetTimestamp();
                using DisposeScope scope = NewDisposeScope();
                TokenScores scores = backend.Score(micro, temperature: 1, keep: true);
                scores.Backward(scores.LogProbs.sum());
                // The first pass compiles kernels and allocates.
                best = i == 0 ? best : Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
            }

            speeds[kind] = Rows * length / best;
        }

        return (speeds.MaxBy(s => s.Value).Key, speeds);
    }

    /// <summary>The precision that a way of training multiplies in.</summary>
    public static ComputePrecision PrecisionOf(BackendKind kind) => kind is BackendKind.FusedBf16 or BackendKind.LibtorchBf16 ? ComputePrecision.BFloat16 : ComputePrecision.Float32;

    /// <summary>The same precision for a model that the fused decoder cannot train.</summary>
    public static BackendKind Unfused(BackendKind kind) => PrecisionOf(kind) == ComputePrecision.BFloat16 ? BackendKind.LibtorchBf16 : BackendKind.LibtorchFp32;

    /// <param name="checkpointing">Activation checkpointing, which libtorch's backends do not have.</param>
    public static TrainingBackend Create(BackendKind kind, CausalLanguageModel model, int threads, bool checkpointing = false) => kind switch
    {
        BackendKind.Fused => new FusedBackend(model, threads, checkpointing: checkpointing),
        BackendKind.FusedBf16 => new FusedBackend(model, threads, ComputePrecision.BFloat16, checkpointing),
        BackendKind.LibtorchFp32 => new LibtorchBackend(model, ComputePrecision.Float32),
        _ => new LibtorchBackend(model, ComputePrecision.BFloat16),
    };
}
