using static TorchSharp.torch;

namespace Aha.Training.SupervisedTuning;

/// <summary>Cross-entropy of the learned tokens.</summary>
public static class SupervisedLoss
{
    /// <summary>
    /// <c>-sum(weights * logProbs) / learnedTokens</c>, in nats a token; scalar. With the count of a whole step as the denominator, the losses of its
    /// micro-batches add up to the step's.
    /// </summary>
    /// <param name="logProbs_BT">[B,T-1], natural logarithms.</param>
    /// <param name="weights_BT">[B,T-1], 1 for learned tokens, else 0.</param>
    public static Tensor Compute(Tensor logProbs_BT, Tensor weights_BT, long learnedTokens) =>
        learnedTokens > 0
            ? (logProbs_BT * weights_BT).sum().div(Tensors.Scalars.Of(-(double)learnedTokens))
            : throw new ArgumentException("a step without learned tokens has no loss", nameof(learnedTokens));
}
