using Aha.Pipeline.Recipes;
using Aha.Runs;

namespace Aha.Pipeline.Comparing;

/// <summary>A metric over several runs. <paramref name="Deviation"/>: the sample's standard deviation (n - 1); 0 for one run.</summary>
public sealed record Spread(int Runs, double Mean, double Deviation, double Least, double Most)
{
    /// <exception cref="ArgumentException">No values.</exception>
    public static Spread Of(IReadOnlyList<double> values)
    {
        if (values.Count == 0)
        {
            throw new ArgumentException("a spread needs at least one value", nameof(values));
        }

        double mean = values.Average();
        double deviation = values.Count < 2 ? 0 : Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Count - 1));
        return new Spread(values.Count, mean, deviation, values.Min(), values.Max());
    }
}

/// <summary>Runs of one recipe that differ in nothing but the seed.</summary>
/// <param name="Metrics">Spread of every metric of their <see cref="LastResults"/> that all of them have.</param>
/// <param name="Stages">The same of every evaluated stage that all of them have finished, in the plan's order.</param>
public sealed record RunGroup(string Recipe, IReadOnlyList<RunData> Runs, IReadOnlyDictionary<string, Spread> Metrics, IReadOnlyList<StageSpread> Stages);

/// <summary>A stage over several runs.</summary>
/// <param name="Seconds">Spread of its time.</param>
/// <param name="Metrics">Spread of every metric that it has in all of them.</param>
public sealed record StageSpread(string Stage, string Kind, Spread Seconds, IReadOnlyDictionary<string, Spread> Metrics);

/// <summary>A key of the configuration, or a fact about the machine or the versions, that is not the same in all runs.</summary>
/// <param name="Values">One a run, in their order; null where a run does not have it.</param>
public sealed record SettingDifference(string Key, IReadOnlyList<string?> Values);

/// <summary>What several runs have in common, and in what they differ.</summary>
public sealed record RunComparison(IReadOnlyList<RunGroup> Groups, IReadOnlyList<SettingDifference> Differences)
{
    private const string Seed = "seed";

    public static RunComparison Of(IReadOnlyList<RunData> runs)
    {
        IReadOnlyDictionary<string, string>[] settings = [.. runs.Select(run => Settings(run.Run))];
        RunGroup[] groups = [.. runs.Zip(settings)
            .GroupBy(pair => string.Join('\n', pair.Second.Where(s => s.Key != Seed).Select(s => $"{s.Key}={s.Value}").Order(StringComparer.Ordinal)))
            .Select(group => Group([.. group.Select(pair => pair.First)]))];
        return new RunComparison(groups, Differing(
            [.. settings.Zip(runs, (chosen, run) => chosen.Concat(Prefixed("versions", run.Run.Versions)).Concat(Prefixed("machine", run.Run.Machine)).ToDictionary())]));
    }

    private static RunGroup Group(RunData[] runs)
    {
        LastResults[] results = [.. runs.Select(LastResults.Of).OfType<LastResults>()];
        return new RunGroup(runs[0].Run.Name, runs, SpreadOf([.. results.Select(result => result.Metrics)]), [.. Stages(runs)]);
    }

    private static IEnumerable<StageSpread> Stages(RunData[] runs)
    {
        foreach (StageResult first in runs[0].Stages.Where(stage => stage.Metrics.ContainsKey("pass@1")))
        {
            StageResult[] all = [.. runs.Select(run => run.Stages.FirstOrDefault(stage => stage.Name == first.Name)).OfType<StageResult>()];
            if (all.Length == runs.Length)
            {
                yield return new StageSpread(first.Name, first.Kind, Spread.Of([.. all.Select(stage => stage.Seconds)]), SpreadOf([.. all.Select(stage => stage.Metrics)]));
            }
        }
    }

    private static Dictionary<string, Spread> SpreadOf(IReadOnlyDictionary<string, double>[] all) => all.Length == 0 ? []
        : all[0].Keys.Where(name => all.All(metrics => metrics.ContainsKey(name))).ToDictionary(name => name, name => Spread.Of([.. all.Select(metrics => metrics[name])]));

    private static SettingDifference[] Differing(IReadOnlyList<Dictionary<string, string>> runs) =>
    [
        .. runs.SelectMany(run => run.Keys).Distinct()
            .Select(key => new SettingDifference(key, [.. runs.Select(run => run.GetValueOrDefault(key))]))
            .Where(difference => difference.Values.Distinct().Count() > 1),
    ];

    // A recipe that this version cannot read is compared as a text.
    private static IReadOnlyDictionary<string, string> Settings(RunRecord run)
    {
        try
        {
            return RecipeSettings.Of(RecipeReader.Parse(run.Recipe, run.Name, run.Overrides));
        }
        catch (RecipeException)
        {
            return new Dictionary<string, string> { ["recipe"] = string.Join('\n', run.Overrides.Prepend(run.Recipe)), [Seed] = $"{run.Seed}" };
        }
    }

    private static IEnumerable<KeyValuePair<string, string>> Prefixed(string prefix, IReadOnlyDictionary<string, string> facts) =>
        facts.Select(fact => KeyValuePair.Create($"{prefix}: {fact.Key}", fact.Value));
}
