using Aha.Generation;
using Aha.Models;
using Aha.Tensors;
using Aha.Training.Backends;
using Aha.Training.Batching;
using Aha.Training.Fused;
using static TorchSharp.torch;

namespace Aha.Tests.Training.Fused;

public sealed class FusedDecoderTests
{
    private static readonly (int Prompt, int Completion)[] s_ragged = [(5, 20), (1, 1), (3, 120), (40, 7), (1, 63), (2, 15), (9, 24), (1, 2)];

    [Theory]
    [InlineData("even", 1.0)]
    [InlineData("odd", 1.0)]
    [InlineData("llama", 1.0)]
    [InlineData("even", 0.7)]
    [InlineData("odd", 1.3)]
    public void AgreesWithAutograd(string shape, double temperature)
    {
        ModelConfig config = FusedCases.Named(shape);
        using CausalLanguageModel model = FusedCases.Model(config);
        TrainingSequence[] sequences = FusedCases.Sequences(config, s_ragged);
        int tokens = sequences.Sum(s => s.Completion.Length);
        float[] forLogProbs = FusedCases.Coefficients(tokens, 3), forEntropies = FusedCases.Coefficients(tokens, 4);
        (float[] logProbs, float[] entropies) = FusedCases.Autograd(model, sequences, temperature, forLogProbs, forEntropies);
        float[] expected = FusedCases.TakeGradient(model);

        using var decoder = new FusedDecoder(model, threads: 2);
        FusedBatch batch = decoder.Forward(sequences, temperature);
        for (int i = 0; i < tokens; i++)
        {
            Assert.True(Math.Abs(logProbs[i] - batch.LogProbs[i]) <= 1e-5, $"log-probability {i}: {batch.LogProbs[i]}, libtorch {logProbs[i]}");
            Assert.True(Math.Abs(entropies[i] - batch.Entropies[i]) <= 1e-5, $"entropy {i}: {batch.Entropies[i]}, libtorch {entropies[i]}");
        }

        decoder.Backward(batch, forLogProbs, forEntropies);
        (double worst, string name) = FusedCases.RelativeDistance(model, expected, FusedCases.TakeGradient(model));
        Assert.True(worst <= 1e-4, $"{name}: relative distance {worst}");
    }

    [Theory]
    [InlineData("even")]
    [InlineData("odd")]
    public void AgreesWithAutogradAtEveryLength(string shape)
    {
        ModelConfig config = FusedCases.Named(shape);
        using CausalLanguageModel model = FusedCases.Model(config);
        using var decoder = new FusedDecoder(model, threads: 1);
        foreach (int length in (int[])[1, 2, 7, 8, 15, 16, 17, 31, 33, 64, 100, 255, 256, 257, 299])
        {
            TrainingSequence[] sequences = FusedCases.Sequences(config, [(1, length)], seed: length);
            float[] coefficients = FusedCases.Coefficients(length, length);
            (float[] logProbs, _) = FusedCases.Autograd(model, sequences, 1, coefficients);
            float[] expected = FusedCases.TakeGradient(model);
            FusedBatch batch = decoder.Forward(sequences);
            for (int i = 0; i < length; i++) Assert.True(Math.Abs(logProbs[i] - batch.LogProbs[i]) <= 1e-5, $"length {length}, token {i}");
            decoder.Backward(batch, coefficients);
            (double worst, string name) = FusedCases.RelativeDistance(model, expected, FusedCases.TakeGradient(model));
            Assert.True(worst <= 1e-4, $"length {length}, {name}: relative distance {worst}");
        }
    }

    [Theory]
    [InlineData("even")]
    [InlineData("odd")]
    [InlineData("llama")]
    public void KernelSetsGiveTheSameBits(string shape)
    {
        ModelConfig config = FusedCases.Named(shape);
        using CausalLanguageModel model = FusedCases.Model(config);
        TrainingSequence[] sequences = FusedCases.Sequences(config, s_ragged);
        var results = new List<(KernelSet Kernels, float[] LogProbs, float[] Gradient)>();
        foreach (KernelSet kernels in (KernelSet[])[KernelSet.Scalar, KernelSet.Avx2, KernelSet.Avx512])
        {
            if (RolloutEngineOptions.IsSupported(kernels)) results.Add((kernels, Outcome(model, sequences, 2, kernels).LogProbs, Outcome(model, sequences, 2, kernels).Gradient));
        }

        foreach ((KernelSet kernels, float[] logProbs, float[] gradient) in results.Skip(1))
        {
            Assert.True(results[0].LogProbs.AsSpan().SequenceEqual(logProbs), $"{kernels}: log-probabilities");
            Assert.True(results[0].Gradient.AsSpan().SequenceEqual(gradient), $"{kernels}: gradient");
        }
    }

    [Theory]
    [InlineData("even")]
    [InlineData("odd")]
    [InlineData("llama")]
    public void InBFloat16ItIsNoFartherFromFp32ThanLibtorchIs(string shape)
    {
        ModelConfig config = FusedCases.Named(shape);
        using CausalLanguageModel model = FusedCases.Model(config);
        TrainingSequence[] sequences = FusedCases.Sequences(config, [.. s_ragged, (30, 400), (1, 300)]);
        float[] coefficients = FusedCases.Coefficients(sequences.Sum(s => s.Completion.Length), 3);
        (float[] exact, _) = FusedCases.Autograd(model, sequences, 1, coefficients);
        float[] exactGradient = FusedCases.TakeGradient(model);
        (float[] libtorch, _) = FusedCases.Autograd(model, sequences, 1, coefficients, precision: ComputePrecision.BFloat16);
        float[] libtorchGradient = FusedCases.TakeGradient(model);

        using var decoder = new FusedDecoder(model, threads: 2, precision: ComputePrecision.BFloat16);
        FusedBatch batch = decoder.Forward(sequences);
        decoder.Backward(batch, coefficients);
        double logProbs = Distance(exact, batch.LogProbs), gradient = Distance(exactGradient, FusedCases.TakeGradient(model));
        Assert.True(logProbs > 0 && logProbs <= 1.1 * Distance(exact, libtorch), $"log-probabilities: {logProbs}, libtorch {Distance(exact, libtorch)}");
        Assert.True(gradient > 0 && gradient <= 1.1 * Distance(exactGradient, libtorchGradient), $"gradient: {gradient}, libtorch {Distance(exactGradient, libtorchGradient)}");

        static double Distance(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
        {
            double sum = 0;
            for (int i = 0; i < expected.Length; i++) sum += Math.Pow(expected[i] - actual[i], 2);
            return Math.Sqrt(sum);
        }
    }

    [Fact]
    public void BFloat16IsTriedWhereItPays()
    {
        MatmulProbe units = new(200, 600), none = new(200, 2);
        ModelConfig wide = FusedCases.Even with { HiddenSize = 256 };
        Assert.Equal([BackendKind.Fused, BackendKind.FusedBf16], BackendChoice.Candidates(wide, units));
        Assert.DoesNotContain(BackendChoice.Candidates(wide, none), kind => BackendChoice.PrecisionOf(kind) == ComputePrecision.BFloat16);
        Assert.DoesNotContain(BackendChoice.Candidates(FusedCases.Even, units), kind => BackendChoice.PrecisionOf(kind) == ComputePrecision.BFloat16);
    }

    [Fact]
    public void LibtorchKeepsItsThreads()
    {
        using CausalLanguageModel model = FusedCases.Model(FusedCases.Even);
        int before = get_num_threads();
        for (int i = 0; i < 5; i++) Outcome(model, FusedCases.Sequences(FusedCases.Even, s_ragged), 3, precision: ComputePrecision.BFloat16);
        Assert.Equal(before, get_num_threads());
    }

    [Theory]
    [InlineData("qwen3", "norms on q and k")]
    [InlineData("deepseek-v3", "latent attention")]
    public void WhatItCannotTrainIsSaidInALine(string name, string why)
    {
        ModelConfig config = ModelConfigFile.Read(Aha.Tests.Models.GoldenModel.Read(name).Folder);
        Assert.False(FusedDecoder.Supports(config, out string? refusal));
        Assert.Contains(why, refusal, StringComparison.Ordinal);
        Assert.DoesNotContain(BackendKind.Fused, BackendChoice.Candidates(config, new MatmulProbe(1, 1)));
    }

    [Theory]
    [InlineData(ComputePrecision.Float32)]
    [InlineData(ComputePrecision.BFloat16)]
    public void RepeatsToTheBit(ComputePrecision precision)
    {
        using CausalLanguageModel model = FusedCases.Model(FusedCases.Odd);
        TrainingSequence[] sequences = FusedCases.Sequences(FusedCases.Odd, s_ragged);
        (float[] logProbs, float[] gradient) = Outcome(model, sequences, 2, precision: precision);
        for (int run = 0; run < 3; run++)
        {
            (float[] again, float[] gradientAgain) = Outcome(model, sequences, 2, precision: precision);
            Assert.True(logProbs.AsSpan().SequenceEqual(again));
            Assert.True(gradient.AsSpan().SequenceEqual(gradientAgain));
        }
    }

    [Theory]
    [InlineData("even", ComputePrecision.Float32)]
    [InlineData("odd", ComputePrecision.Float32)]
    [InlineData("llama", ComputePrecision.BFloat16)]
    public void CheckpointingGivesTheSameBitsWithinLessMemory(string shape, ComputePrecision precision)
    {
        ModelConfig config = FusedCases.Named(shape) with { NumHiddenLayers = 6 };
        using CausalLanguageModel model = FusedCases.Model(config);
        TrainingSequence[] sequences = FusedCases.Sequences(config, Enumerable.Range(0, 40).Select(i => (1 + i % 5, 20 + 7 * (i % 12))));
        float[] coefficients = FusedCases.Coefficients(sequences.Sum(s => s.Completion.Length), seed: 4);
        (float[] whole, float[] wholeGradient, long most) = Run(checkpointing: false);
        (float[] again, float[] gradient, long less) = Run(checkpointing: true);
        Assert.Equal(whole, again);
        Assert.Equal(wholeGradient, gradient);
        long tokens = sequences.Sum(s => s.Length);
        long saved = FusedDecoder.EstimateBytes(config, tokens, 2, precision) - FusedDecoder.EstimateBytes(config, tokens, 2, precision, checkpointing: true);
        Assert.InRange(most - less, 0.6 * saved, 1.4 * saved);
        Assert.True(saved > 0, $"the estimate saves {saved}");

        (float[] LogProbs, float[] Gradient, long Bytes) Run(bool checkpointing)
        {
            using var decoder = new FusedDecoder(model, 2, precision: precision, checkpointing: checkpointing);
            FusedBatch batch = decoder.Forward(sequences);
            float[] logProbs = batch.LogProbs.ToArray();
            decoder.Backward(batch, coefficients);
            return (logProbs, FusedCases.TakeGradient(model), decoder.NativeBytes);
        }
    }

    [Fact]
    public void NeitherThreadsNorBatchingChangeTheResult()
    {
        using CausalLanguageModel model = FusedCases.Model(FusedCases.Odd);
        TrainingSequence[] sequences = FusedCases.Sequences(FusedCases.Odd, s_ragged);
        (float[] logProbs, float[] gradient) = Outcome(model, sequences, 1);
        foreach (int threads in (int[])[2, 3, 11])
        {
            (float[] other, float[] otherGradient) = Outcome(model, sequences, threads);
            // A row's forward arithmetic does not know its neighbours.
            Assert.True(logProbs.AsSpan().SequenceEqual(other));
            Assert.True(FusedCases.RelativeDistance(model, gradient, otherGradient).Worst < 1e-5);
        }

        using var decoder = new FusedDecoder(model, 2);
        int next = 0;
        foreach (TrainingSequence[] part in sequences.Reverse().Chunk(3))
        {
            FusedBatch batch = decoder.Forward(part);
            float[] coefficients = [.. part.SelectMany(s => Own(sequences, s))];
            decoder.Backward(batch, coefficients);
            next += part.Length;
        }

        Assert.Equal(sequences.Length, next);
        Assert.True(FusedCases.RelativeDistance(model, gradient, FusedCases.TakeGradient(model)).Worst < 1e-5);
    }

    [Fact]
    public void GradientIsTheSlope()
    {
        ModelConfig config = FusedCases.Odd with { NumHiddenLayers = 1 };
        using CausalLanguageModel model = FusedCases.Model(config);
        TrainingSequence[] sequences = FusedCases.Sequences(config, [(2, 9), (1, 5)]);
        float[] forLogProbs = FusedCases.Coefficients(14, 5), forEntropies = FusedCases.Coefficients(14, 6);
        using var decoder = new FusedDecoder(model, 1);
        decoder.Backward(decoder.Forward(sequences, 0.9), forLogProbs, forEntropies);
        float[] gradient = FusedCases.TakeGradient(model);

        // Along the gradient of one tensor at a time the slope is the norm: large against rounding.
        foreach (ParameterSlice slice in model.Layout.Where(slice => !slice.Name.EndsWith("k_proj.bias", StringComparison.Ordinal)))
        {
            float[] direction = gradient[(int)slice.Offset..(int)(slice.Offset + slice.Count)];
            double norm = Math.Sqrt(direction.Sum(x => (double)x * x));
            double step = 2e-3;
            double slope = (Value(slice, direction, step / norm) - Value(slice, direction, -step / norm)) / (2 * step);
            Assert.True(Math.Abs(slope - norm) <= 0.01 * norm, $"{slice.Name}: slope {slope}, gradient's norm {norm}");
        }

        double Value(ParameterSlice slice, float[] direction, double step)
        {
            Span<float> weights = TensorMemory.Floats(model.Parameters).Slice((int)slice.Offset, (int)slice.Count);
            float[] before = weights.ToArray();
            for (int i = 0; i < before.Length; i++) weights[i] += (float)(step * direction[i]);
            FusedBatch batch = decoder.Forward(sequences, 0.9, keepForBackward: false);
            before.CopyTo(weights);
            double sum = 0;
            for (int i = 0; i < 14; i++) sum += forLogProbs[i] * (double)batch.LogProbs[i] + forEntropies[i] * (double)batch.Entropies[i];
            return sum;
        }
    }

    [Fact]
    public void GradientsAddUp()
    {
        using CausalLanguageModel model = FusedCases.Model(FusedCases.Even);
        TrainingSequence[] sequences = FusedCases.Sequences(FusedCases.Even, s_ragged);
        float[] once = Outcome(model, sequences, 2).Gradient;
        using var decoder = new FusedDecoder(model, 2);
        float[] coefficients = [.. sequences.SelectMany(s => Own(sequences, s))];
        for (int i = 0; i < 2; i++) decoder.Backward(decoder.Forward(sequences), coefficients);
        float[] twice = FusedCases.TakeGradient(model);
        for (int i = 0; i < once.Length; i++) Assert.Equal(2 * once[i], twice[i]);
    }

    [Fact]
    public void RefusesWhatItCannotCompute()
    {
        using CausalLanguageModel model = FusedCases.Model(FusedCases.Even);
        using var decoder = new FusedDecoder(model, 1);
        Assert.Contains("no prompt", Assert.Throws<ArgumentException>(() => decoder.Forward([new TrainingSequence(7, [], [1, 2])])).Message);
        Assert.Contains("holds id 48", Assert.Throws<ArgumentException>(() => decoder.Forward([new TrainingSequence(7, [48], [1])])).Message);
        Assert.Contains("512 positions", Assert.Throws<ArgumentException>(() => decoder.Forward([new TrainingSequence(7, [1], new int[512])])).Message);
        FusedBatch first = decoder.Forward([new TrainingSequence(0, [1], [2, 3])]);
        Assert.Throws<ArgumentException>(() => decoder.Backward(first, [1f]));
        decoder.Forward([new TrainingSequence(0, [1], [2, 3])], keepForBackward: false);
        FusedBatch second = decoder.Forward([new TrainingSequence(0, [1], [2, 3])]);
        Assert.Throws<InvalidOperationException>(() => decoder.Backward(first, [1f, 1f]));
        decoder.Backward(second, [1f, 1f]);
        Assert.Throws<InvalidOperationException>(() => decoder.Backward(second, [1f, 1f]));
    }

    private static (float[] LogProbs, float[] Gradient) Outcome(CausalLanguageModel model, TrainingSequence[] sequences, int threads, KernelSet kernels = KernelSet.Auto, ComputePrecision precision = ComputePrecision.Float32)
    {
        using var decoder = new FusedDecoder(model, threads, kernels, precision);
        FusedBatch batch = decoder.Forward(sequences);
        decoder.Backward(batch, [.. sequences.SelectMany(s => Own(sequences, s))]);
        return (batch.LogProbs.ToArray(), FusedCases.TakeGradient(model));
    }

    // A sequence's own gradients, whatever batch it is in.
    private static float[] Own(TrainingSequence[] all, TrainingSequence sequence) =>
        FusedCases.Coefficients(sequence.Completion.Length, 100 + Array.IndexOf(all, sequence));
}
