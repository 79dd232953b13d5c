using Aha.Models;
using Aha.Models.Adapters;
using Aha.Training.Backends;
using Aha.Training.Batching;
using Aha.Training.Checkpoints;
using Aha.Training.Optimization;
using TorchSharp;
using static TorchSharp.torch;

namespace Aha.Training.SupervisedTuning;

/// <summary>
/// Supervised fine-tuning: the mean cross-entropy of the learned tokens of a step, whatever conversation they are in. Short conversations share a
/// micro-batch without seeing each other: each has its own positions, from 0, and its own attention. Resumed from a checkpoint it goes on bit for bit.
/// </summary>
public sealed class SftTrainer : IDisposable
{
    private readonly CausalLanguageModel _model;
    private readonly IReadOnlyList<TuningExample> _examples;
    private readonly SftOptions _options;
    private readonly TrainingBackend _backend;
    private readonly LoraAdapter? _adapter;
    private readonly ShuffledStream<TuningExample> _stream;
    private readonly AdamW _optimizer;
    private readonly LearningRateSchedule _schedule;
    private double _secondsAtLastMetrics;
    private long _tokensAtLastMetrics;

    /// <param name="examples">At least one; each with a learned token and within the model's positions.</param>
    /// <param name="seed">Of the order of the examples.</param>
    /// <param name="backend">Trains <paramref name="model"/>; not owned.</param>
    /// <param name="adapter">Trained in place of the model's weights, to which it is attached; not owned.</param>
    public SftTrainer(
        CausalLanguageModel model, IReadOnlyList<TuningExample> examples, SftOptions options, long seed, TrainingBackend backend, LoraAdapter? adapter = null)
    {
        options.Validate();
        if (examples.Count == 0)
        {
            throw new ArgumentException("there is no conversation to train on", nameof(examples));
        }

        (_model, _examples, _options, _backend, _adapter) = (model, examples, options, backend, adapter);
        Steps = StepsFor(examples.Count, options);
        _stream = new ShuffledStream<TuningExample>(examples, seed);
        _optimizer = new AdamW(Trained, new AdamWOptions(options.Beta1, options.Beta2, WeightDecay: options.WeightDecay));
        _schedule = LearningRateSchedule.Cosine(options.LearningRate, Steps, (long)Math.Round(options.WarmupFraction * Steps), options.MinRateRatio);
    }

    /// <summary>Optimiser steps of the whole training.</summary>
    public long Steps { get; }

    private ITrainable Trained => _adapter is null ? _model : _adapter;

    public TrainingState State { get; private set; } = new();

    /// <summary>Steps that so many conversations take.</summary>
    public static long StepsFor(long conversations, SftOptions options) => (Shown(conversations, options) + options.BatchSize - 1) / options.BatchSize;

    /// <summary>Takes one optimiser step and returns its loss in nats a learned token.</summary>
    /// <exception cref="OperationCanceledException">Cancelled: model and state are those of the step before.</exception>
    /// <exception cref="TrainingDivergedException">The loss is not finite.</exception>
    public double Advance(CancellationToken cancel)
    {
        long first = State.Step * _options.BatchSize, end = Math.Min(first + _options.BatchSize, Shown(_examples.Count, _options));
        TuningExample[] batch = [.. Enumerable.Range(0, (int)(end - first)).Select(i => _stream[first + i])];
        double loss;
        try
        {
            loss = Accumulate(_backend, batch, _options.MicroBatchTokens, cancel);
        }
        catch (OperationCanceledException)
        {
            _model.Parameters.grad?.zero_();
            throw;
        }

        _adapter?.TakeGradient();
        double norm = _optimizer.ClipGradient(_options.ClipNorm);
        if (!double.IsFinite(loss) || !double.IsFinite(norm))
        {
            throw new TrainingDivergedException($"the loss is {loss} and the gradient norm {norm} at step {State.Step + 1}: lower learning_rate or raise warmup_fraction");
        }

        _optimizer.Step(_schedule.At(State.Step));
        _adapter?.Merge();
        State = State with
        {
            Step = State.Step + 1,
            Tokens = State.Tokens + batch.Sum(e => (long)e.Ids.Length),
            LossSum = State.LossSum + loss,
            GradientNormSum = State.GradientNormSum + norm,
            StepsSummed = State.StepsSummed + 1,
        };
        return loss;
    }

    /// <summary>Adds the gradient of a batch's mean loss to the model's parameters and returns the loss.</summary>
    /// <exception cref="OperationCanceledException">Cancelled; part of the gradient may be there.</exception>
    public static double Accumulate(TrainingBackend backend, IReadOnlyList<TuningExample> batch, int microBatchTokens, CancellationToken cancel)
    {
        long learned = batch.Sum(e => (long)e.LearnedTokens);
        double total = 0;
        foreach (MicroBatch micro in backend.Cut(batch.Select((e, i) => e.Sequence(i)), microBatchTokens))
        {
            cancel.ThrowIfCancellationRequested();
            using DisposeScope scope = NewDisposeScope();
            TokenScores scores = backend.Score(micro, temperature: 1, keep: true);
            Tensor loss = SupervisedLoss.Compute(scores.LogProbs, micro.Align(s => batch[s.Index].Weights()), learned);
            scores.Backward(loss);
            total += loss.ToDouble();
        }

        return total;
    }

    /// <summary>The mean loss of conversations in nats a learned token; nothing is learned from them.</summary>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public double Measure(IReadOnlyList<TuningExample> examples, CancellationToken cancel)
    {
        long learned = examples.Sum(e => (long)e.LearnedTokens);
        double total = 0;
        foreach (MicroBatch micro in _backend.Cut(examples.Select((e, i) => e.Sequence(i)), _options.MicroBatchTokens))
        {
            cancel.ThrowIfCancellationRequested();
            using DisposeScope scope = NewDisposeScope();
            using var noGrad = no_grad();
            TokenScores scores = _backend.Score(micro, temperature: 1, keep: false);
            total += SupervisedLoss.Compute(scores.LogProbs, micro.Align(s => examples[s.Index].Weights()), learned).ToDouble();
        }

        return total;
    }

    /// <summary>Means over the steps since the last call.</summary>
    public Dictionary<string, double> TakeMetrics(double seconds)
    {
        int steps = Math.Max(1, State.StepsSummed);
        State = State with { LastLoss = State.LossSum / steps };
        var metrics = new Dictionary<string, double>
        {
            ["loss"] = State.LastLoss,
            ["learning_rate"] = _schedule.At(Math.Max(0, State.Step - 1)),
            ["grad_norm"] = State.GradientNormSum / steps,
            ["epoch"] = Math.Min(_options.Epochs, (double)State.Step * _options.BatchSize / _examples.Count),
            ["tokens_per_second"] = (State.Tokens - _tokensAtLastMetrics) / Math.Max(1e-9, seconds - _secondsAtLastMetrics),
            ["num_tokens"] = State.Tokens,
        };
        State = State with { LossSum = 0, GradientNormSum = 0, StepsSummed = 0 };
        (_secondsAtLastMetrics, _tokensAtLastMetrics) = (seconds, State.Tokens);
        return metrics;
    }

    /// <exception cref="CheckpointException">The checkpoint cannot be written.</exception>
    public void Save(string folder, double seconds)
    {
        State = State with { Seconds = seconds };
        TrainingCheckpoint.Save(folder, Trained, _optimizer, reference: null, State);
    }

    /// <exception cref="CheckpointException">The checkpoint cannot be read.</exception>
    public void Resume(string folder)
    {
        State = TrainingCheckpoint.Load(folder, Trained, _optimizer, reference: null);
        (_secondsAtLastMetrics, _tokensAtLastMetrics) = (State.Seconds, State.Tokens);
    }

    public void Dispose() => _optimizer.Dispose();

    // Conversations shown over all epochs; at least one.
    private static long Shown(long conversations, SftOptions options) => Math.Max(1, (long)Math.Round(conversations * options.Epochs));
}
