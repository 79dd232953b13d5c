using System.Runtime.Intrinsics.X86;

namespace Aha.Tensors;

/// <summary>Whether the processor says that it multiplies bf16 itself.</summary>
public static class BFloat16Units
{
    /// <summary>AVX512_BF16 (leaf 7, subleaf 1: EAX bit 5) or AMX-BF16 (leaf 7: EDX bit 22), Intel's manual, volume 2A, CPUID.</summary>
    public static bool ArePresent { get; } = X86Base.IsSupported
        && ((X86Base.CpuId(7, 1).Eax & (1 << 5)) != 0 || (X86Base.CpuId(7, 0).Edx & (1 << 22)) != 0);
}
