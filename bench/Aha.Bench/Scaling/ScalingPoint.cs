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
/// <param name="LimitTokensPerSecond">Where the roofline lies.</param>
/// <param name="Bound">What the limit is made of: <c>memory</c> or <c>arithmetic</c>.</param>
/// <param name="Share">Of the limit.</param>
internal sealed record ScalingPoint(
    string Axis, string Work, string Model, string Precision, int Threads, long X, double TokensPerSecond, double Intensity, double PeakGigaFlops, double GigaBytesPerSecond,
    double LimitTokensPerSecond, string Bound, double Share)
{
    public static ScalingPoint Of(ScalingMeasurement m, Roofline roofline)
    {
        double limit = roofline.Limit(m.Cost) / m.FlopPerToken;
        return new(
            m.Axis, m.Work, m.Model, m.Precision == ComputePrecision.BFloat16 ? "bf16" : "fp32", m.Threads, m.X, m.TokensPerSecond, m.Cost.Intensity, roofline.Peak / 1e9,
            roofline.Bandwidth / 1e9, limit, roofline.IsMemoryBound(m.Cost) ? "memory" : "arithmetic", m.TokensPerSecond / limit);
    }
}
