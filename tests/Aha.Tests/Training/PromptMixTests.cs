using Aha.Tasks;
using Aha.Tasks.Countdown;
using Aha.Tasks.General;
using Aha.Training.Grpo;
using Aha.Verification;

namespace Aha.Tests.Training;

public class PromptMixTests
{
    private static readonly IReadOnlyList<Problem> s_reasoning = [.. new CountdownTask(new CountdownOptions()).Problems(Split.Train).Take(40)];
    private static readonly IReadOnlyList<Problem> s_general = [.. new GeneralTask(new GeneralWorldOptions()).Problems(Split.Train).Take(15)];

    private static PromptMix Mix(double share, double from) => new(s_reasoning, s_general, new GrpoOptions { Steps = 10, GeneralShare = share, GeneralFrom = from }, seed: 4);

    [Fact]
    public void SharesAreAsAskedAndGeneralPromptsComeInLate() => Gen.Select(Gen.Double[0.05, 0.9], Gen.Double[0, 0.9], Gen.Int[2, 40]).Sample((share, from, count) =>
    {
        PromptMix mix = Mix(share, from);
        var cursor = new PromptCursor();
        for (int step = 0; step < 10; step++)
        {
            (Problem[] problems, cursor) = mix.Draw(step, count, cursor);
            int general = problems.Count(p => p.Kind == ProblemKind.General);
            Assert.Equal(count, problems.Length);
            Assert.InRange(general, step < Math.Round(10 * from, MidpointRounding.AwayFromZero) ? 0 : count * share - 1, step < Math.Round(10 * from, MidpointRounding.AwayFromZero) ? 0 : count * share + 1);
        }
    });

    [Fact]
    public void ADrawFollowsFromTheCursorAlone()
    {
        PromptMix straight = Mix(0.3, 0), resumed = Mix(0.3, 0);
        var cursor = new PromptCursor();
        for (int step = 0; step < 6; step++)
        {
            PromptCursor before = cursor;
            (Problem[] problems, cursor) = straight.Draw(step, 10, cursor);
            Assert.Equal(problems.Select(p => p.Id), resumed.Draw(step, 10, before).Problems.Select(p => p.Id));
        }

        Assert.Equal(new PromptCursor(42, 18), cursor);
    }

    [Fact]
    public void EveryPassBringsEachPromptOnce()
    {
        (Problem[] problems, _) = Mix(0.5, 0).Draw(0, 30, default);
        Assert.Equal(15, problems.Where(p => p.Kind == ProblemKind.General).Select(p => p.Id).Distinct().Count());
    }

    [Fact]
    public void AShareOfNothingIsRefused() =>
        Assert.Contains("general_share", Assert.Throws<ArgumentException>(() => new PromptMix(s_reasoning, [], new GrpoOptions { GeneralShare = 0.5 }, 1)).Message, StringComparison.Ordinal);
}

public class RewardWatchTests
{
    private static RewardWatch After(IEnumerable<(double Proxy, double Gold)> steps) => steps.Aggregate(new RewardWatch(), (watch, step) => watch.Next(step.Proxy, step.Gold));

    [Fact]
    public void RisingTogetherIsNoDivergence() =>
        Assert.Equal(0, After(Enumerable.Range(0, 60).Select(i => (i / 60.0, i / 60.0))).Divergence);

    [Fact]
    public void FallingTogetherIsNoDivergence() =>
        Assert.Equal(0, After(Enumerable.Range(0, 60).Select(i => (1 - i / 60.0, 1 - i / 60.0))).Divergence);

    [Fact]
    public void AHackedRewardDiverges()
    {
        RewardWatch watch = After(Enumerable.Range(0, 60).Select(i => (0.5 + i / 120.0, i < 30 ? 0.8 : 0.8 - (i - 30) / 60.0)));
        Assert.InRange(watch.Divergence, 0.35, 0.5);
        // Back to good: no longer.
        for (int i = 0; i < 40; i++)
        {
            watch = watch.Next(1, 0.9);
        }

        Assert.Equal(0, watch.Divergence);
    }

    [Fact]
    public void TheFirstStepsGiveNoVerdict() => Assert.Equal(0, After([(0.5, 1), (1, 0), (1, 0)]).Divergence);

    [Fact]
    public void DivergenceIsNeverNegativeAndAtMostWhatGoldLost() => Gen.Double[0, 1].Array[2].Array[1, 60].Sample(steps =>
    {
        RewardWatch watch = After(steps.Select(s => (s[0], s[1])));
        Assert.InRange(watch.Divergence, 0, watch.BestGold - watch.Gold + 1e-12);
        string json = System.Text.Json.JsonSerializer.Serialize(watch);
        Assert.Equal(watch, System.Text.Json.JsonSerializer.Deserialize<RewardWatch>(json));
    });
}
