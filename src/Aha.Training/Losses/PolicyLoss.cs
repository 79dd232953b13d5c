using Aha.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Aha.Training.Losses;

/// <summary>The policy-gradient losses, pure functions of padded [B,L] tensors.</summary>
public static class PolicyLoss
{
    /// <summary>
    /// The share of a step's loss that this micro-batch has, to be minimised, and its metrics.
    /// </summary>
    /// <param name="options">Which objective, and its constants.</param>
    /// <param name="logps">[B,L] log-probabilities of the sampled tokens under the policy; the gradient flows into these.</param>
    /// <param name="oldLogps">[B,L] under the policy before the step: where no other sampled, that which sampled them.</param>
    /// <param name="refLogps">[B,L] under the reference model; needed when <see cref="PolicyLossOptions.Beta"/> is not 0.</param>
    /// <param name="mask">[B,L], 1 for tokens that the policy sampled, 0 for padding and all else.</param>
    /// <param name="advantages_B">[B], one per sequence.</param>
    /// <param name="denominator">Counts of the whole optimiser step, not of this micro-batch.</param>
    /// <param name="importance">[B,L], what each token's term is multiplied by where another policy sampled; null for ones.</param>
    /// <returns>A zero-dimensional loss, and sums for the step's metrics.</returns>
    /// <exception cref="ArgumentException">Shapes or options do not fit.</exception>
    public static (Tensor Loss, PolicyLossMetrics Metrics) Compute(
        PolicyLossOptions options, Tensor logps, Tensor oldLogps, Tensor? refLogps, Tensor mask, Tensor advantages_B, LossDenominator denominator, Tensor? importance = null)
    {
        options.Validate();
        if (options.Beta != 0 && refLogps is null) throw new ArgumentException("beta is not 0, but there are no reference log-probabilities", nameof(refLogps));
        RequireShape(logps, oldLogps, nameof(oldLogps));
        RequireShape(logps, mask, nameof(mask));
        if (refLogps is not null) RequireShape(logps, refLogps, nameof(refLogps));
        if (importance is not null) RequireShape(logps, importance, nameof(importance));
        if (advantages_B.numel() != logps.shape[0]) throw new ArgumentException($"{advantages_B.numel()} advantages for {logps.shape[0]} sequences", nameof(advantages_B));

        using DisposeScope scope = NewDisposeScope();
        Tensor weight = mask.to(logps.dtype);
        Tensor lengths_B1 = weight.sum(-1, keepdim: true).clamp_min(Scalars.Of(1));
        Tensor advantages_B1 = advantages_B.to(logps.dtype).view(-1, 1);
        bool sequenceLevel = options.Type is PolicyLossType.Gspo or PolicyLossType.Luspo;

        Tensor logRatio = (logps - oldLogps) * weight;
        if (sequenceLevel) logRatio = logRatio.sum(-1, keepdim: true) / lengths_B1;
        Tensor ratio = logRatio.exp();

        Tensor perToken = options.Type switch
        {
            PolicyLossType.Cispo => -ratio.clamp_max(Scalars.Of(options.EpsilonHigh)).detach() * advantages_B1 * logps,
            PolicyLossType.Sapo => -SoftGate(ratio, advantages_B1, options) * advantages_B1,
            _ => -ClippedObjective(ratio, advantages_B1, options),
        };
        if (options.OffPolicyMaskThreshold is double threshold) perToken = perToken * OnPolicy(logps, oldLogps, weight, lengths_B1, advantages_B1, threshold);
        if (importance is not null) perToken = perToken * importance;
        Tensor? kl = refLogps is null ? null : KlDivergence.Estimate(options.KlEstimator, logps, refLogps);
        if (options.Beta != 0) perToken = perToken.Plus(Scalars.Of(options.Beta) * kl!);

        // A masked token's terms may be infinite or NaN; multiplying those by 0 would keep them.
        Tensor masked = where(weight == Scalars.Of(0), zeros_like(weight), perToken.expand_as(weight)) * weight;
        Tensor loss = options.Type switch
        {
            PolicyLossType.Grpo or PolicyLossType.Gspo or PolicyLossType.Sapo => (masked / lengths_B1).sum() / Scalars.Of(AtLeastOne(denominator.Sequences)),
            PolicyLossType.Dapo or PolicyLossType.Bnpo or PolicyLossType.Cispo => masked.sum() / Scalars.Of(AtLeastOne(denominator.Tokens)),
            PolicyLossType.DrGrpo => masked.sum() / Scalars.Of(AtLeastOne(denominator.Sequences * denominator.MaxCompletionLength)),
            PolicyLossType.Luspo => masked.sum() / Scalars.Of(AtLeastOne(denominator.Sequences)),
            _ => throw new ArgumentOutOfRangeException(nameof(options), options.Type, "unknown loss type"),
        };
        PolicyLossMetrics metrics;
        using (no_grad()) metrics = Measure(options, ratio, advantages_B1, weight, lengths_B1, kl, sequenceLevel);
        return (loss.MoveToOuterDisposeScope(), metrics);
    }

    // min(r A, clip(r) A), PPO's objective (Schulman et al. 2017, eq. 7), with r capped by delta.
    private static Tensor ClippedObjective(Tensor ratio, Tensor advantages, PolicyLossOptions options)
    {
        Tensor clipped = ratio.clamp(Scalars.Of(1 - options.EpsilonLow), Scalars.Of(1 + options.EpsilonHigh));
        Tensor capped = options.Delta is double delta ? ratio.clamp_max(Scalars.Of(delta)) : ratio;
        return minimum(capped * advantages, clipped * advantages);
    }

    // sigma(t (r - 1)) * 4 / t: slope 1 at r = 1, levelling off on both sides.
    private static Tensor SoftGate(Tensor ratio, Tensor advantages, PolicyLossOptions options)
    {
        Tensor temperature = where(advantages > Scalars.Of(0), full_like(advantages, Scalars.Of(options.SapoTemperaturePositive)), full_like(advantages, Scalars.Of(options.SapoTemperatureNegative)));
        return sigmoid(temperature * (ratio - Scalars.Of(1))) * Scalars.Of(4) / temperature;
    }

    private static Tensor OnPolicy(Tensor logps, Tensor oldLogps, Tensor weight, Tensor lengths, Tensor advantages, double threshold)
    {
        Tensor drift = ((oldLogps - logps.detach()) * weight).sum(-1, keepdim: true) / lengths;
        return (advantages >= Scalars.Of(0)).logical_or(drift <= Scalars.Of(threshold)).to(weight.dtype);
    }

    private static PolicyLossMetrics Measure(
        PolicyLossOptions options, Tensor ratio, Tensor advantages, Tensor weight, Tensor lengths, Tensor? kl, bool sequenceLevel)
    {
        double upper = options.Type == PolicyLossType.Cispo ? options.EpsilonHigh : 1 + options.EpsilonHigh;
        Tensor units = sequenceLevel ? ones_like(ratio) : weight;
        Tensor perSequence = sequenceLevel ? ones_like(ratio) : lengths;
        Tensor low = (ratio < Scalars.Of(1 - options.EpsilonLow)).logical_and(advantages < Scalars.Of(0)).to(weight.dtype) * units;
        Tensor high = (ratio > Scalars.Of(upper)).logical_and(advantages > Scalars.Of(0)).to(weight.dtype) * units;
        return new PolicyLossMetrics
        {
            Type = options.Type,
            Units = units.sum().ToDouble(),
            ClippedLow = low.sum().ToDouble(),
            ClippedHigh = high.sum().ToDouble(),
            LowMin = (low.sum(-1, keepdim: true) / perSequence).min().ToDouble(),
            HighMax = (high.sum(-1, keepdim: true) / perSequence).max().ToDouble(),
            KlSum = kl is null ? null : (where(weight == Scalars.Of(0), zeros_like(weight), kl) * weight).sum().ToDouble(),
            Tokens = weight.sum().ToDouble(),
        };
    }

    private static long AtLeastOne(long count) => Math.Max(count, 1);

    private static void RequireShape(Tensor expected, Tensor actual, string name)
    {
        if (!expected.shape.AsSpan().SequenceEqual(actual.shape))
            throw new ArgumentException($"shape [{string.Join(", ", actual.shape)}], where logps have [{string.Join(", ", expected.shape)}]", name);
    }
}
