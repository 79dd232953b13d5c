using System.Globalization;

namespace Aha.Reporting;

/// <summary>Numbers as the report prints them, in one culture.</summary>
internal static class Numbers
{
    private static readonly CultureInfo Culture = CultureInfo.InvariantCulture;

    /// <summary>A share in 0..1 to two decimals without the leading zero: <c>.84</c>, <c>1.00</c>.</summary>
    public static string Share(double value) => double.IsFinite(value) ? Unzeroed(value.ToString("F2", Culture)) : Odd(value);

    /// <summary>Three significant digits, thousands separated: <c>0.0123</c>, <c>97.4</c>, <c>62,310</c>.</summary>
    public static string Plain(double value)
    {
        double size = Math.Abs(value);
        return size switch
        {
            _ when !double.IsFinite(value) => Odd(value),
            0 => "0",
            >= 100 => value.ToString("N0", Culture),
            >= 1 => value.ToString("0.##", Culture),
            >= 0.0001 => value.ToString("0." + new string('#', 2 - (int)Math.Floor(Math.Log10(size))), Culture),
            _ => value.ToString("0.##E0", Culture),
        };
    }

    public static string Count(double value) => double.IsFinite(value) ? value.ToString("N0", Culture) : Odd(value);

    /// <summary><c>4.2M</c>, <c>62k</c>, <c>840</c>.</summary>
    public static string Short(double value) => Math.Abs(value) switch
    {
        _ when !double.IsFinite(value) => Odd(value),
        >= 1e9 => (value / 1e9).ToString("0.#", Culture) + "B",
        >= 1e6 => (value / 1e6).ToString("0.#", Culture) + "M",
        >= 1e4 => (value / 1e3).ToString("0", Culture) + "k",
        >= 1e3 => (value / 1e3).ToString("0.#", Culture) + "k",
        _ => value.ToString("0.##", Culture),
    };

    /// <summary>Floating-point operations: <c>3.2 T</c>, <c>840 G</c>.</summary>
    public static string Operations(double value) => value switch
    {
        _ when !double.IsFinite(value) => Odd(value),
        >= 1e15 => (value / 1e15).ToString("0.#", Culture) + " P",
        >= 1e12 => (value / 1e12).ToString("0.#", Culture) + " T",
        _ => (value / 1e9).ToString("0.#", Culture) + " G",
    };

    /// <summary><c>0.4 s</c>, <c>48 s</c>, <c>6 min 12 s</c>, <c>1 h 3 min</c>.</summary>
    public static string Duration(double seconds)
    {
        if (!double.IsFinite(seconds))
        {
            return Odd(seconds);
        }
        long whole = (long)Math.Round(seconds);
        return seconds switch
        {
            < 9.95 => seconds.ToString("0.#", Culture) + " s",
            _ when whole < 60 => $"{whole} s",
            _ when whole < 3600 => whole % 60 == 0 ? $"{whole / 60} min" : $"{whole / 60} min {whole % 60} s",
            _ => $"{whole / 3600} h {whole % 3600 / 60} min",
        };
    }

    /// <summary>A coordinate or other figure that a machine reads: round-trip exact.</summary>
    public static string Exact(double value) => value.ToString("R", Culture);

    /// <summary>A metric by its name: accuracies and other shares as shares, the rest plain.</summary>
    public static string Metric(string name, double value) => IsShare(name) ? Share(value) : Plain(value);

    /// <summary>Whether the metric of this name is a share in 0..1.</summary>
    public static bool IsShare(string name)
    {
        string last = name[(name.LastIndexOf('/') + 1)..];
        return last.StartsWith("pass@", StringComparison.Ordinal) || last.StartsWith("cons@", StringComparison.Ordinal)
            || last is "format" or "language_consistency" or "reflection" or "accuracy" or "gold" or "truncated" or "unscorable" or "clipped_ratio" or "frac_reward_zero_std";
    }

    internal static string Unzeroed(string number) =>
        number.StartsWith("0.", StringComparison.Ordinal) ? number[1..]
        : number.StartsWith("-0.", StringComparison.Ordinal) ? "-" + number[2..]
        : number;

    private static string Odd(double value) => double.IsNaN(value) ? "–" : value > 0 ? "∞" : "-∞";
}
