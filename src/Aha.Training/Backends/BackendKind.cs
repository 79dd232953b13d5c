namespace Aha.Training.Backends;

/// <summary>The ways to train a decoder on a CPU.</summary>
public enum BackendKind
{
    /// <summary>Managed vector kernels, forward and backward written by hand, fp32.</summary>
    Fused,

    /// <summary>The same, with the matrices multiplied by libtorch in bf16.</summary>
    FusedBf16,

    /// <summary>libtorch and its autograd, fp32.</summary>
    LibtorchFp32,

    /// <summary>libtorch and its autograd, matrices multiplied in bf16.</summary>
    LibtorchBf16,
}
