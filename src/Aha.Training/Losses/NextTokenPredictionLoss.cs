using Aha.Models;
using Aha.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Aha.Training.Losses;

/// <summary>The loss of multi-token prediction (DeepSeek-V3, arXiv 2412.19437, equations 24 and 25).</summary>
public static class NextTokenPredictionLoss
{
    /// <summary>
    /// Mean cross-entropy of the tokens k + 1 ahead under predictor k = 1, 2, ..., averaged over the predictors: a scalar, which its user weighs. Its
    /// gradient reaches the model through the hidden states too.
    /// </summary>
    /// <exception cref="ArgumentException">The model has no predictors, or the sequences no token so far ahead.</exception>
    public static Tensor Compute(CausalLanguageModel model, Tensor ids_BT, ComputePrecision precision)
    {
        int predictors = model.Config.NextTokenPredictors;
        long time = ids_BT.shape[1];
        if (predictors == 0) throw new ArgumentException("the model has no next-token predictors", nameof(model));
        if (time < predictors + 2) throw new ArgumentException($"{time} tokens are too few to predict {predictors + 1} ahead", nameof(ids_BT));
        using DisposeScope scope = NewDisposeScope();
        Tensor total = zeros([]);
        int offset = 1;
        foreach (Tensor states_BTD in model.PredictAhead(ids_BT, precision).Ahead)
        {
            offset++;
            Tensor hidden_ND = states_BTD.narrow(1, 0, time - offset).reshape(-1, model.Config.HiddenSize);
            Tensor targets = ids_BT.narrow(1, offset, time - offset).flatten();
            total = total.Plus(TokenLogProbs.OfStates(model, hidden_ND, targets, precision, temperature: 1).LogProbs.mean().neg());
        }

        return total.div(Scalars.Of(predictors)).MoveToOuterDisposeScope();
    }
}
