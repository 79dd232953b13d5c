using Aha.Models;
using Aha.Training.Backends;
using Aha.Training.Batching;
using Aha.Training.Optimization;
using TorchSharp;
using static TorchSharp.torch;

namespace Aha.Benchmarks.Workloads;

/// <summary>One optimiser step on sequences of equal length: forward, loss, backward, clipping, AdamW. Counted: 6 FLOP a parameter and token.</summary>
internal sealed class TrainingWorkload : IWorkload
{
    private const int Tokens = 8192;
    private readonly BenchmarkModel _shape;
    private readonly CausalLanguageModel _model;
    private readonly TrainingBackend _backend;
    private readonly AdamW _optimizer;
    private readonly TrainingSequence[] _sequences;

    public TrainingWorkload(BenchmarkModel shape, CausalLanguageModel model, BackendKind backend, int threads)
        : this(shape, model, backend, threads, Equal(shape, shape.Parameters > 20_000_000 ? Tokens / 8 : Tokens))
    {
    }

    public TrainingWorkload(BenchmarkModel shape, CausalLanguageModel model, BackendKind backend, int threads, TrainingSequence[] sequences)
    {
        (_shape, _model, _sequences) = (shape, model, sequences);
        _backend = BackendChoice.Create(backend, model, threads);
        _optimizer = new AdamW(model, new AdamWOptions());
    }

    public string What => "train";

    public string Unit => "tokens_per_second";

    public WorkDone Run()
    {
        double count = _sequences.Sum(s => s.Completion.Length);
        foreach (MicroBatch micro in _backend.Cut(_sequences, Tokens))
        {
            using DisposeScope scope = NewDisposeScope();
            TokenScores scores = _backend.Score(micro, temperature: 1, keep: true);
            scores.Backward(scores.LogProbs.sum() / -count);
        }

        _optimizer.ClipGradient(1);
        // A step of no length: the weights stay what they are, whatever is measured next.
        _optimizer.Step(0);
        int tokens = _sequences.Sum(s => s.Length);
        return new(tokens, 6.0 * _shape.Parameters * tokens);
    }

    public void Dispose()
    {
        _optimizer.Dispose();
        _backend.Dispose();
        _model.Parameters.grad?.zero_();
    }

    /// <summary>Sequences of so many tokens (at the most, the model's positions), random ids, the first one a prompt.</summary>
    internal static TrainingSequence[] Equal(BenchmarkModel shape, int tokens, int length = 256)
    {
        length = Math.Min(length, shape.Config.MaxPositionEmbeddings);
        var random = new Random(1);
        return [.. Enumerable.Range(0, Math.Max(1, tokens / length)).Select(i =>
        {
            int[] ids = [.. Enumerable.Range(0, length).Select(_ => random.Next(shape.Config.VocabSize))];
            return new TrainingSequence(i, ids[..1], ids[1..]);
        })];
    }
}

/// <summary>Log-probabilities of given tokens, as the reference model's are computed. Counted: 2 FLOP a parameter and token.</summary>
internal sealed class LogProbWorkload(BenchmarkModel shape, CausalLanguageModel model, BackendKind backend, int threads) : IWorkload
{
    private readonly TrainingBackend _backend = BackendChoice.Create(backend, model, threads);
    private readonly TrainingSequence[] _sequences = TrainingWorkload.Equal(shape, shape.Parameters > 20_000_000 ? 1024 : 8192);

    public string What => "logprobs";

    public string Unit => "tokens_per_second";

    public WorkDone Run()
    {
        foreach (MicroBatch micro in _backend.Cut(_sequences, 8192))
        {
            using DisposeScope scope = NewDisposeScope();
            _backend.Score(micro, temperature: 1, keep: false);
        }

        int tokens = _sequences.Sum(s => s.Length);
        return new(tokens, 2.0 * shape.Parameters * tokens);
    }

    public void Dispose() => _backend.Dispose();
}
