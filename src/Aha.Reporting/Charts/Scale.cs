namespace Aha.Reporting.Charts;

/// <summary>A map from values to pixels, linear or logarithmic, with ticks at round values.</summary>
internal sealed record Scale(double Low, double High, double From, double To, IReadOnlyList<double> Ticks)
{
    /// <summary>Equal ratios are equal distances; every value is positive.</summary>
    public bool Logarithmic { get; private init; }

    public double At(double value) => From + ((Logarithmic ? Math.Log(value / Low) / Math.Log(High / Low) : (value - Low) / (High - Low)) * (To - From));

    /// <summary>
    /// An axis over <paramref name="low"/>..<paramref name="high"/> with about <paramref name="ticks"/> ticks. <paramref name="widen"/>
    /// moves the ends out to round values; otherwise they stay where the data end.
    /// </summary>
    public static Scale Over(double low, double high, double from, double to, int ticks, bool widen, double smallestStep = 0)
    {
        // Beyond this, differences overflow; no axis needs it.
        low = Math.Clamp(low, -1e150, 1e150);
        high = Math.Clamp(high, -1e150, 1e150);
        double size = Math.Max(Math.Abs(low), Math.Abs(high));
        if (!(high - low > size * 1e-9))
        {
            double pad = size == 0 ? 1 : size * 0.1;
            (low, high) = widen ? (low - pad, high + pad) : (low, low + Math.Max(pad, smallestStep));
        }
        double step = Math.Max(RoundStep((high - low) / Math.Max(1, ticks)), smallestStep);
        if (widen)
        {
            low = Math.Floor((low / step) + 1e-9) * step;
            high = Math.Ceiling((high / step) - 1e-9) * step;
        }
        double first = Math.Ceiling((low / step) - 1e-9);
        int count = (int)Math.Floor((high / step) + 1e-9 - first) + 1;
        return new Scale(low, high, from, to, [.. Enumerable.Range(0, Math.Max(0, count)).Select(i => (first + i) * step)]);
    }

    /// <summary>
    /// A logarithmic axis over positive values, its ends moved out to 1, 2 or 5 times a power of ten if <paramref name="widen"/> says so; ticks are those numbers, or only
    /// the powers of ten where there would be more than <paramref name="ticks"/>.
    /// </summary>
    public static Scale OverRatios(double low, double high, double from, double to, int ticks, bool widen)
    {
        if (!(high > low * (1 + 1e-9)))
        {
            (low, high) = (low / 2, high * 2);
        }
        if (widen)
        {
            (low, high) = (1 / RoundStep(1 / low), RoundStep(high));
        }
        double[] round = [.. RoundNumbers(low, high)];
        double[] powers = [.. round.Where(tick => Math.Abs(Math.Log10(tick) - Math.Round(Math.Log10(tick))) < 1e-6)];
        return new Scale(low, high, from, to, round.Length > ticks && powers.Length > 1 ? powers : round) { Logarithmic = true };
    }

    /// <summary>The same axis with ticks at given values within it.</summary>
    public Scale WithTicks(IEnumerable<double> ticks) => this with { Ticks = [.. ticks] };

    private static IEnumerable<double> RoundNumbers(double low, double high)
    {
        for (double tick = RoundStep(low); tick <= high * (1 + 1e-9); tick = RoundStep(tick * 1.5))
        {
            yield return tick;
        }
    }

    /// <summary>The smallest of 1, 2, 5 times a power of ten that is not below <paramref name="rough"/>.</summary>
    internal static double RoundStep(double rough)
    {
        double power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        double lead = rough / power;
        return power * (lead <= 1 + 1e-9 ? 1 : lead <= 2 + 1e-9 ? 2 : lead <= 5 + 1e-9 ? 5 : 10);
    }
}
