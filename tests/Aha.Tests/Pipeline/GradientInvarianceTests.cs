using Aha.Evaluation;
using Aha.Generation;
using Aha.Models;
using Aha.Runs;
using Aha.Tasks;
using Aha.Tasks.Countdown;
using Aha.Tensors;
using Aha.Tokenization;
using Aha.Tests.Training.Overlap;
using Aha.Training.Backends;
using Aha.Training.Batching;
using Aha.Training.Grpo;
using Aha.Training.Losses;
using Aha.Verification.Format;
using Aha.Verification.Rewards;
using TorchSharp;
using static TorchSharp.torch;

namespace Aha.Tests.Pipeline;

/// <summary>One real batch of rollouts, cut in different ways.</summary>
public class GradientInvarianceTests
{
    public static MatrixTheoryData<PolicyLossType, BackendKind> LossesAndBackends => new(
        [PolicyLossType.Grpo, PolicyLossType.Dapo, PolicyLossType.DrGrpo, PolicyLossType.Gspo, PolicyLossType.Cispo],
        [BackendKind.Fused, BackendKind.LibtorchFp32]);

    [Theory]
    [MemberData(nameof(LossesAndBackends))]
    public void TheGradientDoesNotDependOnMicroBatchesOrOrder(PolicyLossType loss, BackendKind backend)
    {
        using CausalLanguageModel model = CausalLanguageModel.Create(TinyGrpo.Config, seed: 1);
        using CausalLanguageModel reference = CausalLanguageModel.Create(TinyGrpo.Config, seed: 2);
        RolloutBatch batch = Rollouts(model);
        TrainingSequence[] sequences = [.. batch.Completions.Select((c, i) => new TrainingSequence(i, c.Prompt, c.Completion.Tokens))];

        float[] whole = Gradient(backend, model, reference, batch, sequences, Options(loss, 1 << 20));
        Assert.Contains(whole, g => g != 0);
        double norm = Math.Sqrt(whole.Sum(g => (double)g * g));
        foreach (int tokens in (int[])[40, 200, 900])
        {
            float[] cut = Gradient(backend, model, reference, batch, sequences, Options(loss, tokens));
            double distance = Math.Sqrt(whole.Zip(cut).Sum(p => ((double)p.First - p.Second) * (p.First - p.Second)));
            Assert.True(distance <= 1e-5 * norm, $"{tokens} tokens a micro-batch: the gradient moved by {distance / norm:G3} of its norm");
        }

        TrainingSequence[] shuffled = [.. sequences];
        new Random(3).Shuffle(shuffled);
        Assert.Equal(whole, Gradient(backend, model, reference, batch, shuffled, Options(loss, 1 << 20)));
    }

    [Fact]
    public void BackendsAgreeOnTheGradient()
    {
        using CausalLanguageModel model = CausalLanguageModel.Create(TinyGrpo.Config, seed: 1);
        using CausalLanguageModel reference = CausalLanguageModel.Create(TinyGrpo.Config, seed: 2);
        RolloutBatch batch = Rollouts(model);
        TrainingSequence[] sequences = [.. batch.Completions.Select((c, i) => new TrainingSequence(i, c.Prompt, c.Completion.Tokens))];
        float[] fused = Gradient(BackendKind.Fused, model, reference, batch, sequences, Options(PolicyLossType.Dapo, 500));
        float[] libtorch = Gradient(BackendKind.LibtorchFp32, model, reference, batch, sequences, Options(PolicyLossType.Dapo, 500));
        double norm = Math.Sqrt(libtorch.Sum(g => (double)g * g));
        Assert.True(Math.Sqrt(fused.Zip(libtorch).Sum(p => ((double)p.First - p.Second) * (p.First - p.Second))) <= 1e-4 * norm);
    }

    [Fact]
    public void RolloutsCarryTheLogProbabilitiesOfTheModelThatTrains()
    {
        using CausalLanguageModel model = CausalLanguageModel.Create(TinyGrpo.Config, seed: 4);
        RolloutBatch batch = Rollouts(model);
        TrainingSequence[] sequences = [.. batch.Completions.Select((c, i) => new TrainingSequence(i, c.Prompt, c.Completion.Tokens))];
        GrpoOptions options = Options(PolicyLossType.Dapo, 1 << 20);
        Assert.InRange(PolicyUpdate.CheckOnPolicy(model, batch, sequences, options), 0, 1e-4);

        using CausalLanguageModel other = CausalLanguageModel.Create(TinyGrpo.Config, seed: 5);
        Assert.Throws<Aha.Training.TrainingDivergedException>(() => PolicyUpdate.CheckOnPolicy(other, batch, sequences, options));
    }

    [Theory]
    [MemberData(nameof(LossesAndBackends))]
    public void RolloutsOfAnOlderPolicyAreWeighedByTheRatioToTheirStoredProbabilities(PolicyLossType loss, BackendKind backend)
    {
        using CausalLanguageModel older = CausalLanguageModel.Create(TinyGrpo.Config, seed: 1);
        using CausalLanguageModel model = CausalLanguageModel.Create(TinyGrpo.Config, seed: 1);
        using (no_grad())
        {
            model.Parameters.add_(0.02 * randn(model.Parameters.shape, generator: new Generator(5, CPU)));
        }

        RolloutBatch batch = Rollouts(older);
        TrainingSequence[] sequences = [.. batch.Completions.Select((c, i) => new TrainingSequence(i, c.Prompt, c.Completion.Tokens))];
        GrpoOptions options = Options(loss, 300) with { KlBeta = 0 };
        float[] gradient = Gradient(backend, model, reference: null, batch, sequences, options);
        float[] expected = OfWeighedTokens(model, batch, sequences, options);
        double norm = Math.Sqrt(expected.Sum(g => (double)g * g));
        Assert.True(Math.Sqrt(gradient.Zip(expected).Sum(p => ((double)p.First - p.Second) * (p.First - p.Second))) <= 1e-4 * norm);
    }

    [Theory]
    [InlineData(1, BackendKind.Fused)]
    [InlineData(1, BackendKind.LibtorchFp32)]
    [InlineData(2, BackendKind.Fused)]
    public void RolloutsOfARoundedPolicyAreWeighedUpToTheCapAndClippedByTheUnroundedOne(int updates, BackendKind backend)
    {
        using CausalLanguageModel model = CausalLanguageModel.Create(TinyGrpo.Config, seed: 1);
        RolloutBatch batch = Rollouts(model, RolloutPrecision.Q4_0);
        TrainingSequence[] sequences = [.. batch.Completions.Select((c, i) => new TrainingSequence(i, c.Prompt, c.Completion.Tokens))];
        GrpoOptions options = Options(PolicyLossType.Dapo, 300) with { KlBeta = 0, UpdatesPerRollout = updates, ImportanceCap = 1.1 };
        using TrainingBackend policy = BackendChoice.Create(backend, model, threads: 2);
        var correction = ImportanceCorrection.Create(policy, sequences, options, CancellationToken.None);
        double[][] before = [.. sequences.Select(s => LogProbs(model, s, options, out _))];
        if (updates > 1)
        {
            // An update has been made since.
            using (no_grad()) model.Parameters.add_(0.02 * randn(model.Parameters.shape, generator: new Generator(5, CPU)));
        }

        long tokens = sequences.Sum(s => (long)s.Completion.Length);
        PolicyUpdate.Accumulate(policy, null, batch, sequences, new LossDenominator(sequences.Length, tokens, options.MaxNewTokens), options, correction, CancellationToken.None);
        float[] gradient = Taken(model);

        (bool capped, bool clipped) = (false, false);
        foreach (TrainingSequence sequence in sequences)
        {
            using DisposeScope scope = NewDisposeScope();
            double[] now = LogProbs(model, sequence, options, out Tensor logps);
            double advantage = batch.Advantages[sequence.Index];
            var weights = new float[now.Length];
            for (int t = 0; t < now.Length; t++)
            {
                double ratio = Math.Exp(now[t] - before[sequence.Index][t]), importance = Math.Exp(before[sequence.Index][t] - batch.Completions[sequence.Index].Completion.LogProbs[t]);
                bool free = advantage > 0 ? ratio < 1 + options.ClipHigh : ratio > 1 - options.ClipLow;
                weights[t] = (float)(-advantage * (free ? ratio : 0) * Math.Min(importance, options.ImportanceCap) / tokens);
                capped |= importance > options.ImportanceCap;
                clipped |= !free;
            }

            (logps * tensor(weights)).sum().backward();
        }

        Assert.True(capped, "no token is far enough from the rounded policy to be capped");
        Assert.Equal(updates > 1, clipped);
        float[] expected = Taken(model);
        double norm = Math.Sqrt(expected.Sum(g => (double)g * g));
        Assert.True(Math.Sqrt(gradient.Zip(expected).Sum(p => ((double)p.First - p.Second) * (p.First - p.Second))) <= 1e-4 * norm);
    }

    private static double[] LogProbs(CausalLanguageModel model, TrainingSequence sequence, GrpoOptions options, out Tensor logps)
    {
        MicroBatch micro = SequenceBatcher.Cut([sequence], int.MaxValue)[0];
        Tensor mask = micro.CompletionMask();
        logps = TokenLogProbs.Compute(model, micro.Ids(), ComputePrecision.Float32, options.Temperature, mask).LogProbs.masked_select(mask.to(ScalarType.Bool));
        return [.. logps.detach().data<float>().ToArray().Select(x => (double)x)];
    }

    // The policy gradient by the papers' formulas: each token's log-probability times advantage and ratio, where the clip leaves it a gradient.
    private static float[] OfWeighedTokens(CausalLanguageModel model, RolloutBatch batch, TrainingSequence[] sequences, GrpoOptions options)
    {
        long tokens = sequences.Sum(s => (long)s.Completion.Length);
        bool clipped = false;
        foreach (TrainingSequence sequence in sequences)
        {
            using DisposeScope scope = NewDisposeScope();
            double[] ratios = [.. LogProbs(model, sequence, options, out Tensor logps).Zip(batch.Completions[sequence.Index].Completion.LogProbs).Select(p => Math.Exp(p.First - p.Second))];
            double advantage = batch.Advantages[sequence.Index], length = ratios.Length;
            double mean = Math.Exp(ratios.Average(Math.Log));
            bool Free(double ratio) => advantage > 0 ? ratio < 1 + options.ClipHigh : ratio > 1 - options.ClipLow;
            float[] weights = [.. ratios.Select(ratio => (float)(-advantage * options.Loss switch
            {
                PolicyLossType.Cispo => Math.Min(ratio, options.ClipHigh) / tokens,
                PolicyLossType.Gspo => (Free(mean) ? mean : 0) / length / sequences.Length,
                PolicyLossType.Grpo => (Free(ratio) ? ratio : 0) / length / sequences.Length,
                PolicyLossType.DrGrpo => (Free(ratio) ? ratio : 0) / (sequences.Length * options.MaxNewTokens),
                _ => (Free(ratio) ? ratio : 0) / tokens,
            }))];
            clipped |= ratios.Any(ratio => Math.Abs(ratio - 1) > options.ClipLow);
            (logps * tensor(weights)).sum().backward();
        }

        Assert.True(clipped, "no ratio is far enough from 1 to be clipped");
        return Taken(model);
    }

    private static float[] Taken(CausalLanguageModel model)
    {
        float[] gradient = [.. model.Parameters.grad!.data<float>()];
        model.Parameters.grad!.zero_();
        return gradient;
    }

    private static float[] Gradient(BackendKind backend, CausalLanguageModel model, CausalLanguageModel? reference, RolloutBatch batch, TrainingSequence[] sequences, GrpoOptions options)
    {
        var denominator = new LossDenominator(sequences.Length, sequences.Sum(s => (long)s.Completion.Length), options.MaxNewTokens);
        using TrainingBackend policy = BackendChoice.Create(backend, model, threads: 2);
        using TrainingBackend? referencePolicy = reference is null ? null : policy.For(reference);
        PolicyUpdate.Accumulate(policy, referencePolicy, batch, sequences, denominator, options, correction: null, CancellationToken.None);
        return Taken(model);
    }

    private static GrpoOptions Options(PolicyLossType loss, int microBatchTokens) => new()
    {
        Loss = loss, MicroBatchTokens = microBatchTokens, MaxNewTokens = 24, KlBeta = 0.01, ClipHigh = loss == PolicyLossType.Cispo ? 1.2 : 0.2,
    };

    // Advantages come from lengths: an untrained model gets no answer right.
    private static RolloutBatch Rollouts(CausalLanguageModel model, RolloutPrecision precision = RolloutPrecision.Fp32)
    {
        using var engine = new RolloutEngine(model.Config, new RolloutEngineOptions { Precision = precision });
        engine.LoadWeights(model, policyVersion: 0);
        RolloutSampler sampler = TinyGrpo.Sampler(engine);
        IReadOnlyList<Problem> problems = [.. new CountdownTask(new CountdownOptions()).Problems(Split.Train).Take(6)];
        var sampling = new SamplingOptions { MaxNewTokens = 24, StopTokens = [.. Enumerable.Range(2, 6)] };
        IReadOnlyList<JudgedCompletion> completions = sampler.Sample(problems, 4, sampling, seed: 9, CancellationToken.None);
        return new RolloutBatch(completions, new GrpoOptions { MaxNewTokens = 24, OverlongBuffer = 23, ScaleRewards = AdvantageScale.None });
    }
}
