namespace Aha.Reporting.Charts;

/// <summary>The drawing a chart is given, in pixels at which its 12-pixel labels are read. A page shows the one that fits its width.</summary>
public readonly record struct ChartSize(int Width, int Height, bool EndLabels = false)
{
    /// <summary>A figure across the whole page, its lines named at their ends.</summary>
    public static ChartSize Hero { get; } = new(1040, 400, EndLabels: true);
    /// <summary>Alone in its row, but no more than its neighbours.</summary>
    public static ChartSize Row { get; } = new(1040, 270);
    /// <summary>One of two in a row.</summary>
    public static ChartSize Half { get; } = new(500, 250);
    /// <summary>A telephone held upright.</summary>
    public static ChartSize Phone { get; } = new(312, 230);
}

/// <summary>Where a chart's parts stand: plot edges and both scales.</summary>
internal sealed record ChartLayout(ChartSize Size, Scale X, Scale Y, double Left, double Right, double Top, double Bottom)
{
    private const double CharacterWidth = 7.4;
    // Names at line ends are larger and bold.
    private const double NameWidth = 8.4;
    private const double EndLabelGap = 14;

    public static ChartLayout For(Chart chart, ChartSize size, double headerHeight)
    {
        (double yLow, double yHigh) = YRange(chart);
        double top = headerHeight + (chart.YLabel.Length > 0 ? 26 : 12);
        double bottom = size.Height - 38;
        int ticks = Math.Clamp((int)((bottom - top) / 38), 2, 6);
        Scale y = chart.LogLog ? Scale.OverRatios(yLow, yHigh, bottom, top, ticks, widen: true) : Scale.Over(yLow, yHigh, bottom, top, ticks, widen: true);
        double left = 10 + y.Ticks.Max(tick => TextWidth(TickText(chart, y, tick)));
        double right = size.Width - 10;
        if (size.EndLabels && chart.Series.Count > 0)
        {
            right -= EndLabelGap + (NameWidth * chart.Series.Where(series => !series.Quiet).Select(series => series.Label.Length).DefaultIfEmpty().Max());
        }
        (double xLow, double xHigh) = XRange(chart);
        if (chart.Form == ChartForm.StackedBars)
        {
            double half = BarSpacing(chart) / 2;
            (xLow, xHigh) = (xLow - half, xHigh + half);
        }
        Scale x = chart.LogLog
            ? Scale.OverRatios(xLow, xHigh, left + 4, right, ticks, widen: false).WithTicks(Xs(chart))
            : Scale.Over(xLow, xHigh, left + 4, right, (int)((right - left) / 70), widen: false, smallestStep: 1);
        return new ChartLayout(size, x, y, left, right, top, bottom);
    }

    /// <summary>What a label needs in a wide font: the reader's is not known.</summary>
    public static double TextWidth(string text) => CharacterWidth * text.Length;

    /// <summary>The distance between neighbouring bars: the smallest step between X values.</summary>
    public static double BarSpacing(Chart chart)
    {
        double[] xs = [.. Xs(chart)];
        double spacing = double.PositiveInfinity;
        for (int i = 1; i < xs.Length; i++)
        {
            spacing = Math.Min(spacing, xs[i] - xs[i - 1]);
        }
        return double.IsFinite(spacing) ? spacing : 1;
    }

    /// <summary>Every X at which some series has a point, rising.</summary>
    public static IEnumerable<double> Xs(Chart chart) =>
        chart.Series.SelectMany(series => series.Points).Select(point => point.X).Distinct().Order();

    public static string TickText(Chart chart, Scale scale, double tick)
    {
        if (scale.Logarithmic)
        {
            return tick is >= 1 and < 10_000 ? tick.ToString("#,0.##", System.Globalization.CultureInfo.InvariantCulture) : Numbers.Short(tick);
        }
        double step = scale.Ticks.Count > 1 ? scale.Ticks[1] - scale.Ticks[0] : 1;
        if (Math.Abs(tick) >= 10_000 || (tick != 0 && Math.Abs(tick) < 1e-4) || step < 1e-4)
        {
            return Math.Abs(tick) < step / 2 ? "0" : Math.Abs(tick) >= 1 ? Numbers.Short(tick) : Numbers.Plain(tick);
        }
        int decimals = Math.Clamp((int)Math.Ceiling(-Math.Log10(step) - 1e-9), 0, 6);
        string text = tick.ToString("N" + decimals, System.Globalization.CultureInfo.InvariantCulture);
        return chart.Share ? Numbers.Unzeroed(Math.Abs(tick) < step / 2 ? "0" : text) : text;
    }

    private static (double Low, double High) XRange(Chart chart)
    {
        double low = double.PositiveInfinity, high = double.NegativeInfinity;
        foreach (double x in Xs(chart))
        {
            low = Math.Min(low, x);
            high = Math.Max(high, x);
        }
        return low <= high ? (low, high) : (0, 1);
    }

    private static (double Low, double High) YRange(Chart chart)
    {
        if (chart.FullShare)
        {
            return (0, 1);
        }
        IEnumerable<double> values = chart.Form == ChartForm.StackedBars
            ? StackedBars.Totals(chart)
            : chart.Series.SelectMany(series => series.Points.Select(point => point.Y).Concat(series.Band.SelectMany(band => new[] { band.Low, band.High })));
        double[] finite = [.. values.Concat(chart.Lines.Select(line => line.Y)).Where(double.IsFinite)];
        if (finite.Length == 0)
        {
            return (0, 1);
        }
        (double low, double high) = (finite.Min(), finite.Max());
        if (chart.LogLog)
        {
            return (low, high);
        }
        if (low == high && low >= 0)
        {
            return (0, high == 0 ? 1 : high);
        }
        // Start at zero unless that would flatten what there is to see.
        bool fromZero = chart.Form == ChartForm.StackedBars || (low >= 0 && low < 0.6 * high);
        return (fromZero ? Math.Min(0, low) : low, high);
    }
}
