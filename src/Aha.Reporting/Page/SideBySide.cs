using Aha.Reporting.Figures;
using Aha.Reporting.Markup;
using Aha.Runs;

namespace Aha.Reporting.Page;

/// <summary>What the first and the last model that reinforcement learning made of one base answer to the same problem: R1-Zero and R1.</summary>
internal static class SideBySide
{
    private const int ProblemsShown = 3;
    private const string Consistency = "language_consistency";

    /// <summary>Nothing where fewer than two such models are finished, or the evaluations' samples are not there.</summary>
    public static Html Render(RunView view)
    {
        if (!RunReader.IsRun(view.Data.Folder) || Pair(view.Data) is not { } pair)
        {
            return Html.Empty;
        }

        Dictionary<string, SampleRecord> after = RunReader.LastAnswers(view.Data.Folder, pair.Last).DistinctBy(sample => sample.Problem).ToDictionary(sample => sample.Problem);
        (SampleRecord First, SampleRecord Last)[] both =
            [.. RunReader.LastAnswers(view.Data.Folder, pair.First).DistinctBy(sample => sample.Problem).Where(sample => after.ContainsKey(sample.Problem)).Select(sample => (sample, after[sample.Problem]))];
        (SampleRecord First, SampleRecord Last)[] shown = Choose(both);
        return shown.Length == 0 ? Html.Empty : Html.Of($"""
            <h2 id="side-by-side">{pair.First} and {pair.Last} on the same problem</h2>
            <p class="lead">The first of each model's answers to held-out problems. {(Mixes(both) ? "Problems where " + pair.First + " mixes languages come first." : "The first problems of the test split.")}</p>
            <div class="samples">{shown.SelectMany(answers => (Html[])[SampleSections.Card(answers.First, view.Words), SampleSections.Card(answers.Last, view.Words)])}</div>

            """);
    }

    private static (string First, string Last)? Pair(RunData run)
    {
        var lineage = new StageLineage(run.Run);
        HashSet<string> done = [.. run.Stages.Select(stage => stage.Name)];
        string[] trained = [.. run.Run.Stages.Where(stage => stage.Kind == "grpo" && done.Contains(stage.Name)).Select(stage => stage.Name)];
        return trained.Length > 0 && trained.LastOrDefault(stage => lineage.RootOf(stage) == lineage.RootOf(trained[0])) is { } last && last != trained[0] ? (trained[0], last) : null;
    }

    private static bool Mixes((SampleRecord First, SampleRecord Last)[] answers) => answers.Any(pair => IsMixed(pair.First));

    private static bool IsMixed(SampleRecord sample) => sample.Rewards.TryGetValue(Consistency, out double share) && share < 1;

    // Two problems with a right answer, and one without where there are such prompts.
    private static (SampleRecord First, SampleRecord Last)[] Choose((SampleRecord First, SampleRecord Last)[] both)
    {
        (SampleRecord First, SampleRecord Last)[] open = [.. both.Where(pair => pair.First.Problem.StartsWith("general/", StringComparison.Ordinal)).Take(1)];
        return [.. both.Except(open).Where(pair => !pair.First.Problem.StartsWith("general/", StringComparison.Ordinal)).OrderByDescending(pair => IsMixed(pair.First)).Take(ProblemsShown - open.Length), .. open];
    }
}
