using Aha.Training.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace Aha.Tests.Training.RewardModels;

public sealed class PreferenceLossTests
{
    private static readonly Gen<double[]> s_scores = Gen.Double[-6, 6].Array[4];

    [Fact]
    public void BradleyTerryFollowsItsFormula() => Gen.Select(s_scores, s_scores, Gen.OneOf(0.0, 0.01, 0.5)).Sample(
        (chosen, rejected, center) => RequireFormula(
            [.. chosen, .. rejected],
            scores => PreferenceLoss.BradleyTerry(scores.narrow(0, 0, 4), scores.narrow(0, 4, 4), center, 7),
            x => Enumerable.Range(0, 4).Sum(i => -LogSigmoid(x[i] - x[i + 4]) + center * (x[i] + x[i + 4]) * (x[i] + x[i + 4])) / 7),
        iter: 50, threads: 1);

    [Fact]
    public void LogisticFollowsItsFormula() => Gen.Select(s_scores, Gen.Bool.Array[4]).Sample(
        (scores, labels) => RequireFormula(
            scores,
            x => PreferenceLoss.Logistic(x, tensor(labels.Select(label => label ? 1f : 0f).ToArray()), 5),
            x => x.Zip(labels).Sum(p => -LogSigmoid(p.Second ? p.First : -p.First)) / 5),
        iter: 50, threads: 1);

    [Fact]
    public void EqualScoresCostTheLogarithmOfTwo()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor zero = zeros(3);
        Assert.Equal(Math.Log(2), PreferenceLoss.BradleyTerry(zero, zero, 0, 3).ToDouble(), 1e-6);
        Assert.Equal(Math.Log(2), PreferenceLoss.Logistic(zero, ones(3), 3).ToDouble(), 1e-6);
    }

    [Fact]
    public void ExtremeScoresStayFinite()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor large = full(1, 1e4f).requires_grad_(true), small = full(1, -1e4f);
        Tensor loss = PreferenceLoss.BradleyTerry(small, large, 0, 1);
        loss.backward();
        Assert.Equal(2e4, loss.ToDouble(), 1);
        Assert.Equal(1, large.grad!.ToDouble(), 1e-6);
        Assert.Equal(0, PreferenceLoss.Logistic(large, ones(1), 1).ToDouble(), 1e-6);
    }

    // The value against the closed form in double precision, the gradient against its central differences.
    private static void RequireFormula(double[] at, Func<Tensor, Tensor> loss, Func<double[], double> formula)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor scores = tensor(at.Select(value => (float)value).ToArray()).requires_grad_(true);
        Tensor value = loss(scores);
        value.backward();
        double expected = formula(at);
        Assert.Equal(expected, value.ToDouble(), 1e-5 * Math.Max(1, Math.Abs(expected)));
        float[] gradient = scores.grad!.data<float>().ToArray();
        for (int i = 0; i < at.Length; i++)
        {
            const double h = 1e-4;
            double[] up = [.. at], down = [.. at];
            up[i] += h;
            down[i] -= h;
            Assert.Equal((formula(up) - formula(down)) / (2 * h), gradient[i], 1e-3);
        }
    }

    private static double LogSigmoid(double x) => x > 0 ? -Math.Log(1 + Math.Exp(-x)) : x - Math.Log(1 + Math.Exp(x));
}
