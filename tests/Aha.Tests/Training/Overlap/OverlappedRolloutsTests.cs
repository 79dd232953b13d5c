using Aha.Models;
using Aha.Training.Backends;
using Aha.Training.Batching;
using Aha.Training.Grpo;
using Aha.Verification.Rewards;

namespace Aha.Tests.Training.Overlap;

/// <summary>Rollouts sampled beside the update before: exactly one step old, and lost by nothing.</summary>
public sealed class OverlappedRolloutsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Checkpoint => _folder.File("checkpoint");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void EveryStepAfterTheFirstLearnsFromRolloutsOfThePolicyOneStepBefore()
    {
        using var tiny = new TinyGrpo(TinyGrpo.Options());
        using CausalLanguageModel before = CausalLanguageModel.Create(TinyGrpo.Config, seed: 0);
        before.CopyParametersFrom(tiny.Model);
        for (int step = 0; step < 5; step++)
        {
            using CausalLanguageModel now = CausalLanguageModel.Create(TinyGrpo.Config, seed: 0);
            now.CopyParametersFrom(tiny.Model);
            GrpoStep done = tiny.Trainer.Advance(CancellationToken.None);

            int staleness = Math.Min(step, 1);
            Assert.All(done.Completions, c => Assert.Equal(step - staleness, c.Completion.PolicyVersion));
            Assert.Equal(staleness, done.Metrics["staleness"]);
            double ratio = done.Metrics["sampling/importance_sampling_ratio/max"];
            Assert.True(staleness == 0 ? Math.Abs(ratio - 1) < 1e-3 : ratio > 1.001, $"step {step}: the largest ratio is {ratio}");

            // The stored log-probabilities are those of the weights the version names, and of no others.
            var batch = new RolloutBatch(done.Completions, TinyGrpo.Options());
            TrainingSequence[] sequences = [.. done.Completions.Select((c, i) => new TrainingSequence(i, c.Prompt, c.Completion.Tokens))];
            Assert.InRange(PolicyUpdate.CheckOnPolicy(before, batch, sequences, TinyGrpo.Options()), 0, 1e-4);
            if (staleness > 0)
            {
                Assert.Throws<Aha.Training.TrainingDivergedException>(() => PolicyUpdate.CheckOnPolicy(now, batch, sequences, TinyGrpo.Options()));
            }

            before.CopyParametersFrom(now);
            Dictionary<string, double> times = new(done.Metrics);
            Assert.Equal(times["step_time"], times["time/wait"] + times["time/update"] + times["time/other"], 1e-6);
        }
    }

    [Fact]
    public void WithoutTheOptionRolloutsAreFreshAndNothingIsAddedToMetricsOrCheckpoints()
    {
        using TinyGrpo fresh = new(TinyGrpo.Options(overlap: false)), overlapped = new(TinyGrpo.Options());
        for (int step = 0; step < 3; step++)
        {
            GrpoStep done = fresh.Trainer.Advance(CancellationToken.None), other = overlapped.Trainer.Advance(CancellationToken.None);
            Assert.All(done.Completions, c => Assert.Equal(step, c.Completion.PolicyVersion));
            Assert.Equal(["staleness", "time/wait"], other.Metrics.Keys.Except(done.Metrics.Keys).Order());
            if (step == 0)
            {
                Assert.Equal(fresh.Weights, overlapped.Weights);
            }
        }

        Assert.NotEqual(fresh.Weights, overlapped.Weights);
        fresh.Trainer.Save(Checkpoint, seconds: 1);
        Assert.False(File.Exists(Path.Combine(Checkpoint, "rollouts.json")));
        Assert.DoesNotContain("ahead", File.ReadAllText(Path.Combine(Checkpoint, "state.json")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(BackendKind.Fused)]
    [InlineData(BackendKind.FusedBf16)]
    [InlineData(BackendKind.LibtorchFp32)]
    public void ResumedItGoesOnBitForBit(BackendKind backend)
    {
        GrpoOptions options = TinyGrpo.Options() with { SamplingRounds = 2, UpdatesPerRollout = 2, KlBeta = 0.01 };
        using var straight = new TinyGrpo(options, backend);
        List<string> expected = straight.Advance(5);
        foreach (int stop in (int[])[1, 3])
        {
            using TinyGrpo first = new(options, backend), second = new(options, backend);
            List<string> steps = first.Advance(stop);
            first.Trainer.Save(Checkpoint, seconds: 1);
            second.Trainer.Resume(Checkpoint);
            steps.AddRange(second.Advance(5 - stop));
            Assert.Equal(expected, steps);
            Assert.Equal(straight.Weights, second.Weights);
        }
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(2, false)]
    [InlineData(2, true)]
    public void CancelledBesideAnUpdateItLosesNothing(int at, bool applied)
    {
        GrpoOptions options = TinyGrpo.Options() with { UpdatesPerRollout = 2, MicroBatchTokens = 40 };
        using var straight = new TinyGrpo(options);
        List<string> expected = straight.Advance(5);

        using var stop = new CancellationTokenSource();
        Action? onScore = null;
        using TinyGrpo cancelled = new(options, onScore: () => onScore?.Invoke()), resumed = new(options);
        List<string> steps = cancelled.Advance(at);
        float[] weights = cancelled.Weights;
        onScore = () =>
        {
            // Weights have changed: the first of the step's two updates is applied.
            if (!applied || !weights.AsSpan().SequenceEqual(cancelled.Weights))
            {
                stop.Cancel();
            }
        };
        if (applied)
        {
            steps.Add(TinyGrpo.Line(cancelled.Trainer.Advance(stop.Token)));
        }

        Assert.Throws<OperationCanceledException>(() => cancelled.Trainer.Advance(stop.Token));
        Assert.Equal(steps.Count, cancelled.Trainer.State.Step);

        cancelled.Trainer.Save(Checkpoint, seconds: 1);
        resumed.Trainer.Resume(Checkpoint);
        List<string> rest = resumed.Advance(5 - steps.Count);
        Assert.Equal(expected, [.. steps, .. rest]);
        Assert.Equal(straight.Weights, resumed.Weights);
        // The trainer that was cancelled can go on, too.
        onScore = null;
        Assert.Equal(rest, cancelled.Advance(5 - steps.Count));
    }

    [Fact]
    public void AFailureWhileSamplingAheadIsTheNextStepsAndCostsItsRolloutsOnly()
    {
        // The third batch is sampled beside the update of step 2, which is finished and kept.
        using TinyGrpo failing = new(TinyGrpo.Options(), further: new WeightedReward(new FailingReward(batch: 3), 1)), resumed = new(TinyGrpo.Options(), further: new WeightedReward(new FailingReward(batch: 0), 1));
        failing.Advance(2);
        Assert.Equal("the judge is away", Assert.Throws<RewardException>(() => failing.Trainer.Advance(CancellationToken.None)).Message);
        Assert.Equal(2, failing.Trainer.State.Step);
        failing.Trainer.Save(Checkpoint, seconds: 1);
        Assert.False(File.Exists(Path.Combine(Checkpoint, "rollouts.json")));

        resumed.Trainer.Resume(Checkpoint);
        Assert.Equal(failing.Weights, resumed.Weights);
        GrpoStep[] steps = [.. Enumerable.Range(0, 3).Select(_ => resumed.Trainer.Advance(CancellationToken.None))];
        Assert.Equal([0, 1, 1], steps.Select(step => step.Metrics["staleness"]));
        Assert.Equal(steps.Select(TinyGrpo.Line), failing.Advance(3));
    }

    /// <summary>Scores nothing and is away for one batch, counted from 1.</summary>
    private sealed class FailingReward(int batch) : IDeferredReward
    {
        private int _begun;

        public string Name => "judge";

        public IRewardBatch Begin() => new Batch(++_begun == batch);

        private sealed class Batch(bool fails) : IRewardBatch
        {
            private readonly System.Collections.Concurrent.ConcurrentBag<int> _added = [];

            public ValueTask AddAsync(int index, RewardInput input, CancellationToken cancel)
            {
                _added.Add(index);
                return ValueTask.CompletedTask;
            }

            public Task<IReadOnlyDictionary<int, RewardResult>> FinishAsync(CancellationToken cancel) => fails
                ? throw new RewardException("the judge is away")
                : Task.FromResult<IReadOnlyDictionary<int, RewardResult>>(_added.ToDictionary(i => i, _ => RewardResult.Of(0.0)));

            public void Dispose()
            {
            }
        }
    }
}
