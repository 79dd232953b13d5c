using System.Text.RegularExpressions;
using System.Xml.Linq;
using Aha.Reporting;
using Aha.Reporting.Figures;
using Aha.Reporting.Markup;
using Aha.Runs;

namespace Aha.Tests.Reporting;

public class ReportWriterTests
{
    private const string Hostile = "</div></script><script>alert(1)</script><img src=x onerror=alert(2)>\"'&lt; ]]> <!-- \u0000\u0007\u001b[31m \ud800 \u202e --><svg onload=alert(3)> {0} \ufffe";

    [Fact]
    public void ThePageIsWellFormedAndAsksForNothing()
    {
        using var folder = new TemporaryFolder();
        ReportWriter.Write(SyntheticRun.Create(), folder.File("report.html"));
        AssertSelfContained(File.ReadAllText(folder.File("report.html")));

        ReportWriter.WriteComparison([SyntheticRun.Create(1), SyntheticRun.Create(2), SyntheticRun.Create(3)], folder.File("comparison.html"));
        AssertSelfContained(File.ReadAllText(folder.File("comparison.html")));
    }

    [Fact]
    public void HostileTextEverywhereStaysText()
    {
        RunData hostile = HostileRun(Hostile);
        string html = ReportWriter.Report(hostile).ToString();
        AssertSelfContained(html);
        XDocument page = Parse(html);

        Assert.Equal(ElementNames(Parse(ReportWriter.Report(HostileRun("plain")).ToString())), ElementNames(page));
        Assert.DoesNotContain(page.Descendants().Attributes(), attribute => attribute.Name.LocalName.StartsWith("on", StringComparison.OrdinalIgnoreCase));
        Assert.Contains(page.Descendants("div"), div => div.Value.Contains("<script>alert(1)</script>", StringComparison.Ordinal));

        using var folder = new TemporaryFolder();
        ReportWriter.WriteComparison([hostile, hostile], folder.File("comparison.html"));
        Parse(File.ReadAllText(folder.File("comparison.html")));
        FigureWriter.Write(RunFigures.ReflectiveWords(hostile)!, folder.File("figure.svg"));
        XDocument.Load(folder.File("figure.svg"));
    }

    [Fact]
    public void APipelineHasItsTables()
    {
        RunData nano = SyntheticRun.Create();
        var funnel = new Funnel(100, [new FunnelStep("wrong", 30, 70), new FunnelStep("repeated", 5, 65)]);
        RunData run = nano with
        {
            Run = nano.Run with { Stages = [.. nano.Run.Stages, new("sampled", "sample", 0, SyntheticRun.Rl), new("r1", "sft", 0, "pretrain")] },
            Stages = [.. nano.Stages, new("sampled", "sample", 4, funnel.ToMetrics()), new("r1", "sft", 30, new Dictionary<string, double> { ["pass@1"] = 0.83, ["cons@16"] = 0.97, ["length"] = 71.5 })],
        };
        string html = ReportWriter.Report(run).ToString();
        AssertSelfContained(html);
        XElement[] tables = [.. Parse(html).Descendants("table")];
        static string[][] Rows(XElement table) => [.. table.Descendants("tr").Select(row => row.Elements().Select(cell => cell.Value).ToArray())];
        Assert.Equal(
            [["Stage", "Kind", "From", "pass@1", "cons@16", "length", "Time"], [SyntheticRun.Rl, "grpo", "", ".840", "", "92.0", "1 min 24 s"], ["r1", "sft", "pretrain", ".830", ".970", "71.5", "30 s"]],
            Rows(tables[0]));
        Assert.Equal(
            [["sampled", "Fell", "Left", "Share"], ["sampled", "", "100", "100.0 %"], ["wrong", "30", "70", "70.0 %"], ["repeated", "5", "65", "65.0 %"]],
            Rows(tables[1]));
        Assert.Contains(RunFigures.Accuracy(run)!.Lines, line => line.Label == "r1 .83");
    }

    [Fact]
    public void AnyTextEscapedIsTheSameTextAgain() => Gen.String.Sample(text =>
    {
        string back = XElement.Parse($"<t a=\"{Html.Escape(text)}\">{Html.Escape(text)}</t>", LoadOptions.PreserveWhitespace).Value;
        string expected = new([.. text.Select(c => c is '\n' or '\t' ? c : c < ' ' ? (char)(0x2400 + c) : c == 0x7f ? '\u2421' : c)]);
        Assert.Equal(Replaceable(expected), Replaceable(back));
    });

    [Fact]
    public void ATranscriptKeepsEveryCharacter() => Gen.String[Gen.OneOf([.. " 0123456789+-*/()=<>waithm\n".ToCharArray()]), 0, 200].Sample(text =>
        Assert.Equal(text, XElement.Parse($"<t>{Transcript.Render(text, ReflectiveWords.Nano)}</t>", LoadOptions.PreserveWhitespace).Value));

    [Fact]
    public void ATranscriptMarksWordsEquationsAndTags()
    {
        XElement shown = XElement.Parse($"<t>{Transcript.Render("<think> ( 9 - 2 ) * 3 = 21 high , wait , 9 * 2 = 18 yes </think> <answer> 9 * 2 </answer>", ReflectiveWords.Nano)}</t>");
        Assert.Equal(["wait"], shown.Elements("mark").Select(mark => mark.Value));
        Assert.Equal(["( 9 - 2 ) * 3 = 21", "9 * 2 = 18"], shown.Elements("span").Where(span => (string?)span.Attribute("class") == "eq").Select(span => span.Value));
        Assert.Equal(["<think>", "</think>", "<answer>", "</answer>"], shown.Elements("span").Where(span => (string?)span.Attribute("class") == "tag").Select(span => span.Value));
    }

    [Fact]
    public void ALongTranscriptIsCutAndSaysSo()
    {
        string shown = Transcript.Render(new string('7', 1_000_000), ReflectiveWords.Nano).ToString();
        Assert.InRange(shown.Length, 6000, 6200);
        Assert.Contains("994,000 more characters", shown);
    }

    [Fact]
    public void TheTitleTellsTheOutcome()
    {
        RunData run = SyntheticRun.Create();
        Assert.Matches(@"^pass@1 \.1\d → \.8\d on 323 unseen problems in 4 min 3 s$", Outcome.Sentence(run));
        Assert.StartsWith("reward ", Outcome.Sentence(run with { Evaluations = [] }));
        Assert.Equal("nano: 0 stages done", Outcome.Sentence(new RunData { Run = run.Run }));
        Assert.Contains("not finished: r1-zero is at step 100 of 100", ReportWriter.Report(run with { Stages = [.. run.Stages.SkipLast(1)] }).ToString());
    }

    [Fact]
    public void AnEmptyRunAndAnInfiniteOneHaveReports()
    {
        RunData run = SyntheticRun.Create();
        AssertSelfContained(ReportWriter.Report(new RunData { Run = run.Run }).ToString());
        foreach (double value in (double[])[double.NaN, double.PositiveInfinity, double.MaxValue, double.MinValue, 0, -1e-300])
        {
            AssertSelfContained(ReportWriter.Report(WithEveryNumber(run, value)).ToString());
        }
        Assert.Throws<ArgumentException>(() => ReportWriter.WriteComparison([], "unused"));
        Assert.Throws<RunFolderException>(() => ReportWriter.Write(run, "/proc/no/such/place.html"));
    }

    private static RunData HostileRun(string text)
    {
        RunData run = SyntheticRun.Create(steps: 20);
        SampleRecord Poisoned(SampleRecord sample) => sample with
        {
            Problem = text + sample.Problem, Prompt = text, Response = text, Verdict = text, Reason = text, FinishReason = text,
            Rewards = new Dictionary<string, double> { [text] = 1, ["b"] = 2 },
        };
        return run with
        {
            Run = run.Run with
            {
                Name = text, Command = text, Recipe = text, Versions = new Dictionary<string, string> { ["aha"] = text }, Machine = new Dictionary<string, string> { [text] = text },
                Published = [new PublishedLine(text, "pass@1", 0.5)], ReflectiveWords = [],
            },
            Samples = [.. run.Samples.Select(Poisoned)],
            Evaluations = [.. run.Evaluations.Select(e => e with { Benchmark = text, ReflectiveWords = new Dictionary<string, double> { [text] = 3 } })],
            Metrics = [.. run.Metrics.Select(m => m with { Values = new Dictionary<string, double>(m.Values) { [$"rewards/{text}/mean"] = 1, [$"time/{text}"] = 1 } })],
            Stages = [.. run.Stages.Select(stage => stage with { Kind = text, Metrics = new Dictionary<string, double> { [text] = 1 } })],
        };
    }

    private static RunData WithEveryNumber(RunData run, double value) => run with
    {
        Metrics = [.. run.Metrics.Select(m => m with { Seconds = value, Values = m.Values.ToDictionary(v => v.Key, _ => value) })],
        Evaluations = [.. run.Evaluations.Select(e => e with { Metrics = e.Metrics.ToDictionary(v => v.Key, _ => value), ReflectiveWords = e.ReflectiveWords.ToDictionary(v => v.Key, _ => value) })],
        Samples = [.. run.Samples.Select(sample => sample with { Reward = value })],
        Stages = [.. run.Stages.Select(stage => stage with { Seconds = value, Metrics = stage.Metrics.ToDictionary(v => v.Key, _ => value) })],
    };

    private static void AssertSelfContained(string html)
    {
        XDocument page = Parse(html);
        Assert.DoesNotContain("NaN", string.Concat(page.Descendants("path").Select(path => (string?)path.Attribute("d"))));
        Assert.DoesNotMatch(new Regex("https?:|url\\(|@import", RegexOptions.IgnoreCase), html);
        Assert.DoesNotContain(page.Descendants().Attributes(), attribute => attribute.Name.LocalName is "src" or "action" or "srcset");
        Assert.All(page.Descendants().Attributes("href"), href => Assert.StartsWith("data:,", href.Value));
        string[] ids = [.. page.Descendants().Attributes("id").Select(id => id.Value)];
        Assert.Equal(ids.Distinct(), ids);
    }

    private static XDocument Parse(string html) => XDocument.Parse(html, LoadOptions.PreserveWhitespace);

    private static string ElementNames(XDocument page) => string.Join(' ', page.Descendants().Select(element => element.Name.LocalName).Where(name => name is not ("mark" or "br" or "span")));

    // What no escape makes legal is U+FFFD, here on both sides.
    private static string Replaceable(string text) => new([.. text.Select(c => char.IsSurrogate(c) || c is (>= '\u0080' and <= '\u009f') or '\ufffe' or '\uffff' ? '\ufffd' : c)]);
}
