namespace Aha.Benchmarks;

/// <summary>One measured number.</summary>
/// <param name="Subject">What was measured: a model's name, <c>machine</c>, <c>verifier</c>, <c>tokenizer</c>.</param>
/// <param name="What">Which work of it, for example <c>decode@256</c>; empty where the unit says it.</param>
/// <param name="Unit">For example <c>tokens_per_second</c>.</param>
/// <param name="Value">The best of the repetitions: what was lost to other programs says nothing about the code.</param>
/// <param name="Ceiling">What bounds it, if it was measured beside it.</param>
public sealed record BenchmarkFigure(string Subject, string What, string Unit, double Value, Ceiling? Ceiling = null)
{
    /// <summary>The figure's key in JSON: <c>M/decode@256/tokens_per_second</c>.</summary>
    public string Key => What.Length == 0 ? $"{Subject}/{Unit}" : $"{Subject}/{What}/{Unit}";

    /// <summary>The key of <see cref="Ceiling.Share"/>: <c>M/decode@256/share</c>.</summary>
    public string ShareKey => $"{Subject}/{What}/share";
}

/// <summary>How near a figure comes to what the machine allows.</summary>
/// <param name="Share">0..1 of the limit, both taken from the same repetitions.</param>
/// <param name="Of">What the limit is: <c>fp32 matmul</c>, <c>bf16 matmul</c>, <c>memory</c>.</param>
public sealed record Ceiling(double Share, string Of);
