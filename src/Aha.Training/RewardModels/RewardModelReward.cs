using System.Collections.Concurrent;
using Aha.Verification.Rewards;

namespace Aha.Training.RewardModels;

/// <summary>A reward model as a reward part: all samples of a step are scored together, 0 to 1.</summary>
public sealed class RewardModelReward(string name, RewardModel model) : IDeferredReward
{
    public string Name => name;

    public IRewardBatch Begin() => new Batch(model);

    private sealed class Batch(RewardModel model) : IRewardBatch
    {
        private readonly ConcurrentDictionary<int, RewardInput> _inputs = new();

        public ValueTask AddAsync(int index, RewardInput input, CancellationToken cancel)
        {
            _inputs[index] = input;
            return ValueTask.CompletedTask;
        }

        public Task<IReadOnlyDictionary<int, RewardResult>> FinishAsync(CancellationToken cancel)
        {
            cancel.ThrowIfCancellationRequested();
            // By index: how texts are batched, and so the last bits of their scores, must not depend on which was ready first.
            int[] order = [.. _inputs.Keys.Order()];
            IReadOnlyList<double?> scores = model.Score([.. order.Select(index => (_inputs[index].Question, _inputs[index].Completion))]);
            IReadOnlyDictionary<int, RewardResult> results = order.Zip(scores).ToDictionary(
                pair => pair.First, pair => pair.Second is { } score ? RewardResult.Of(score) : RewardResult.Unscorable("the reward model cannot read the response"));
            return Task.FromResult(results);
        }

        public void Dispose()
        {
        }
    }
}
