using Aha.Models;
using Aha.Tensors;
using Aha.Training.Backends;
using Aha.Training.Batching;
using Aha.Training.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace Aha.Training.Grpo;

/// <summary>
/// The gradient of one optimiser step, accumulated over micro-batches. One denominator covers the whole step, so neither the cut into
/// micro-batches nor the order of the sequences changes the gradient.
/// </summary>
public static class PolicyUpdate
{
    // Rounding in fp32 adds up layer by layer: 1e-4 was measured over 30 layers (SmolLM2-135M, some thousand tokens), 1e-5 over 4. A wrong
    // rotation, mask or weight differs by far more.
    private const double ExactTolerancePerLayer = 2.5e-5;

    private static double ExactTolerance(CausalLanguageModel model) => ExactTolerancePerLayer * Math.Max(4, model.Config.NumHiddenLayers);

    /// <summary>
    /// Adds the gradient of the policy loss to the model's parameters and returns the update's metrics.
    /// </summary>
    /// <param name="sequences">Prompts and completions; <see cref="TrainingSequence.Index"/> points into <paramref name="batch"/>.</param>
    /// <param name="correction">Null where the policy itself sampled.</param>
    public static Dictionary<string, double> Accumulate(
        TrainingBackend policy, TrainingBackend? reference, RolloutBatch batch, IReadOnlyList<TrainingSequence> sequences,
        LossDenominator denominator, GrpoOptions options, ImportanceCorrection? correction, CancellationToken cancel)
    {
        PolicyLossOptions lossOptions = LossOptions(options);
        var difference = new RunningDifference();
        PolicyLossMetrics? total = null;
        double entropySum = 0, lossSum = 0;
        foreach (MicroBatch micro in policy.Cut(sequences, options.MicroBatchTokens))
        {
            cancel.ThrowIfCancellationRequested();
            using DisposeScope scope = NewDisposeScope();
            Tensor mask = micro.CompletionMask();
            Tensor sampled = micro.Align(s => batch.Completions[s.Index].Completion.LogProbs);
            Tensor advantages_B = micro.PerSequence(s => batch.Advantages[s.Index]);
            TokenScores scores = policy.Score(micro, options.Temperature, keep: true);
            Tensor? referenceLogps = reference?.Score(micro, options.Temperature, keep: false).LogProbs;
            (Tensor old, Tensor? importance) = correction is null ? (sampled, null) : correction.Apply(micro, scores.LogProbs, sampled);
            (Tensor loss, PolicyLossMetrics metrics) = PolicyLoss.Compute(lossOptions, scores.LogProbs, old, referenceLogps, mask, advantages_B, denominator, importance);
            scores.Backward(loss);
            total = total is null ? metrics : total + metrics;
            lossSum += loss.ToDouble();
            using (no_grad())
            {
                entropySum += scores.Entropy.sum().ToDouble();
                difference.Add(scores.LogProbs, sampled, mask);
            }
        }

        var values = new Dictionary<string, double> { ["loss"] = lossSum };
        if (total is not null)
        {
            foreach ((string name, double value) in total.ToDictionary())
            {
                values[name] = value;
            }

            values["entropy"] = entropySum / Math.Max(1, total.Tokens);
            difference.AddTo(values);
        }

        return values;
    }

    /// <summary>
    /// Largest difference, in nats, between the log-probabilities stored with the rollouts and those the fp32 model gives the same
    /// tokens, over one micro-batch. Before the first update the two are one distribution, but for the rounding of a policy that samples in less than fp32.
    /// </summary>
    /// <param name="mustBeEqual">Whether the policy sampled in fp32.</param>
    /// <exception cref="TrainingDivergedException">They differ by more than 2.5e-5 a layer, or 1e-4 where there are fewer than four.</exception>
    public static double CheckOnPolicy(CausalLanguageModel model, RolloutBatch batch, IReadOnlyList<TrainingSequence> sequences, GrpoOptions options, bool mustBeEqual = true)
    {
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        MicroBatch micro = SequenceBatcher.Cut(sequences, options.MicroBatchTokens)[0];
        Tensor mask = micro.CompletionMask();
        Tensor exact = TokenLogProbs.Compute(model, micro.Ids(), ComputePrecision.Float32, options.Temperature, mask).LogProbs;
        Tensor sampled = micro.Align(s => batch.Completions[s.Index].Completion.LogProbs);
        double worst = ((exact - sampled) * mask).abs().max().ToDouble();
        double allowed = ExactTolerance(model);
        return worst <= allowed || !mustBeEqual
            ? worst
            : throw new TrainingDivergedException($"the rollout engine's log-probabilities differ from the model's by {worst:G3} before the first update (at most {allowed:G3} is allowed): this is a bug, please report it with the model's config.json");
    }

    private static PolicyLossOptions LossOptions(GrpoOptions options) => new()
    {
        Type = options.Loss,
        EpsilonLow = options.ClipLow,
        EpsilonHigh = options.ClipHigh,
        Delta = options.DualClip,
        Beta = options.KlBeta,
        KlEstimator = options.KlEstimator,
    };

    /// <summary>How far training's log-probabilities are from the sampled ones: precision, staleness, and the effect of earlier updates.</summary>
    private sealed class RunningDifference
    {
        private double _sum, _max, _count, _ratioSum, _ratioMin = double.PositiveInfinity, _ratioMax = double.NegativeInfinity;

        public void Add(Tensor logps, Tensor sampled, Tensor mask)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor difference = (logps.detach() - sampled).masked_select(mask.to(ScalarType.Bool));
            Tensor ratio = difference.exp();
            Tensor distance = difference.abs();
            _count += difference.numel();
            _sum += distance.sum().ToDouble();
            _max = Math.Max(_max, distance.max().ToDouble());
            _ratioSum += ratio.sum().ToDouble();
            _ratioMin = Math.Min(_ratioMin, ratio.min().ToDouble());
            _ratioMax = Math.Max(_ratioMax, ratio.max().ToDouble());
        }

        public void AddTo(Dictionary<string, double> values)
        {
            values["sampling/sampling_logp_difference/mean"] = _sum / Math.Max(1, _count);
            values["sampling/sampling_logp_difference/max"] = _max;
            values["sampling/importance_sampling_ratio/min"] = _ratioMin;
            values["sampling/importance_sampling_ratio/mean"] = _ratioSum / Math.Max(1, _count);
            values["sampling/importance_sampling_ratio/max"] = _ratioMax;
        }
    }
}
