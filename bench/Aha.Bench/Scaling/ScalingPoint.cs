using Aha.Benchmarks.Scaling;
using Aha.Tensors;

namespace Aha.Bench.Scaling;

/// <summary>One measured speed.</summary>
/// <param name="Axis">What is varied: <c>batch</c>, <c>length</c>, <c>parameters</c>.</param>
/// <param name="Work"><c>decode</c> or <c>training</c>.</param>
/// <param name="Precision">Of the matrix products.</param>
/// <param name="X">The value on the axis.</param>
/// <param name="TokensPerSecond">Best of the repetitions.</param>
/// <param name="FlopPerToken">Attention included.</param>
/// <param name="Cost">Of one step.</param>
/// <param name="Footprint">Bytes that the steps under way at a time read all together.</param>
internal sealed record ScalingMeasurement(
    string Axis, string Work, string Model, ComputePrecision Precision, int Threads, long X, double TokensPerSecond, double FlopPerToken, WorkCost Cost, double Footprint);

/// <summary>A measured speed beside what the machine allows.</summary>
/// <param name="Intensity">FLOP a byte.</param>
/// <param name="PeakGigaFlops">Of multiply-adds in fp32, of libtorch's product in bf16.</param>
/// <param name="GigaBytesPerSecond">Reading what a step reads.</param>
internal sealed record ScalingPoint(
    string Axis, string Work, string Model, string Precision, int Threads, long X, double TokensPerSecond, double FlopPerToken, double Intensity, double PeakGigaFlops,
    double GigaBytesPerSecond)
{
    /// <summary>Where the roofline lies.</summary>
    public double LimitTokensPerSecond => Roofline.Limit(Cost) * 1e9 / FlopPerToken;

    /// <summary>What the limit is made of: <c>memory</c> or <c>arithmetic</c>.</summary>
    public string Bound => Roofline.IsMemoryBound(Cost) ? "memory" : "arithmetic";

    /// <summary>Of the limit.</summary>
    public double Share => TokensPerSecond / LimitTokensPerSecond;

    private Roofline Roofline => new(PeakGigaFlops, GigaBytesPerSecond);

    private WorkCost Cost => new(Intensity, 1);

    public static ScalingPoint Of(ScalingMeasurement m, Roofline roofline) => new(
        m.Axis, m.Work, m.Model, m.Precision == ComputePrecision.BFloat16 ? "bf16" : "fp32", m.Threads, m.X, m.TokensPerSecond, m.FlopPerToken, m.Cost.Intensity, roofline.Peak / 1e9,
        roofline.Bandwidth / 1e9);

    /// <summary>The same point measured in several runs: its best speed beside the best that the machine showed.</summary>
    public static ScalingPoint Best(IEnumerable<ScalingPoint> runs) => runs.Aggregate((a, b) => a with
    {
        TokensPerSecond = Math.Max(a.TokensPerSecond, b.TokensPerSecond),
        PeakGigaFlops = Math.Max(a.PeakGigaFlops, b.PeakGigaFlops),
        GigaBytesPerSecond = Math.Max(a.GigaBytesPerSecond, b.GigaBytesPerSecond),
    });
}
