using System.Collections.Concurrent;
using Aha.Verification.Format;
using Aha.Verification.Language;
using Aha.Verification.Rewards;

namespace Aha.Verification.Tests.Rewards;

public class RewardScoringTests
{
    private static RewardInput Input(ProblemKind kind, int number = 0) => new($"question {number}", "<think> we add </think> <answer> x </answer>", Judgement.Correct(), 5, Kind: kind);

    [Fact]
    public void APartJudgesItsOwnKindsOnly()
    {
        var set = new RewardSet(
            new WeightedReward(new AccuracyReward(), 1, [ProblemKind.Reasoning]), new WeightedReward(new FormatReward(), 0.2), new WeightedReward(new Lengths(), 10, [ProblemKind.General]));
        RewardTotal reasoning = set.Score(Input(ProblemKind.Reasoning)), general = set.Score(Input(ProblemKind.General));
        Assert.Equal(1.2, reasoning.Total, 12);
        Assert.Equal([true, true, false], reasoning.Parts.Select(p => p.HasValue));
        Assert.Equal(0.2 + 10 * "question 0".Length, general.Total, 12);
        Assert.Equal([false, true, true], general.Parts.Select(p => p.HasValue));
        Assert.True(general.IsScorable);
    }

    [Fact]
    public async Task ResultsStandInTheSamplesPlacesWhateverTheOrderOfArrival()
    {
        var set = new RewardSet(new WeightedReward(new Lengths(), 1));
        using RewardScoring scoring = set.Begin();
        int[] order = [.. Enumerable.Range(0, 50)];
        new Random(2).Shuffle(order);
        await Parallel.ForEachAsync(order, async (i, cancel) => await scoring.AddAsync(i, Input(ProblemKind.General, (int)Math.Pow(10, i % 7)), cancel));
        RewardTotal[] totals = await scoring.FinishAsync(50, CancellationToken.None);
        Assert.Equal(Enumerable.Range(0, 50).Select(i => $"question {(int)Math.Pow(10, i % 7)}".Length), totals.Select(t => (int)t.Total));
    }

    [Theory]
    [InlineData("用 1 2 得到 3 .", null, "<think> 1 + 2 = 3 对 </think>", 1)]
    [InlineData("用 1 2 得到 3 .", null, "<think> 1 + 2 = 3 yes </think>", 0)]
    [InlineData("make 3 from 1 2 .", null, "<think> 1 + 2 = 3 yes </think>", 1)]
    [InlineData("make 3 from 1 2 .", null, "<think> 1 + 2 = 3 对 </think>", 0)]
    [InlineData("1 2 3", "zh", "<think> 不 , 等等 , wait </think>", 0.75)]
    public void TheQuestionsLanguageIsTheTarget(string question, string? language, string completion, double share) =>
        Assert.Equal(share, new LanguageConsistencyReward().Score(new RewardInput(question, completion, default, 1, Language: language)).Value, 12);

    private sealed class Lengths : IDeferredReward
    {
        public string Name => "lengths";

        public IRewardBatch Begin() => new Batch();

        private sealed class Batch : IRewardBatch
        {
            private readonly ConcurrentDictionary<int, RewardResult> _results = new();

            public async ValueTask AddAsync(int index, RewardInput input, CancellationToken cancel)
            {
                await Task.Yield();
                _results[index] = RewardResult.Of((double)input.Question.Length);
            }

            public Task<IReadOnlyDictionary<int, RewardResult>> FinishAsync(CancellationToken cancel) => Task.FromResult<IReadOnlyDictionary<int, RewardResult>>(_results);

            public void Dispose()
            {
            }
        }
    }
}
