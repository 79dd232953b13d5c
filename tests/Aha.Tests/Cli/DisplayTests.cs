using System.Text.Json;
using System.Text.RegularExpressions;
using Aha.Cli.Terminal;
using Aha.Runs;
using Aha.Tests.Reporting;
using Spectre.Console;
using LiveDisplay = Aha.Cli.Terminal.LiveDisplay;

namespace Aha.Tests.Cli;

public class DisplayTests
{
    private static readonly RunData Run = SyntheticRun.Create();

    [Fact]
    public void PlainLinesComeAtMostEveryTenSecondsAndTellTheTimeLeft()
    {
        var (time, output) = (new ManualTime(), new StringWriter());
        using var display = new PlainDisplay(output, time);
        Play(display, time);
        string[] lines = output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);

        string[] steps = [.. lines.Where(line => line.Contains("step ", StringComparison.Ordinal) && line.Contains(" left", StringComparison.Ordinal))];
        // 100 steps of 2 s: a line each 10 s.
        Assert.Equal(20, steps.Length);
        Assert.Contains("r1-zero: step 50/100, 1 min 40 s left, reward ", steps[9]);
        Assert.Equal(Run.Evaluations.Count, lines.Count(line => line.Contains("pass@1", StringComparison.Ordinal)));
        Assert.DoesNotContain(lines, line => line.Contains('\u001b'));
        Assert.Equal("report: report.html", lines[^1]);
    }

    [Fact]
    public void JsonIsOneObjectALineWithTheSummaryLast()
    {
        var output = new StringWriter();
        using var display = new JsonDisplay(output);
        Play(display, new ManualTime());
        display.StepCompleted(new MetricRecord("a", "grpo", 1, double.NaN, new Dictionary<string, double> { ["kl"] = double.PositiveInfinity }), []);
        display.Notice("line\nbreak \"quoted\" \u0001");
        display.Finish(new RunSummary("runs/nano", 243.2, Run.Stages), "report.html");
        string[] lines = output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);

        string[] names = [.. lines.Select(line => JsonDocument.Parse(line).RootElement.EnumerateObject().Single().Name)];
        Assert.Equal(Run.Evaluations.Count, names.Count(name => name == "evaluation"));
        Assert.Equal("summary", names[^1]);
        JsonElement summary = JsonDocument.Parse(lines[^1]).RootElement.GetProperty("summary");
        Assert.Equal(("runs/nano", 243.2), (summary.GetProperty("run").GetString(), summary.GetProperty("seconds").GetDouble()));
        JsonElement rl = summary.GetProperty("stages")[2];
        Assert.Equal((SyntheticRun.Rl, "grpo", 84.0, 0.84, 0.14), (rl.GetProperty("name").GetString(), rl.GetProperty("kind").GetString(), rl.GetProperty("seconds").GetDouble(),
            rl.GetProperty("metrics").GetProperty("pass@1").GetDouble(), rl.GetProperty("metrics").GetProperty("before/pass@1").GetDouble()));
        Assert.Equal("line\nbreak \"quoted\" \u0001", JsonDocument.Parse(lines[^2]).RootElement.GetProperty("notice").GetString());
    }

    [Theory]
    [InlineData(120, 40, true)]
    [InlineData(60, 24, true)]
    [InlineData(30, 10, false)]
    [InlineData(12, 3, false)]
    public void TheLiveScreenEndsWithTheStateOfTheRunAndNothingTwice(int width, int height, bool roomForAll)
    {
        var (time, screen) = (new ManualTime(), new Screen(width));
        using (var display = new LiveDisplay(Console(screen, width, height, ColorSystemSupport.EightBit), time))
        {
            Play(display, time, finishLast: false);
            display.StepCompleted(Run.Metrics[^1], [SyntheticRun.Sample(100, "aha", 0)]);
        }
        string shown = screen.Text;
        Assert.All(shown.Split('\n'), line => Assert.True(line.Length <= width, line));
        if (roomForAll)
        {
            Assert.Single(Regex.Matches(shown, "step 100/100"));
            Assert.Single(Regex.Matches(shown, "● r1-zero"));
            Assert.Contains("reward", shown);
            Assert.Contains("✓ pretrain 2 min 36 s", Regex.Replace(shown, @"\s+", " "));
        }
    }

    [Fact]
    public void TheTimeLeftCountsDownWhileAStepLasts()
    {
        var (time, screen) = (new ManualTime(), new Screen(100));
        using var display = new LiveDisplay(Console(screen, 100, 30, ColorSystemSupport.NoColors), time);
        display.RunStarted(Run.Run);
        display.StageStarted(Run.Run.Stages[2], 0);
        time.Advance(TimeSpan.FromSeconds(2));
        display.StepCompleted(Run.Metrics[^1] with { Step = 1 }, []);
        // 99 steps of 2 s are left; each second the screen shows one less.
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Contains("3 min 17 s left", screen.Text);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Contains("3 min 16 s left", screen.Text);
        Assert.DoesNotContain("17 s left", screen.Text);
    }

    [Fact]
    public void AResumedStageCountsItsPaceFromWhereItWent()
    {
        var (time, output) = (new ManualTime(), new StringWriter());
        using var display = new PlainDisplay(output, time, TimeSpan.Zero);
        display.StageStarted(new StageRecord("rl", "grpo", 100), resumedAt: 90);
        time.Advance(TimeSpan.FromSeconds(3));
        display.StepCompleted(Run.Metrics[^1] with { Step = 91 }, []);
        Assert.Contains("resumed at step 90", output.ToString());
        Assert.Contains("step 91/100, 27 s left", output.ToString());
    }

    [Fact]
    public void WithoutColourNothingIsColouredAndTextCannotSteerTheTerminal()
    {
        var (time, writer) = (new ManualTime(), new StringWriter());
        using (var display = new LiveDisplay(Console(writer, 100, 40, ColorSystemSupport.NoColors), time))
        {
            Play(display, time, finishLast: false);
            display.Notice("evil \u001b[2J\u0007 notice");
            time.Advance(TimeSpan.FromMinutes(1));
            display.StepCompleted(Run.Metrics[^1], [SyntheticRun.Sample(1, "best", 0) with { Response = "wait \u001b]0;title\u0007 [red]markup[/] \u009b31m" }]);
        }
        string written = writer.ToString();
        Assert.Contains("evil", written);
        Assert.Contains("[red]markup[/]", written);
        // Up, erase to the end of line or screen, bold and dim: no colour, no other command.
        Assert.All(Regex.Matches(written, @"\u001b(.{1,12})").Select(match => match.Groups[1].Value), code => Assert.Matches(@"^\[(\d+A|K|J|0m|1m|2m|1;2m)", code));
        Assert.DoesNotContain('\u0007', written);
        Assert.DoesNotContain('\u009b', written);
    }

    [Fact]
    public void ReflectiveWordsAreHighlighted()
    {
        var (time, writer) = (new ManualTime(), new StringWriter());
        using (var display = new LiveDisplay(Console(writer, 100, 40, ColorSystemSupport.EightBit), time))
        {
            display.RunStarted(Run.Run);
            display.StepCompleted(Run.Metrics[0], [SyntheticRun.Sample(1, "aha", 0)]);
        }
        Assert.Matches(@"low , \u001b\[1;[\d;]+mwait\u001b\[0m ,", writer.ToString());
    }

    [Fact]
    public void ASparklineHasTheShapeOfItsNumbers() => Gen.Double[-1e6, 1e6].Array[1, 100].Sample(values =>
    {
        string line = Sparkline.Of(values, 100);
        Assert.Equal(values.Length, line.Length);
        if (values.Min() < values.Max())
        {
            Assert.Equal(('▁', '█'), (line[Array.IndexOf(values, values.Min())], line[Array.IndexOf(values, values.Max())]));
        }
        Assert.True(Sparkline.Of(values, 8).Length <= 8);
    });

    private static void Play(IRunDisplay display, ManualTime time, bool finishLast = true)
    {
        display.RunStarted(Run.Run);
        for (int i = 0; i < 2; i++)
        {
            display.StageStarted(Run.Run.Stages[i], 0);
            display.Progress("documents", 10, 100);
            display.StageFinished(Run.Stages[i]);
        }
        display.StageStarted(Run.Run.Stages[2], 0);
        display.Evaluated(Run.Evaluations[0], []);
        foreach (MetricRecord metric in Run.Metrics.Where(metric => metric.Stage == SyntheticRun.Rl))
        {
            time.Advance(TimeSpan.FromSeconds(2));
            display.StepCompleted(metric, [.. Run.Samples.Where(sample => sample.Step == metric.Step)]);
            foreach (EvaluationRecord evaluation in Run.Evaluations.Where(evaluation => evaluation.Step == metric.Step))
            {
                display.Evaluated(evaluation, []);
            }
        }
        if (finishLast)
        {
            display.StageFinished(Run.Stages[2]);
            display.Finish(new RunSummary("runs/nano", 243.2, Run.Stages), "report.html");
        }
    }

    private static IAnsiConsole Console(TextWriter writer, int width, int height, ColorSystemSupport colours)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.Yes, ColorSystem = colours, Out = new AnsiConsoleOutput(writer) });
        (console.Profile.Width, console.Profile.Height, console.Profile.Capabilities.Unicode) = (width, height, true);
        return console;
    }
}
