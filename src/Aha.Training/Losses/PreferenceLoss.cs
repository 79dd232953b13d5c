using Aha.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Aha.Training.Losses;

/// <summary>The losses of reward models, pure functions of scores.</summary>
public static class PreferenceLoss
{
    /// <summary>
    /// Bradley and Terry's model of comparisons: sum of -log sigmoid(chosen - rejected) over the pairs, divided by <paramref name="denominator"/>
    /// (Ouyang et al., arXiv 2203.02155, eq. 1). Only differences count in it; <paramref name="center"/> * (chosen + rejected)^2 keeps scores near 0
    /// (Eisenstein et al., arXiv 2312.09244, eq. 2).
    /// </summary>
    /// <param name="chosen_N">[N] scores of the better responses.</param>
    /// <param name="rejected_N">[N] scores of the worse ones.</param>
    /// <param name="denominator">Pairs of the whole optimiser step, not of this micro-batch.</param>
    public static Tensor BradleyTerry(Tensor chosen_N, Tensor rejected_N, double center, long denominator)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor loss = NegativeLogSigmoid(chosen_N - rejected_N);
        if (center != 0) loss = loss.Plus(chosen_N.Plus(rejected_N).square().mul(Scalars.Of(center)));
        return loss.sum().div(Scalars.Of(denominator)).MoveToOuterDisposeScope();
    }

    /// <summary>Logistic regression: sum of -log sigmoid(score) over the good responses and -log sigmoid(-score) over the bad, divided by <paramref name="denominator"/>.</summary>
    /// <param name="scores_N">[N] log-odds of being good.</param>
    /// <param name="labels_N">[N], 1 for good, 0 for bad.</param>
    /// <param name="denominator">Responses of the whole optimiser step, not of this micro-batch.</param>
    public static Tensor Logistic(Tensor scores_N, Tensor labels_N, long denominator)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor signs = labels_N.mul(Scalars.Of(2)).sub(Scalars.Of(1));
        return NegativeLogSigmoid(scores_N * signs).sum().div(Scalars.Of(denominator)).MoveToOuterDisposeScope();
    }

    private static Tensor NegativeLogSigmoid(Tensor x) => nn.functional.logsigmoid(x).neg();
}
