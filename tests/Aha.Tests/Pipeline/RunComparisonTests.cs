using Aha.Pipeline.Comparing;
using Aha.Runs;
using Aha.Tests.Reporting;

namespace Aha.Tests.Pipeline;

public class RunComparisonTests
{
    [Fact]
    public void SeedsOfOneRecipeAreOneGroupWithMeanAndSpread()
    {
        RunData[] runs = [.. Enumerable.Range(1, 3).Select(seed => With(SyntheticRun.Create(seed), pass: 0.8 + (0.05 * seed)))];
        RunComparison comparison = RunComparison.Of(runs);
        RunGroup group = Assert.Single(comparison.Groups);
        Spread spread = group.Metrics["pass@1"];
        Assert.Equal((3, 0.9, 0.05, 0.85, 0.95), (spread.Runs, Math.Round(spread.Mean, 9), Math.Round(spread.Deviation, 9), Math.Round(spread.Least, 9), Math.Round(spread.Most, 9)));
        Assert.Equal(0.14, group.Metrics["before/pass@1"].Mean, 9);
        SettingDifference difference = Assert.Single(comparison.Differences);
        Assert.Equal("seed", difference.Key);
        Assert.Equal(["1", "2", "3"], difference.Values);
    }

    [Fact]
    public void StagesOfAPipelineAreComparedOneByOne()
    {
        static RunData Pipeline(int seed, double sft)
        {
            RunData run = SyntheticRun.Create(seed);
            var tuned = new StageResult("tuned", "sft", 10 * seed, new Dictionary<string, double> { ["pass@1"] = sft, ["format"] = 1 });
            return run with { Stages = [.. run.Stages, tuned, new StageResult("data", "sample", 1, new Dictionary<string, double>())] };
        }

        RunGroup group = Assert.Single(RunComparison.Of([Pipeline(1, 0.5), Pipeline(2, 0.7)]).Groups);
        Assert.Equal([SyntheticRun.Rl, "tuned"], group.Stages.Select(stage => stage.Stage));
        StageSpread tuned = group.Stages[1];
        Assert.Equal((0.6, 15.0, 2), (Math.Round(tuned.Metrics["pass@1"].Mean, 9), tuned.Seconds.Mean, tuned.Metrics["format"].Runs));

        // A stage that one of them has not finished is not averaged.
        Assert.Equal([SyntheticRun.Rl], Assert.Single(RunComparison.Of([Pipeline(1, 0.5), SyntheticRun.Create(2)]).Groups).Stages.Select(stage => stage.Stage));
    }

    [Fact]
    public void OtherSettingsMakeOtherGroupsAndAreNamed()
    {
        RunData one = SyntheticRun.Create(), other = SyntheticRun.Create();
        other = other with
        {
            Run = other.Run with { Overrides = ["stages.r1-zero.learning_rate=1e-5", "task.numbers=4", "seed=1"], Machine = new Dictionary<string, string>(other.Run.Machine) { ["cores"] = "64" } },
        };
        RunComparison comparison = RunComparison.Of([one, other]);
        Assert.Equal(2, comparison.Groups.Count);
        Assert.Equal(["machine: cores", "stages.r1-zero.learning_rate", "task.numbers"], comparison.Differences.Select(d => d.Key).Order(StringComparer.Ordinal));
        Assert.Equal(["3", "4"], comparison.Differences.Single(d => d.Key == "task.numbers").Values);

        // What it takes by default is the same setting, written or not.
        RunData spelt = one with { Run = one.Run with { Overrides = ["seed=1", "task.numbers=3"] } };
        Assert.Single(RunComparison.Of([one, spelt]).Groups);
    }

    [Fact]
    public void ARecipeThatCannotBeReadIsComparedAsAText()
    {
        RunData run = SyntheticRun.Create();
        RunData old = run with { Run = run.Run with { Recipe = "a key of long ago: 1\n" } };
        Assert.Equal(2, RunComparison.Of([run, old]).Groups.Count);
        Assert.Single(RunComparison.Of([old, old with { Run = old.Run with { Seed = 9 } }]).Groups);
    }

    [Fact]
    public void TheSpreadIsThatOfTheSample() => Gen.Double[-1e3, 1e3].Array[1, 20].Sample(values =>
    {
        Spread spread = Spread.Of(values);
        Assert.InRange(spread.Mean, spread.Least - 1e-9, spread.Most + 1e-9);
        double shifted = Spread.Of([.. values.Select(v => (2 * v) + 5)]).Deviation;
        Assert.Equal(2 * spread.Deviation, shifted, 6);
        Assert.InRange(spread.Deviation, 0, spread.Most - spread.Least);
    });

    private static RunData With(RunData run, double pass) => run with
    {
        Stages = [.. run.Stages.Select(stage => stage.Name != SyntheticRun.Rl ? stage : stage with { Metrics = new Dictionary<string, double>(stage.Metrics) { ["pass@1"] = pass } })],
    };
}
