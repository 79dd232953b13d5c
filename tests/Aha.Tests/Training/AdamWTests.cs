using Aha.Models;
using Aha.Tensors;
using Aha.Tests.Models;
using Aha.Training.Losses;
using Aha.Training.Optimization;
using TorchSharp;
using static TorchSharp.torch;

namespace Aha.Tests.Training;

public sealed class AdamWTests
{
    private static readonly AdamWOptions Options = new(Beta1: 0.9, Beta2: 0.95, Epsilon: 1e-8, WeightDecay: 0.1);

    [Fact]
    public void FollowsThePapersFormula()
    {
        using CausalLanguageModel model = CausalLanguageModel.Create(CausalLanguageModelTests.Small(), 5);
        using var optimizer = new AdamW(model, Options);
        double[] weights = [.. TensorMemory.Floats(model.Parameters).ToArray().Select(value => (double)value)], m = new double[weights.Length], v = new double[weights.Length];
        bool[] decays = new bool[weights.Length];
        foreach (ParameterSlice slice in model.Layout) Array.Fill(decays, slice.WeightDecay, (int)slice.Offset, (int)slice.Count);
        for (int step = 1; step <= 4; step++)
        {
            using Tensor gradient = randn(model.ParameterCount);
            model.Parameters.grad = gradient.clone();
            optimizer.Step(0.01);
            Assert.All(TensorMemory.Floats(model.Parameters.grad!).ToArray(), value => Assert.Equal(0f, value));
            float[] g = gradient.data<float>().ToArray();
            for (int i = 0; i < weights.Length; i++)
            {
                if (decays[i]) weights[i] -= 0.01 * 0.1 * weights[i];
                m[i] = 0.9 * m[i] + 0.1 * g[i];
                v[i] = 0.95 * v[i] + 0.05 * g[i] * g[i];
                weights[i] -= 0.01 * (m[i] / (1 - Math.Pow(0.9, step))) / (Math.Sqrt(v[i] / (1 - Math.Pow(0.95, step))) + 1e-8);
            }
        }
        CausalLanguageModelTests.AssertClose(weights, TensorMemory.Floats(model.Parameters).ToArray(), 1e-6);
    }

    [Fact]
    public void ResumedFromSavedStateEqualsUninterruptedToTheBit()
    {
        using CausalLanguageModel straight = CausalLanguageModel.Create(CausalLanguageModelTests.Small(), 5), resumed = CausalLanguageModel.Create(CausalLanguageModelTests.Small(), 6);
        using AdamW first = new(straight, Options), second = new(resumed, Options);
        Train(straight, first, 0, 5);
        using var stream = new MemoryStream();
        first.Save(stream);
        resumed.CopyParametersFrom(straight);
        stream.Position = 0;
        second.Load(stream);
        Assert.Equal(5, second.StepCount);
        Train(straight, first, 5, 10);
        Train(resumed, second, 5, 10);
        Assert.True(TensorMemory.Floats(straight.Parameters).SequenceEqual(TensorMemory.Floats(resumed.Parameters)));

        stream.SetLength(stream.Length - 1);
        stream.Position = 0;
        Assert.Contains("cut off", Assert.Throws<InvalidDataException>(() => second.Load(stream)).Message);
        Assert.Throws<InvalidDataException>(() => second.Load(new MemoryStream(new byte[100])));
    }

    [Fact]
    public void AStepWithoutAGradientIsOneAlongZeroWhetherOrNotThereWasOneBefore()
    {
        using CausalLanguageModel straight = CausalLanguageModel.Create(CausalLanguageModelTests.Small(), 5), resumed = CausalLanguageModel.Create(CausalLanguageModelTests.Small(), 6);
        using AdamW first = new(straight, Options), second = new(resumed, Options);
        Train(straight, first, 0, 3);
        using var stream = new MemoryStream();
        first.Save(stream);
        resumed.CopyParametersFrom(straight);
        stream.Position = 0;
        second.Load(stream);
        float[] before = TensorMemory.Floats(straight.Parameters).ToArray();
        Assert.NotNull(straight.Parameters.grad);
        Assert.Null(resumed.Parameters.grad);
        first.Step(0.01);
        second.Step(0.01);
        Assert.True(TensorMemory.Floats(straight.Parameters).SequenceEqual(TensorMemory.Floats(resumed.Parameters)));
        Assert.False(TensorMemory.Floats(straight.Parameters).SequenceEqual(before));
        Assert.Equal(first.StepCount, second.StepCount);
    }

    [Fact]
    public void ClippingBoundsTheNormAndReturnsTheOneBefore()
    {
        using CausalLanguageModel model = CausalLanguageModel.Create(CausalLanguageModelTests.Small(), 5);
        using var optimizer = new AdamW(model, Options);
        Assert.Equal(0, optimizer.ClipGradient(1));
        model.Parameters.grad = full(model.ParameterCount, 0.5f);
        double norm = 0.5 * Math.Sqrt(model.ParameterCount);
        Assert.Equal(norm, optimizer.ClipGradient(1), 1e-3);
        Assert.Equal(1, optimizer.ClipGradient(10), 1e-4);
        Assert.Equal(1, optimizer.ClipGradient(double.PositiveInfinity), 1e-4);
    }

    [Fact]
    public void TwoHundredStepsLeakNoTensor()
    {
        using CausalLanguageModel model = CausalLanguageModel.Create(CausalLanguageModelTests.Small(), 5);
        using var optimizer = new AdamW(model, Options);
        Train(model, optimizer, 0, 3);
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        Train(model, optimizer, 3, 203);
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void TrainingLearnsInBothPrecisions()
    {
        foreach (ComputePrecision precision in Enum.GetValues<ComputePrecision>())
        {
            using CausalLanguageModel model = CausalLanguageModel.Create(CausalLanguageModelTests.Small() with { InitializerRange = 0.05 }, 5);
            using var optimizer = new AdamW(model, Options);
            double before = Train(model, optimizer, 0, 1, precision), after = Train(model, optimizer, 1, 60, precision, learningRate: 0.01);
            Assert.True(after < 0.5 * before, $"{precision}: loss {before} -> {after}");
        }
    }

    [Fact]
    public void SchedulesRiseStayAndFall()
    {
        LearningRateSchedule linear = LearningRateSchedule.LinearDecay(2, 100, 10, 0.4);
        Assert.Equal(0.2, linear.At(0), 1e-12);
        Assert.Equal(2, linear.At(10));
        Assert.Equal(2, linear.At(60));
        Assert.Equal(1, linear.At(80), 1e-12);
        Assert.Equal(0, linear.At(100));
        LearningRateSchedule cosine = LearningRateSchedule.Cosine(2, 100, 0, 0.1);
        Assert.Equal(2, cosine.At(0));
        Assert.Equal(1.1, cosine.At(50), 1e-12);
        Assert.Equal(0.2, cosine.At(1000), 1e-12);
        Assert.Equal(3, LearningRateSchedule.Constant(3).At(long.MaxValue));
        Assert.Throws<ArgumentException>(() => LearningRateSchedule.Cosine(-1, 10, 0));
        Assert.Throws<ArgumentException>(() => LearningRateSchedule.LinearDecay(1, 10, 0, 2));
    }

    // Sequences that count upwards: learnable within a few steps.
    private static double Train(
        CausalLanguageModel model, AdamW optimizer, int from, int to, ComputePrecision precision = ComputePrecision.Float32, double learningRate = 1e-3)
    {
        double last = 0;
        for (int step = from; step < to; step++)
        {
            using DisposeScope scope = NewDisposeScope();
            long[] ids = [.. Enumerable.Range(0, 8 * 12).Select(i => (long)((i % 12) + (i / 12 * 3) + step) % 37)];
            (Tensor logProbs, _) = TokenLogProbs.Compute(model, tensor(ids, [8, 12]), precision);
            Tensor loss = logProbs.mean().neg();
            loss.backward();
            optimizer.ClipGradient(1);
            optimizer.Step(learningRate);
            last = loss.ToDouble();
        }
        return last;
    }
}
