using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Aha.Reporting;
using Aha.Reporting.Charts;
using Aha.Reporting.Figures;
using Aha.Runs;

namespace Aha.Tests.Reporting;

public class ChartTests
{
    private static readonly RunData Run = SyntheticRun.Create();
    private static readonly XDocument Page = XDocument.Parse(ReportWriter.Report(Run).ToString());

    private static readonly Dictionary<string, string> TrainingMetrics = new()
    {
        ["rewards/total"] = "reward", ["rewards/accuracy"] = "rewards/accuracy/mean", ["rewards/format"] = "rewards/format/mean",
        ["length/training"] = "completions/mean_length", ["groups/zero-variance groups"] = "frac_reward_zero_std",
        ["groups/truncated completions"] = "completions/clipped_ratio", ["entropy/entropy"] = "entropy", ["kl/kl"] = "kl",
        ["clip/low mean"] = "clip_ratio/low_mean", ["clip/high mean"] = "clip_ratio/high_mean", ["gradient/gradient norm"] = "grad_norm",
        ["throughput/rollout"] = "rollout_tokens_per_second", ["timings/rollout"] = "time/rollout", ["timings/reward"] = "time/reward",
        ["timings/update"] = "time/update", ["timings/evaluation"] = "time/evaluation", ["timings/other"] = "time/other",
    };

    private static readonly Dictionary<string, string> EvaluationMetrics = new()
    {
        ["accuracy/pass@1"] = "pass@1", ["accuracy/cons@16"] = "cons@16", ["length/held-out"] = "length",
    };

    [Fact]
    public void ThePointsOfEveryFigureAreTheRecords()
    {
        var seen = new HashSet<string>();
        foreach (XElement figure in Page.Descendants("figure"))
        {
            string id = (string)figure.Attribute("data-chart")!;
            using JsonDocument data = JsonDocument.Parse(figure.Element("script")!.Value);
            double[] xs = [.. data.RootElement.GetProperty("x").EnumerateArray().Select(x => x.GetDouble())];
            foreach (JsonElement series in data.RootElement.GetProperty("series").EnumerateArray())
            {
                string name = $"{id}/{series.GetProperty("label").GetString()}";
                var points = xs.Zip(series.GetProperty("y").EnumerateArray()).Where(p => p.Second.ValueKind != JsonValueKind.Null).Select(p => (p.First, p.Second.GetDouble()));
                Assert.Equal(Expected(name), points);
                Assert.True(seen.Add(name), name);
            }
        }
        Assert.Equal(TrainingMetrics.Keys.Concat(EvaluationMetrics.Keys).Concat(["reflective-words/wait", "reflective-words/hmm", "loss-0/loss"]).Order(), seen.Order());
    }

    [Fact]
    public void EveryDrawnLineReadsBackAsItsPoints()
    {
        foreach (Chart chart in (Chart[])[RunFigures.Accuracy(Run)!, RunFigures.ResponseLength(Run)!, RunFigures.ReflectiveWords(Run)!, RunFigures.Rewards(Run)!])
        {
            foreach (ChartSize size in (ChartSize[])[ChartSize.Hero, ChartSize.Half, ChartSize.Phone])
            {
                XElement svg = XElement.Parse(ChartRenderer.Svg(chart, size, "x").ToString());
                XElement[] lines = [.. svg.Elements("path").Where(path => Class(path).StartsWith("line ", StringComparison.Ordinal) && !Class(path).EndsWith("smooth", StringComparison.Ordinal))];
                Assert.Equal(chart.Series.Count, lines.Length);
                foreach ((ChartSeries series, XElement line) in chart.Series.Zip(lines))
                {
                    AssertDrawn(series.Points, ReadBack(svg, (string)line.Attribute("d")!), svg);
                }
            }
        }
    }

    [Fact]
    public void BarsHaveTheHeightsOfTheirPhasesAndStackWithoutGaps()
    {
        Chart chart = RunFigures.Timings(Run)!;
        XElement svg = XElement.Parse(ChartRenderer.Svg(chart, ChartSize.Half, "x").ToString());
        double[] y = Numbers((string)svg.Attribute("data-y")!);
        double Value(double pixel) => y[2] + ((pixel - y[0]) / (y[1] - y[0]) * (y[3] - y[2]));
        XElement[] layers = [.. svg.Elements("path").Where(path => Class(path).StartsWith("bar ", StringComparison.Ordinal))];
        Assert.Equal(chart.Series.Count, layers.Length);
        double precision = 0.011 * Math.Abs((y[3] - y[2]) / (y[1] - y[0]));
        foreach ((ChartSeries series, XElement layer) in chart.Series.Zip(layers))
        {
            double[] heights = [.. Regex.Matches((string)layer.Attribute("d")!, @"M\S+ (\S+?)V([^h]+)h").Select(bar => Value(Number(bar.Groups[2].Value)) - Value(Number(bar.Groups[1].Value)))];
            double[] expected = [.. series.Points.Select(point => point.Y).Where(value => value > 0)];
            Assert.Equal(expected.Length, heights.Length);
            Assert.All(expected.Zip(heights), pair => Assert.Equal(pair.First, pair.Second, 2 * precision));
        }
    }

    [Fact]
    public void OfRolloutsSampledBesideAnUpdateAStepHasWhatItWaited()
    {
        RunData overlapped = Run with { Metrics = [.. Run.Metrics.Select(m => m.Kind == "grpo" && m.Step > 40 ? m with { Values = new Dictionary<string, double>(m.Values) { ["time/wait"] = 0.1 } } : m)] };
        Chart chart = RunFigures.Timings(overlapped)!;
        Assert.Equal(40, chart.Series.Single(series => series.Label == "rollout").Points.Max(point => point.X), 2.0);
        Assert.Equal(0.1, chart.Series.Single(series => series.Label == "wait").Points[^1].Y, 1e-9);
    }

    [Fact]
    public void AMissingMetricLeavesItsFigureOut()
    {
        RunData without = Run with { Metrics = [.. Run.Metrics.Select(m => m with { Values = m.Values.Where(v => v.Key != "kl" && !v.Key.StartsWith("time/", StringComparison.Ordinal)).ToDictionary() })] };
        string[] ids = [.. XDocument.Parse(ReportWriter.Report(without).ToString()).Descendants("figure").Select(figure => (string)figure.Attribute("data-chart")!)];
        Assert.DoesNotContain("kl", ids);
        Assert.DoesNotContain("timings", ids);
        Assert.Contains("entropy", ids);
        Assert.Null(RunFigures.Accuracy(new RunData { Run = Run.Run }));
    }

    [Fact]
    public void ANonFiniteValueIsAGap()
    {
        var chart = new Chart { Id = "gap", Title = "gap", Series = [new ChartSeries("s", [new(1, 1), new(2, 2), new(3, double.NaN), new(4, 4), new(5, double.PositiveInfinity)])] };
        string path = (string)XElement.Parse(ChartRenderer.Svg(chart, ChartSize.Half, "x").ToString()).Elements("path").Single(p => Class(p).StartsWith("line", StringComparison.Ordinal)).Attribute("d")!;
        Assert.Equal((2, 1), (path.Count(c => c == 'M'), path.Count(c => c == 'L')));
    }

    [Fact]
    public void StagesOfRlAreLaidEndToEnd()
    {
        RunData second = Run with
        {
            Run = Run.Run with { Stages = [.. Run.Run.Stages, new("all", "grpo", 10)] },
            Metrics = [.. Run.Metrics, new MetricRecord("all", "grpo", 10, 1, new Dictionary<string, double> { ["reward"] = 7 })],
            Evaluations = [.. Run.Evaluations, Run.Evaluations[^1] with { Stage = "all", Step = 10 }],
        };
        Chart rewards = RunFigures.Rewards(second)!;
        Assert.Equal(new ChartPoint(110, 7), rewards.Series[0].Points[^1]);
        Assert.Equal([("r1-zero", 0), ("all", 100)], rewards.Marks.Select(mark => (mark.Label, (int)mark.X)));
        // A stage may have begun from another model: each has a line of its own.
        Chart accuracy = RunFigures.Accuracy(second)!;
        Assert.Equal(["r1-zero, pass@1", "all, pass@1", "r1-zero, cons@16", "all, cons@16"], accuracy.Series.Select(series => series.Label));
        Assert.Equal([100, 110, 100, 110], accuracy.Series.Select(series => (int)series.Points[^1].X));
    }

    [Fact]
    public void SeveralRunsShowTheirMeanAndRange()
    {
        RunData[] runs = [SyntheticRun.Create(1), SyntheticRun.Create(2), SyntheticRun.Create(3)];
        Chart chart = ComparisonFigures.Accuracy(runs)!;
        ChartSeries mean = chart.Series[0];
        for (int i = 0; i < mean.Points.Count; i++)
        {
            double[] values = [.. runs.Select(run => run.Evaluations[i].Metrics["pass@1"])];
            Assert.Equal(runs[0].Evaluations[i].Step, mean.Points[i].X);
            Assert.Equal(values.Average(), mean.Points[i].Y, 1e-12);
            Assert.Equal((values.Min(), values.Max()), (mean.Band[i].Low, mean.Band[i].High));
        }
        Assert.Equal(2 * (1 + runs.Length), chart.Series.Count);
    }

    [Fact]
    public void AMeanIsTakenOnlyWhereEveryRunWasEvaluated()
    {
        RunData[] runs = [SyntheticRun.Create(1, steps: 40), SyntheticRun.Create(2, steps: 100, evaluateEvery: 20)];
        Assert.Equal([0.0, 20, 40], ComparisonFigures.Accuracy(runs)!.Series[0].Points.Select(point => point.X));
    }

    [Fact]
    public void ALongRunIsThinnedToMeansThatKeepTheTotal()
    {
        ChartPoint[] points = [.. Enumerable.Range(1, 10_400).Select(i => new ChartPoint(i, i % 7))];
        IReadOnlyList<ChartPoint> thin = Smoothing.Thin(points, Smoothing.MostPoints);
        Assert.InRange(thin.Count, Smoothing.MostPoints / 2, Smoothing.MostPoints);
        Assert.Equal(10_400, thin[^1].X);
        Assert.Equal(points.Average(point => point.Y), thin.Average(point => point.Y), 0.01);
    }

    [Fact]
    public void AnAxisCoversItsDataWithRoundTicksWhateverTheData() => Gen.Select(Gen.Double, Gen.Double, Gen.Int[1, 8]).Sample((a, b, ticks) =>
    {
        (double low, double high) = (Math.Min(a, b), Math.Max(a, b));
        Scale scale = Scale.Over(low, high, 200, 10, ticks, widen: true);
        Assert.InRange(scale.Ticks.Count, 2, 30);
        double hair = 1e-6 * Math.Clamp(Math.Max(Math.Abs(low), Math.Abs(high)), 0, 1e150);
        Assert.True(scale.Low <= Math.Max(low, -1e150) + hair && scale.High >= Math.Min(high, 1e150) - hair);
        Assert.Equal((200, 10), (scale.At(scale.Low), scale.At(scale.High)));
    });

    [Fact]
    public void ALogarithmicAxisShowsEqualRatiosAsEqualDistances() => Gen.Select(Gen.Double[-12, 12], Gen.Double[0, 9], Gen.Int[2, 8]).Sample((exponent, decades, ticks) =>
    {
        (double low, double high) = (Math.Pow(10, exponent), Math.Pow(10, exponent + decades));
        Scale scale = Scale.OverRatios(low, high, 200, 10, ticks, widen: true);
        Assert.True(scale.Low <= low * (1 + 1e-6) && scale.High >= high * (1 - 1e-6));
        Assert.Equal((200, 10), (scale.At(scale.Low), Math.Round(scale.At(scale.High), 9)));
        Assert.Equal(scale.At(low * 3) - scale.At(low), scale.At(high * 3) - scale.At(high), 1e-6);
        Assert.InRange(scale.Ticks.Count, 2, Math.Max(ticks, 12));
        Assert.All(scale.Ticks, tick => Assert.InRange(tick, scale.Low * (1 - 1e-6), scale.High * (1 + 1e-6)));
    });

    [Fact]
    public void ALogarithmicChartNamesTheValuesThatWereMeasured()
    {
        var chart = new Chart { Id = "log", Title = "log", LogLog = true, Series = [new ChartSeries("s", [new(64, 90_000), new(512, 7_000), new(4096, 200)])] };
        XElement svg = XElement.Parse(ChartRenderer.Svg(chart, ChartSize.Half, "x").ToString());
        Assert.Equal(["1,000", "10k", "100k", "64", "512", "4,096"], svg.Elements("text").Where(text => Class(text) == "tick").Select(text => text.Value));
        double[] xs = [.. Regex.Matches((string)svg.Elements("path").Single(p => Class(p).StartsWith("line", StringComparison.Ordinal)).Attribute("d")!, @"[ML](\S+)").Select(x => Number(x.Groups[1].Value))];
        Assert.Equal(xs[1] - xs[0], xs[2] - xs[1], 0.02);
    }

    [Fact]
    public void AFigureStandsAlone()
    {
        using var folder = new TemporaryFolder();
        FigureWriter.Write(ComparisonFigures.Accuracy([Run, SyntheticRun.Create(2)])!, folder.File("figure.svg"));
        XDocument svg = XDocument.Load(folder.File("figure.svg"));
        Assert.Equal(XName.Get("svg", "http://www.w3.org/2000/svg"), svg.Root!.Name);
        Assert.Contains(svg.Descendants(svg.Root.Name.Namespace + "text"), text => text.Value == "Accuracy over RL training");
        Assert.DoesNotContain("href", File.ReadAllText(folder.File("figure.svg")));
    }

    private static IEnumerable<(double X, double Y)> Expected(string series)
    {
        if (TrainingMetrics.TryGetValue(series, out string? metric))
        {
            return Run.Metrics.Where(m => m.Stage == SyntheticRun.Rl).Select(m => ((double)m.Step, m.Values[metric]));
        }
        if (EvaluationMetrics.TryGetValue(series, out metric))
        {
            return Run.Evaluations.Select(e => ((double)e.Step, e.Metrics[metric]));
        }
        return series.Split('/') is ["reflective-words", var word]
            ? Run.Evaluations.Select(e => ((double)e.Step, e.ReflectiveWords[word]))
            : Run.Metrics.Where(m => m.Stage == "pretrain").Select(m => ((double)m.Step, m.Values["loss"]));
    }

    private static void AssertDrawn(IReadOnlyList<ChartPoint> points, List<ChartPoint> drawn, XElement svg)
    {
        // A pixel is drawn to two decimals: half a hundredth of one is all that may be lost.
        double[] x = Numbers((string)svg.Attribute("data-x")!), y = Numbers((string)svg.Attribute("data-y")!);
        double dx = 0.011 * Math.Abs((x[3] - x[2]) / (x[1] - x[0])), dy = 0.011 * Math.Abs((y[3] - y[2]) / (y[1] - y[0]));
        Assert.Equal(points.Count, drawn.Count);
        Assert.All(points.Zip(drawn), pair =>
        {
            Assert.Equal(pair.First.X, pair.Second.X, 2 * dx);
            Assert.Equal(pair.First.Y, pair.Second.Y, 2 * dy);
        });
    }

    private static List<ChartPoint> ReadBack(XElement svg, string path)
    {
        double[] x = Numbers((string)svg.Attribute("data-x")!), y = Numbers((string)svg.Attribute("data-y")!);
        return [.. Regex.Matches(path, @"[ML](\S+) ([^ML]+)").Select(point => new ChartPoint(
            x[2] + ((Number(point.Groups[1].Value) - x[0]) / (x[1] - x[0]) * (x[3] - x[2])),
            y[2] + ((Number(point.Groups[2].Value) - y[0]) / (y[1] - y[0]) * (y[3] - y[2]))))];
    }

    private static string Class(XElement path) => (string?)path.Attribute("class") ?? "";

    private static double[] Numbers(string text) => [.. text.Split(' ').Select(Number)];

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
