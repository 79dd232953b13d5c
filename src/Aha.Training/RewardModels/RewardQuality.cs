using Aha.Models;
using Aha.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Aha.Training.RewardModels;

/// <summary>How good a reward model's scores are.</summary>
public static class RewardQuality
{
    private const int Bins = 10;

    /// <summary>
    /// On held-out examples: <c>accuracy</c>, <c>ece</c> (expected calibration error of the probabilities its scores stand for), <c>length_correlation</c>
    /// (of score and response tokens), and what <see cref="OfScores"/> gives.
    /// </summary>
    public static Dictionary<string, double> Evaluate(CausalLanguageModel model, IReadOnlyList<RewardExample> examples, ComputePrecision precision, int maxTokens)
    {
        using var noGrad = no_grad();
        var scored = new List<(RewardExample Example, float[] Scores)>();
        foreach (List<RewardExample> piece in RewardScores.Cut(examples, example => example.Longest, example => example.Texts.Count, maxTokens))
        {
            using DisposeScope scope = NewDisposeScope();
            using Tensor scores = RewardScores.Compute(model, [.. piece.SelectMany(example => example.Texts)], precision);
            float[] values = scores.data<float>().ToArray();
            int next = 0;
            foreach (RewardExample example in piece)
            {
                scored.Add((example, values[next..(next + example.Texts.Count)]));
                next += example.Texts.Count;
            }
        }

        Dictionary<string, double> metrics = OfScores(scored);
        metrics["ece"] = CalibrationError([.. scored.Select(s => (Confidence(s.Scores), IsRight(s.Example, s.Scores)))]);
        metrics["length_correlation"] = Correlation.Pearson(
            [.. scored.SelectMany(s => s.Scores.Select(score => (double)score))], [.. scored.SelectMany(s => s.Example.ResponseTokens.Select(tokens => (double)tokens))]);
        metrics["examples"] = examples.Count;
        return metrics;
    }

    /// <summary><c>accuracy</c>, <c>margin</c> (pairs: mean of chosen less rejected), <c>mean_reward</c>, <c>min_reward</c>, <c>max_reward</c>: TRL's names.</summary>
    internal static Dictionary<string, double> OfScores(IReadOnlyList<(RewardExample Example, float[] Scores)> scored)
    {
        double[] all = [.. scored.SelectMany(s => s.Scores.Select(score => (double)score))];
        var metrics = new Dictionary<string, double>
        {
            ["accuracy"] = scored.Average(s => IsRight(s.Example, s.Scores) ? 1.0 : 0.0),
            ["mean_reward"] = all.Average(),
            ["min_reward"] = all.Min(),
            ["max_reward"] = all.Max(),
        };
        if (scored[0].Scores.Length == 2)
        {
            metrics["margin"] = scored.Average(s => (double)s.Scores[0] - s.Scores[1]);
        }

        return metrics;
    }

    /// <summary>
    /// Expected calibration error (Guo et al., arXiv 1706.04599, eq. 3): predictions in ten bins of confidence, the mean distance between a bin's
    /// confidence and its share of right ones, weighted by its size.
    /// </summary>
    /// <param name="predictions">The probability given to the predicted outcome, 0.5 to 1, and whether it was right.</param>
    public static double CalibrationError(IReadOnlyList<(double Confidence, bool IsRight)> predictions) => predictions
        .GroupBy(prediction => Math.Min(Bins - 1, (int)(prediction.Confidence * Bins)))
        .Sum(bin => Math.Abs(bin.Average(p => p.Confidence) - bin.Average(p => p.IsRight ? 1.0 : 0.0)) * bin.Count() / predictions.Count);

    // Equal scores decide nothing: half of such pairs would be right by chance, and none is counted.
    private static bool IsRight(RewardExample example, float[] scores) => scores.Length == 2 ? scores[0] > scores[1] : example.IsGood ? scores[0] > 0 : scores[0] < 0;

    private static double Confidence(float[] scores) => 1 / (1 + Math.Exp(-Math.Abs(scores.Length == 2 ? (double)scores[0] - scores[1] : scores[0])));
}
