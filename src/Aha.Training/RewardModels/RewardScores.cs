using Aha.Models;
using Aha.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Aha.Training.RewardModels;

/// <summary>Scores of whole texts: a linear head on the hidden state of each text's last token.</summary>
internal static class RewardScores
{
    /// <summary>Scores [N] fp32 of texts of token ids; differentiable with respect to the model's parameters.</summary>
    public static Tensor Compute(CausalLanguageModel model, IReadOnlyList<int[]> texts, ComputePrecision precision)
    {
        using DisposeScope scope = NewDisposeScope();
        int width = texts.Max(text => text.Length);
        var ids = new long[texts.Count * width];
        var last = new long[texts.Count];
        for (int row = 0; row < texts.Count; row++)
        {
            for (int t = 0; t < texts[row].Length; t++)
            {
                ids[row * width + t] = texts[row][t];
            }

            last[row] = row * width + texts[row].Length - 1;
        }

        // Padding on the right: no real token sees it.
        Tensor hidden_BTD = model.HiddenStates(tensor(ids, [texts.Count, width]), precision);
        Tensor last_ND = hidden_BTD.view(-1, model.Config.HiddenSize).index_select(0, tensor(last));
        return model.Scores(last_ND).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Cuts items, longest first, into pieces of at most <paramref name="maxTokens"/> tokens, padding included; a larger item is a piece of its
    /// own.
    /// </summary>
    public static IEnumerable<List<T>> Cut<T>(IEnumerable<T> items, Func<T, int> width, Func<T, int> rows, int maxTokens)
    {
        var open = new List<T>();
        int openRows = 0;
        // A stable sort: ties keep the order in which they were given.
        foreach (T item in items.OrderByDescending(width))
        {
            if (open.Count > 0 && (long)width(open[0]) * (openRows + rows(item)) > maxTokens)
            {
                yield return open;
                (open, openRows) = ([], 0);
            }

            open.Add(item);
            openRows += rows(item);
        }

        if (open.Count > 0)
        {
            yield return open;
        }
    }
}
