using Aha.Models;

namespace Aha.Generation;

/// <summary>
/// How an engine keeps the matrices of a policy's layers. Embedding, norms, biases and the output matrix stay fp32. Below fp32 the log-probabilities that come with a
/// completion are those of the rounded policy, from which it was drawn.
/// </summary>
public enum RolloutPrecision
{
    /// <summary>fp32.</summary>
    Fp32,

    /// <summary>
    /// bf16. Where the processor has units for it, libtorch multiplies by it, and inputs, results and the KV cache are rounded too; elsewhere the matrices are widened and
    /// multiplied in fp32.
    /// </summary>
    Bf16,

    /// <summary>Blocks of 32 signed bytes with an fp16 scale, widened and multiplied in fp32.</summary>
    Q8_0,

    /// <summary>Blocks of 32 four-bit numbers with an fp16 scale, widened and multiplied in fp32.</summary>
    Q4_0,
}

internal static class RolloutPrecisions
{
    public static StoredFormat Format(this RolloutPrecision precision) => precision switch
    {
        RolloutPrecision.Bf16 => StoredFormat.BFloat16,
        RolloutPrecision.Q8_0 => StoredFormat.Q8_0,
        RolloutPrecision.Q4_0 => StoredFormat.Q4_0,
        _ => StoredFormat.Float32,
    };
}
