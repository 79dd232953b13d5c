using Aha.Models;
using Aha.Tensors;
using Aha.Training.Batching;
using Aha.Training.Checkpoints;
using Aha.Training.Losses;
using Aha.Training.Optimization;
using TorchSharp;
using static TorchSharp.torch;

namespace Aha.Training.RewardModels;

/// <summary>
/// Trains a model with a score head on preferences (DeepSeek-R1, journal version: helpful reward model pairwise, safety reward model pointwise).
/// Resumed from a checkpoint it goes on bit for bit.
/// </summary>
public sealed class RewardModelTrainer : IDisposable
{
    private readonly CausalLanguageModel _model;
    private readonly RewardModelOptions _options;
    private readonly ComputePrecision _precision;
    private readonly ShuffledStream<RewardExample> _examples;
    private readonly AdamW _optimizer;
    private readonly LearningRateSchedule _schedule;

    /// <param name="model">With a score head; not owned.</param>
    /// <param name="examples">Pairs or labelled texts, as the objective says; at least one.</param>
    public RewardModelTrainer(CausalLanguageModel model, IReadOnlyList<RewardExample> examples, RewardModelOptions options, ComputePrecision precision, long seed)
    {
        options.Validate();
        (_model, _options, _precision) = (model, options, precision);
        _examples = new ShuffledStream<RewardExample>(examples, seed);
        _optimizer = new AdamW(model, new AdamWOptions(options.Beta1, options.Beta2, WeightDecay: options.WeightDecay));
        Steps = StepsFor(examples.Count, options);
        _schedule = LearningRateSchedule.Cosine(options.LearningRate, Steps, Math.Min(options.WarmupSteps, Steps - 1), finalFraction: 0.1);
    }

    /// <summary>Optimiser steps of the whole training.</summary>
    public long Steps { get; }

    public TrainingState State { get; private set; } = new();

    /// <summary>Optimiser steps that so many examples make.</summary>
    public static long StepsFor(int examples, RewardModelOptions options) => Math.Max(1, (long)Math.Ceiling(options.Epochs * examples / options.BatchSize));

    /// <summary>Takes one optimiser step and returns its metrics, under TRL's names.</summary>
    /// <exception cref="TrainingDivergedException">The loss is not finite.</exception>
    public Dictionary<string, double> Advance()
    {
        RewardExample[] batch = [.. Enumerable.Range(0, _options.BatchSize).Select(i => _examples[State.Step * _options.BatchSize + i])];
        Dictionary<string, double> metrics = Accumulate(_model, batch, _options, _precision);
        if (!double.IsFinite(metrics["loss"]))
        {
            throw new TrainingDivergedException($"the reward model's loss is {metrics["loss"]} at step {State.Step + 1}: lower learning_rate or raise warmup_steps");
        }

        metrics["grad_norm"] = _optimizer.ClipGradient(_options.ClipNorm);
        metrics["learning_rate"] = _schedule.At(State.Step);
        _optimizer.Step(_schedule.At(State.Step));
        State = State with { Step = State.Step + 1, Tokens = State.Tokens + batch.Sum(example => example.Texts.Sum(text => (long)text.Length)) };
        metrics["num_tokens"] = State.Tokens;
        return metrics;
    }

    /// <summary>
    /// Adds the gradient of a batch's mean loss to the model's parameters. One denominator covers the batch: the cut into micro-batches does not
    /// change the gradient.
    /// </summary>
    internal static Dictionary<string, double> Accumulate(CausalLanguageModel model, IReadOnlyList<RewardExample> batch, RewardModelOptions options, ComputePrecision precision)
    {
        bool pairwise = options.Objective == RewardObjective.Pairwise;
        double loss = 0;
        var scored = new List<(RewardExample Example, float[] Scores)>();
        foreach (List<RewardExample> micro in RewardScores.Cut(batch, example => example.Longest, example => example.Texts.Count, options.MicroBatchTokens))
        {
            using DisposeScope scope = NewDisposeScope();
            // All chosen texts, then all rejected ones.
            int[][] texts = [.. micro.Select(example => example.Texts[0]), .. pairwise ? micro.Select(example => example.Texts[1]) : []];
            Tensor scores = RewardScores.Compute(model, texts, precision);
            Tensor part = pairwise
                ? PreferenceLoss.BradleyTerry(scores.narrow(0, 0, micro.Count), scores.narrow(0, micro.Count, micro.Count), options.CenterRewards, batch.Count)
                : PreferenceLoss.Logistic(scores, tensor(micro.Select(example => example.IsGood ? 1f : 0f).ToArray()), batch.Count);
            part.backward();
            loss += part.ToDouble();
            float[] values = scores.detach().data<float>().ToArray();
            scored.AddRange(micro.Select((example, i) => (example, pairwise ? (float[])[values[i], values[micro.Count + i]] : [values[i]])));
        }

        return new Dictionary<string, double>(RewardQuality.OfScores(scored)) { ["loss"] = loss };
    }

    /// <exception cref="CheckpointException">The checkpoint cannot be written.</exception>
    public void Save(string folder, double seconds)
    {
        State = State with { Seconds = seconds };
        TrainingCheckpoint.Save(folder, _model, _optimizer, reference: null, State);
    }

    /// <exception cref="CheckpointException">The checkpoint cannot be read.</exception>
    public void Resume(string folder) => State = TrainingCheckpoint.Load(folder, _model, _optimizer, reference: null);

    public void Dispose() => _optimizer.Dispose();
}
