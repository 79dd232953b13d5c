namespace Aha.Benchmarks.Scaling;

/// <summary>What a piece of work needs at the least.</summary>
/// <param name="Flop">Floating-point operations.</param>
/// <param name="Bytes">Bytes read and written.</param>
public readonly record struct WorkCost(double Flop, double Bytes)
{
    /// <summary>FLOP a byte.</summary>
    public double Intensity => Flop / Bytes;
}

/// <summary>The roofline model (Williams, Waterman and Patterson, 2009): work runs at the peak of the arithmetic, or as fast as its bytes come.</summary>
/// <param name="Peak">FLOP/s.</param>
/// <param name="Bandwidth">Bytes/s, at the size of what is read.</param>
public readonly record struct Roofline(double Peak, double Bandwidth)
{
    /// <summary>FLOP/s that the work can reach.</summary>
    public double Limit(WorkCost cost) => Math.Min(Peak, cost.Intensity * Bandwidth);

    /// <summary>Whether the bytes take longer than the arithmetic.</summary>
    public bool IsMemoryBound(WorkCost cost) => cost.Intensity * Bandwidth < Peak;
}
