using Aha.Generation.Kernels;

namespace Aha.Generation;

/// <summary>Which vector instructions the engine uses. All give the same results, bit for bit.</summary>
public enum KernelSet
{
    /// <summary>The widest that the processor and the runtime offer.</summary>
    Auto,

    /// <summary>None: correct anywhere, slow.</summary>
    Scalar,

    /// <summary>AVX2 and FMA.</summary>
    Avx2,

    /// <summary>AVX-512 F.</summary>
    Avx512,
}

/// <summary>How much of the machine an engine uses, and in which precision. Of these only the precision changes what is generated.</summary>
public sealed record RolloutEngineOptions
{
    /// <summary>How the matrices of a policy are kept; a stored model's keep their file's.</summary>
    public RolloutPrecision Precision { get; init; }

    /// <summary>Threads, each decoding sequences of its own.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>
    /// Sequences a thread decodes side by side; null lets the engine choose for each call. More reuse the weights better, but their KV caches
    /// compete for the processor's cache.
    /// </summary>
    public int? SlotsPerThread { get; init; }

    public KernelSet Kernels { get; init; } = KernelSet.Auto;

    /// <summary>
    /// Weights of so many bytes are taken to be worth sharing a step among threads. Not measured yet: set well above the models of a few million parameters, whose
    /// steps are short, and below those that no cache holds.
    /// </summary>
    internal long ShareFromBytes { get; init; } = 64 << 20;

    /// <summary>What <see cref="KernelSet.Auto"/> is here.</summary>
    public static KernelSet Widest => Simd512.IsSupported ? KernelSet.Avx512 : Simd256.IsSupported ? KernelSet.Avx2 : KernelSet.Scalar;

    /// <summary>Whether this process can run a kernel set.</summary>
    public static bool IsSupported(KernelSet kernels) => kernels switch
    {
        KernelSet.Avx512 => Simd512.IsSupported,
        KernelSet.Avx2 => Simd256.IsSupported,
        _ => true,
    };

    internal KernelSet Resolve()
    {
        if (Threads < 1) throw new ArgumentException($"Threads is {Threads}; it must be at least 1.");
        if (SlotsPerThread < 1) throw new ArgumentException($"SlotsPerThread is {SlotsPerThread}; it must be at least 1.");
        if (Kernels == KernelSet.Auto) return Widest;
        if (!IsSupported(Kernels))
            throw new ArgumentException($"Kernels is {Kernels}, which this processor or runtime setting does not offer; use Auto.");
        return Kernels;
    }
}
