using Aha.Models;
using Aha.Tokenization;
using Aha.Training.Backends;
using Aha.Training.Batching;
using Aha.Training.Checkpoints;
using Aha.Training.Optimization;
using TorchSharp;
using static TorchSharp.torch;

namespace Aha.Training.Pretraining;

/// <summary>Next-token training on a packed stream of documents. Resumed from a checkpoint it goes on bit for bit.</summary>
public sealed class Pretrainer : IDisposable
{
    private readonly CausalLanguageModel _model;
    private readonly Func<long, string> _documents;
    private readonly ITokenizer _tokenizer;
    private readonly PretrainOptions _options;
    private readonly TrainingBackend _backend;
    private readonly AdamW _optimizer;
    private readonly LearningRateSchedule _schedule;
    private DocumentPacker _packer;

    private double _secondsAtLastMetrics;
    private long _tokensAtLastMetrics;

    /// <param name="documents">Document i of an endless corpus; a function of i alone.</param>
    /// <param name="backend">Trains <paramref name="model"/>; not owned.</param>
    public Pretrainer(CausalLanguageModel model, Func<long, string> documents, ITokenizer tokenizer, PretrainOptions options, TrainingBackend backend)
    {
        options.Validate();
        _model = model;
        _documents = documents;
        _tokenizer = tokenizer;
        _options = options;
        _backend = backend;
        _optimizer = new AdamW(model, new AdamWOptions(options.Beta1, options.Beta2, WeightDecay: options.WeightDecay));
        _schedule = LearningRateSchedule.LinearDecay(options.LearningRate, options.Steps, options.WarmupSteps, options.DecayFraction);
        _packer = new DocumentPacker(documents, tokenizer, default);
    }

    /// <summary>Steps and tokens done, and where the corpus stands.</summary>
    public TrainingState State { get; private set; } = new();

    /// <summary>Takes one optimiser step and returns its mean cross-entropy in nats a token.</summary>
    /// <exception cref="TrainingDivergedException">The loss is not finite.</exception>
    public double Advance()
    {
        using DisposeScope scope = NewDisposeScope();
        int length = _options.SequenceLength;
        var windows = new int[_options.BatchSize * length];
        _packer.Fill(windows);
        // Every token of a window but the first is predicted.
        MicroBatch micro = SequenceBatcher.Cut(
            Enumerable.Range(0, _options.BatchSize).Select(row => new TrainingSequence(row, [windows[row * length]], windows[(row * length + 1)..((row + 1) * length)])), int.MaxValue)[0];
        TokenScores scores = _backend.Score(micro, temperature: 1, keep: true);
        Tensor loss = scores.LogProbs.mean().neg();
        scores.Backward(loss);
        double value = loss.ToDouble();
        if (!double.IsFinite(value))
        {
            throw new TrainingDivergedException($"the pretraining loss is {value} at step {State.Step + 1}: lower learning_rate or raise warmup_steps");
        }

        double norm = _optimizer.ClipGradient(_options.ClipNorm);
        _optimizer.Step(_schedule.At(State.Step));
        State = State with
        {
            Step = State.Step + 1,
            Tokens = State.Tokens + windows.Length,
            Document = _packer.Position.Document,
            Offset = _packer.Position.Offset,
            LossSum = State.LossSum + value,
            GradientNormSum = State.GradientNormSum + norm,
            StepsSummed = State.StepsSummed + 1,
        };
        return value;
    }

    /// <summary>Means over the steps since the last call.</summary>
    public Dictionary<string, double> TakeMetrics(double seconds)
    {
        int steps = Math.Max(1, State.StepsSummed);
        var metrics = new Dictionary<string, double>
        {
            ["loss"] = State.LossSum / steps,
            ["learning_rate"] = _schedule.At(Math.Max(0, State.Step - 1)),
            ["grad_norm"] = State.GradientNormSum / steps,
            ["tokens_per_second"] = (State.Tokens - _tokensAtLastMetrics) / Math.Max(1e-9, seconds - _secondsAtLastMetrics),
            ["num_tokens"] = State.Tokens,
        };
        State = State with { LastLoss = State.LossSum / steps, LossSum = 0, GradientNormSum = 0, StepsSummed = 0 };
        (_secondsAtLastMetrics, _tokensAtLastMetrics) = (seconds, State.Tokens);
        return metrics;
    }

    /// <summary>What the stage comes to.</summary>
    public Dictionary<string, double> Summary() => new()
    {
        ["loss"] = State.LastLoss,
        ["num_tokens"] = State.Tokens,
        ["documents"] = State.Document,
        ["parameters"] = _model.ParameterCount,
    };

    /// <exception cref="CheckpointException">The checkpoint cannot be written.</exception>
    public void Save(string folder, double seconds)
    {
        State = State with { Seconds = seconds };
        TrainingCheckpoint.Save(folder, _model, _optimizer, reference: null, State);
    }

    /// <exception cref="CheckpointException">The checkpoint cannot be read.</exception>
    public void Resume(string folder)
    {
        State = TrainingCheckpoint.Load(folder, _model, _optimizer, reference: null);
        _packer = new DocumentPacker(_documents, _tokenizer, new PackerPosition(State.Document, State.Offset));
        (_secondsAtLastMetrics, _tokensAtLastMetrics) = (State.Seconds, State.Tokens);
    }

    public void Dispose() => _optimizer.Dispose();
}
