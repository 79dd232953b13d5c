using System.Globalization;
using Aha.Reporting.Charts;
using Aha.Reporting.Figures;
using Aha.Reporting.Markup;
using Aha.Reporting.Page;
using Aha.Runs;

namespace Aha.Reporting;

/// <summary>
/// Writes what people look at after a run: one HTML file that needs nothing else, neither network nor script, in light and dark, from
/// a telephone's width up.
/// </summary>
public static class ReportWriter
{
    /// <summary>Writes the report of one run. What it has no records of, it leaves out.</summary>
    /// <exception cref="RunFolderException">The file cannot be written.</exception>
    public static void Write(RunData run, string path) => Save(path, Report(run));

    /// <summary>Writes several runs, usually seeds of one recipe, into one set of figures: each run thin, their mean bold, their range shaded.</summary>
    /// <exception cref="RunFolderException">The file cannot be written.</exception>
    /// <exception cref="ArgumentException">No runs.</exception>
    public static void WriteComparison(IReadOnlyList<RunData> runs, string path) => Save(path, ComparisonPage.Render(runs));

    internal static Html Report(RunData run)
    {
        var view = new RunView(run);
        string outcome = Outcome.Sentence(view);
        Html body = Html.Concat(
        [
            Header(run, outcome),
            RunSections.KeyFigures(view),
            MainFigures(view),
            PipelineSections.StageTable(run),
            PipelineSections.Distillations(run),
            PipelineSections.Funnels(run),
            SideBySide.Render(view),
            SampleSections.Aha(view),
            TrainingFigures(view),
            SampleSections.Tabs(view),
            RunSections.Stages(run),
            RunSections.Evaluations(run),
            RunSections.Repeat(run),
            Html.Of($"<footer>Written by Aha{(run.Run.Versions.TryGetValue("aha", out string? version) ? " " + version : "")} from the run's records.</footer>\n"),
        ]);
        return Shell.Wrap($"{run.Run.Name}: {outcome}", body);
    }

    internal static void Save(string path, Html page)
    {
        try
        {
            // A full disk leaves the report of before.
            File.WriteAllText(path + ".new", page.ToString());
            File.Move(path + ".new", path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RunFolderException($"cannot write {path}: {e.Message}", e);
        }
    }

    private static Html Header(RunData run, string outcome)
    {
        string? unfinished = Outcome.Unfinished(run);
        return Html.Of($"""
            <header>
            <p class="eyebrow">Aha run report</p>
            <h1>{outcome}</h1>
            <p class="sub">{run.Run.Name}, seed {run.Run.Seed}, started {run.Run.Started.UtcDateTime.ToString("d MMMM yyyy, HH:mm", CultureInfo.InvariantCulture)} UTC{(unfinished is null ? Html.Empty : Html.Of($". <span class=\"warn\">{unfinished}</span>"))}</p>
            </header>

            """);
    }

    private static Html MainFigures(RunView view)
    {
        Html accuracy = RunFigures.Accuracy(view) is { } chart ? FigureSection.Render(chart, ChartSize.Hero, "the paper's Figure 2") : Html.Empty;
        Html others = Pairs([(RunFigures.ResponseLength(view), "the paper's Figure 3"), (RunFigures.ReflectiveWords(view), ""), (RunFigures.LanguageConsistency(view), "")]);
        return accuracy.IsEmpty && others.IsEmpty ? Html.Empty : Html.Of($"<div class=\"figures\">\n{accuracy}{others}</div>\n");
    }

    private static Html TrainingFigures(RunView view)
    {
        Html figures = Pairs([.. ((Chart?[])[RunFigures.Rewards(view), RunFigures.Timings(view), .. RunFigures.Health(view), RunFigures.OtherBenchmarks(view), .. RunFigures.Losses(view.Data)]).Select(chart => (chart, ""))]);
        return figures.IsEmpty ? Html.Empty : Html.Of($"""
            <h2>Inside training</h2>
            <p class="lead">Thin lines are the measured values, bold ones their moving average.</p>
            <div class="figures">
            {figures}</div>

            """);
    }

    /// <summary>Two figures a row; one that is left over has its row to itself.</summary>
    internal static Html Pairs(IReadOnlyList<(Chart? Chart, string PaperFigure)> figures)
    {
        var present = figures.Where(figure => figure.Chart is not null).ToArray();
        return Html.Concat(present.Select((figure, i) =>
            FigureSection.Render(figure.Chart!, i % 2 == 0 && i == present.Length - 1 ? ChartSize.Row : ChartSize.Half, figure.PaperFigure)));
    }
}
