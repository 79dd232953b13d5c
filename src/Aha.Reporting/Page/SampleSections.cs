using Aha.Reporting.Figures;
using Aha.Reporting.Markup;
using Aha.Runs;

namespace Aha.Reporting.Page;

/// <summary>What the model wrote: the first aha transcripts, and samples of each kind from several steps.</summary>
internal static class SampleSections
{
    private const int AhaShown = 6;
    private const int StepsShown = 6;

    private static readonly (string Kind, string Title)[] Kinds =
        [("best", "Best rewarded"), ("random", "Random"), ("newly_solved", "Newly solved")];

    public static Html Aha(RunView view)
    {
        SampleRecord[] samples = [.. view.Data.Samples.Where(sample => sample.Kind == "aha").DistinctBy(sample => sample.Problem).Take(AhaShown)];
        return samples.Length == 0 ? Html.Empty : Html.Of($"""
            <h2 id="aha">The first aha moments</h2>
            <p class="lead">A failed attempt, a reflective word, then an answer that verifies: the earliest in training. Every reflective word begins a line here; nothing else is changed.</p>
            <div class="samples aha">{samples.Select(sample => Card(sample, view.Words))}</div>

            """);
    }

    public static Html Tabs(RunView view)
    {
        var kinds = Kinds.Select(kind => (kind.Kind, kind.Title, Samples: Pick(view.Data.Samples, kind.Kind))).Where(kind => kind.Samples.Length > 0).ToArray();
        return kinds.Length == 0 ? Html.Empty : Html.Of($"""
            <h2 id="samples">Samples along the way</h2>
            <p class="lead">The best-rewarded show what the reward really pays for, the random ones what is typical.</p>
            <div class="tabs">
            {kinds.Select((kind, i) => Html.Of($"<input type=\"radio\" name=\"samples\" id=\"tab-{kind.Kind}\"{(i == 0 ? Html.Trusted(" checked=\"checked\"") : Html.Empty)}/>"))}
            <div class="tablist">{kinds.Select(kind => Html.Of($"<label for=\"tab-{kind.Kind}\">{kind.Title}</label>"))}</div>
            <div class="panels">
            {kinds.Select(kind => Html.Of($"<div class=\"panel samples {kind.Kind}\">{kind.Samples.Select(sample => Card(sample, view.Words))}</div>\n"))}
            </div></div>

            """);
    }

    /// <summary>One sample each of up to <see cref="StepsShown"/> steps, first and last included, the others evenly between.</summary>
    internal static SampleRecord[] Pick(IReadOnlyList<SampleRecord> samples, string kind)
    {
        SampleRecord[] steps = [.. samples.Where(sample => sample.Kind == kind).DistinctBy(sample => (sample.Stage, sample.Step))];
        return steps.Length <= StepsShown
            ? steps
            : [.. Enumerable.Range(0, StepsShown).Select(i => steps[(int)Math.Round(i * (steps.Length - 1.0) / (StepsShown - 1))])];
    }

    internal static Html Card(SampleRecord sample, ReflectiveWords words)
    {
        (string sign, string tone) = sample.Verdict.ToUpperInvariant() switch
        {
            "CORRECT" => ("✓ ", "good"),
            "WRONG" => ("✗ ", "bad"),
            _ => ("", "plain"),
        };
        IEnumerable<Html> parts = sample.Rewards.Count < 2 ? [] : [Html.Of($" ({string.Join(", ", sample.Rewards.Select(part => $"{part.Key} {Numbers.Plain(part.Value)}"))})")];
        return Html.Of($"""
            <article class="sample">
            <p class="facts"><span class="{tone}">{sign}{sample.Verdict}</span><span>{sample.Stage}, step {Numbers.Count(sample.Step)}</span><span>reward {Numbers.Plain(sample.Reward)}{parts}</span><span>{Numbers.Count(sample.Tokens)} tokens{(sample.FinishReason == "length" ? ", cut short" : "")}</span></p>
            <p class="prompt" dir="auto">{Shortened(sample.Prompt)}</p>
            <div class="transcript" dir="auto" tabindex="0">{Transcript.Render(sample.Response, words)}</div>
            {(string.IsNullOrEmpty(sample.Reason) ? Html.Empty : Html.Of($"<p class=\"prompt\" dir=\"auto\">{Shortened(sample.Reason)}</p>"))}
            </article>

            """);
    }

    private static string Shortened(string text) => text.Length <= 600 ? text : text[..300] + " … " + text[^300..];
}
