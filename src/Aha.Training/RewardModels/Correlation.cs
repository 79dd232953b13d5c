namespace Aha.Training.RewardModels;

/// <summary>How two series go together.</summary>
public static class Correlation
{
    /// <summary>Pearson's coefficient, -1 to 1; 0 where one of the two does not vary.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static double Pearson(IReadOnlyList<double> x, IReadOnlyList<double> y)
    {
        if (x.Count != y.Count)
        {
            throw new ArgumentException($"{x.Count} and {y.Count} values cannot be correlated", nameof(y));
        }

        if (x.Count < 2)
        {
            return 0;
        }

        double meanX = x.Average(), meanY = y.Average(), xy = 0, xx = 0, yy = 0;
        for (int i = 0; i < x.Count; i++)
        {
            (double dx, double dy) = (x[i] - meanX, y[i] - meanY);
            (xy, xx, yy) = (xy + dx * dy, xx + dx * dx, yy + dy * dy);
        }

        return xx > 0 && yy > 0 ? Math.Clamp(xy / Math.Sqrt(xx * yy), -1, 1) : 0;
    }
}
