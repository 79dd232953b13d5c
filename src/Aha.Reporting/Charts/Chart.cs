namespace Aha.Reporting.Charts;

/// <summary>A measured value; a non-finite <paramref name="Y"/> is a gap in the line.</summary>
public readonly record struct ChartPoint(double X, double Y);

/// <summary>A vertical extent at <paramref name="X"/>: a standard error, the range over seeds.</summary>
public readonly record struct ChartInterval(double X, double Low, double High);

/// <summary>One line of a chart, or one layer of stacked bars. Points are in rising order of X.</summary>
public sealed record ChartSeries(string Label, IReadOnlyList<ChartPoint> Points)
{
    /// <summary>Place in the palette; also chooses the marker's shape, so that colour is never the only difference.</summary>
    public int Colour { get; init; }
    public bool Dashed { get; init; }
    /// <summary>Points drawn as marks.</summary>
    public bool Markers { get; init; }
    /// <summary>A thin line that stands back behind the others.</summary>
    public bool Quiet { get; init; }
    /// <summary>Draws a moving average over the faint measured line.</summary>
    public bool Smooth { get; init; }
    public IReadOnlyList<ChartInterval> Band { get; init; } = [];
}

/// <summary>A horizontal line to compare with: the base model, a published result.</summary>
public sealed record ReferenceLine(string Label, double Y, bool Dashed);

/// <summary>A vertical line where something changed, such as the next stage.</summary>
public sealed record ChartMark(string Label, double X);

public enum ChartForm
{
    Lines,
    StackedBars,
}

/// <summary>What a figure shows, free of any size or style.</summary>
public sealed record Chart
{
    /// <summary>Unique in its page; letters, digits and hyphens.</summary>
    public required string Id { get; init; }
    public required string Title { get; init; }
    /// <summary>What can be seen, in a sentence or two.</summary>
    public string Caption { get; init; } = "";
    public string XLabel { get; init; } = "RL step";
    public string YLabel { get; init; } = "";
    public required IReadOnlyList<ChartSeries> Series { get; init; }
    public IReadOnlyList<ReferenceLine> Lines { get; init; } = [];
    public IReadOnlyList<ChartMark> Marks { get; init; } = [];
    public ChartForm Form { get; init; }
    /// <summary>
    /// Both axes are logarithmic, with ticks at the points' own X; X and Y are positive. For figures in files: a page's hover reads linear axes.
    /// </summary>
    public bool LogLog { get; init; }
    /// <summary>Values are shares in 0..1, printed <c>.84</c>.</summary>
    public bool Share { get; init; }
    /// <summary>The axis runs from 0 to 1 whatever the values.</summary>
    public bool FullShare { get; init; }
}
