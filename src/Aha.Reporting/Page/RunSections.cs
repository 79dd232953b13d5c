using Aha.Reporting.Figures;
using Aha.Reporting.Markup;
using Aha.Runs;

namespace Aha.Reporting.Page;

/// <summary>The parts of the report that are numbers and text: key figures, stages, evaluations, how to repeat the run.</summary>
internal static class RunSections
{
    public static Html KeyFigures(RunView view)
    {
        var cards = new List<Html>();
        void Change(string name, string label, Func<double, string> format)
        {
            if (view.Last?.Metrics.TryGetValue(name, out double after) != true)
            {
                return;
            }
            bool moved = !ReferenceEquals(view.Base, view.Last) && view.Base!.Metrics.ContainsKey(name);
            string before = moved ? $"{format(view.Base!.Metrics[name])} → " : "";
            cards.Add(Card(before, format(after), label));
        }
        Change("pass@1", "pass@1, unseen problems", Numbers.Share);
        if (view.Consensus is { } consensus)
        {
            Change(consensus, $"{consensus}, majority vote", Numbers.Share);
        }
        Change("format", "answers in the right form", Numbers.Share);
        Change("length", "mean response length, tokens", value => value.ToString("F0", System.Globalization.CultureInfo.InvariantCulture));
        Change("reflection", "responses that reflect", Numbers.Share);
        if (view.Seconds > 0)
        {
            cards.Add(Card("", Numbers.Duration(view.Seconds), "the whole run"));
        }
        double[] speeds = [.. view.TrainingMetric("rollout_tokens_per_second").Select(point => point.Y).Where(double.IsFinite).Order()];
        if (speeds.Length > 0)
        {
            cards.Add(Card("", Numbers.Short(speeds[speeds.Length / 2]), "tokens/s in rollouts, median"));
        }
        return cards.Count == 0 ? Html.Empty : Html.Of($"<ul class=\"cards\">{cards}</ul>\n");
    }

    public static Html Stages(RunData run)
    {
        if (run.Stages.Count == 0)
        {
            return Html.Empty;
        }
        double longest = Math.Max(1e-9, run.Stages.Select(stage => stage.Seconds).Where(double.IsFinite).DefaultIfEmpty().Max());
        return Html.Of($"""
            <h2 id="stages">Stages</h2>
            <div class="scroll"><table><thead><tr><th>Stage</th><th>Time</th><th>Came to</th></tr></thead><tbody>
            {run.Stages.Select(stage => Html.Of($"<tr><th>{stage.Name}<br/><span class=\"kind\">{(stage.Kind == stage.Name ? "" : stage.Kind)}</span></th><td>{Numbers.Duration(stage.Seconds)}{Bar(stage.Seconds / longest)}</td><td>{Chips(stage.Metrics)}</td></tr>\n"))}
            </tbody></table></div>

            """);
    }

    public static Html Evaluations(RunData run)
    {
        if (run.Evaluations.Count == 0)
        {
            return Html.Empty;
        }
        string[] wanted = ["pass@1", .. run.Evaluations.SelectMany(e => e.Metrics.Keys).Where(IsVote).Distinct().Order(StringComparer.Ordinal), "format", "length", "reflection", "truncated", "unscorable"];
        string[] columns = [.. wanted.Where(name => run.Evaluations.Any(e => e.Metrics.ContainsKey(name)))];
        return Html.Of($"""
            <details><summary>All {Numbers.Count(run.Evaluations.Count)} evaluations as numbers</summary>
            <div class="scroll"><table><thead><tr><th>Stage</th><th class="n">Step</th><th>Benchmark</th><th class="n">Problems × samples</th>{columns.Select(name => Html.Of($"<th class=\"n\">{name}</th>"))}</tr></thead><tbody>
            {run.Evaluations.Select(e => Html.Of($"<tr><td>{e.Stage}</td><td class=\"n\">{Numbers.Count(e.Step)}</td><td>{e.Benchmark}</td><td class=\"n\">{Numbers.Count(e.Problems)} × {Numbers.Count(e.Samples)}</td>{columns.Select(name => Html.Of($"<td class=\"n\">{Cell(e, name)}</td>"))}</tr>\n"))}
            </tbody></table></div></details>

            """);
    }

    public static Html Repeat(RunData run) => Html.Of($"""
        <h2 id="repeat">Repeat this run</h2>
        <pre>{run.Run.Command}</pre>
        {(run.Run.Recipe.Length == 0 ? Html.Empty : Html.Of($"<details open=\"open\"><summary>The recipe</summary><pre>{run.Run.Recipe}</pre></details>"))}
        <dl><dt>seed</dt><dd>{run.Run.Seed}</dd>{run.Run.Versions.Concat(run.Run.Machine).Select(part => Html.Of($"<dt>{part.Key}</dt><dd>{part.Value}</dd>"))}</dl>

        """);

    private static Html Card(string before, string after, string label) =>
        Html.Of($"<li><b>{(before.Length > 0 ? Html.Of($"<small>{before}</small>") : Html.Empty)}{after}</b><span>{label}</span></li>");

    private static Html Bar(double share) =>
        Html.Of($"<span class=\"share\"><span style=\"width:{Numbers.Exact(Math.Round(100 * (double.IsFinite(share) ? Math.Clamp(share, 0, 1) : 0), 1))}%\"></span></span>");

    /// <summary>A stage's metrics, each with its value before the stage where there is one.</summary>
    private static Html Chips(IReadOnlyDictionary<string, double> metrics)
    {
        const string Before = "before/";
        IEnumerable<Html> chips = metrics
            .Where(metric => !metric.Key.StartsWith(Before, StringComparison.Ordinal) && !metric.Key.EndsWith("_se", StringComparison.Ordinal) && !Funnel.IsPart(metric.Key))
            .Select(metric => metrics.TryGetValue(Before + metric.Key, out double before)
                ? Html.Of($"<span><i>{metric.Key}</i> {Numbers.Metric(metric.Key, before)} → {Numbers.Metric(metric.Key, metric.Value)}</span>")
                : Html.Of($"<span><i>{metric.Key}</i> {Numbers.Metric(metric.Key, metric.Value)}</span>"));
        return Html.Of($"<div class=\"chips\">{chips}</div>");
    }

    private static bool IsVote(string name) =>
        name != "pass@1" && !name.EndsWith("_se", StringComparison.Ordinal)
        && (name.StartsWith("cons@", StringComparison.Ordinal) || name.StartsWith("pass@", StringComparison.Ordinal));

    private static string Cell(EvaluationRecord evaluation, string name)
    {
        if (!evaluation.Metrics.TryGetValue(name, out double value))
        {
            return "";
        }
        string error = evaluation.Metrics.TryGetValue(name + "_se", out double se) ? $" ± {Numbers.Share(se)}" : "";
        return (Numbers.IsShare(name) ? Numbers.Unzeroed(value.ToString("F3", System.Globalization.CultureInfo.InvariantCulture)) : Numbers.Plain(value)) + error;
    }
}
