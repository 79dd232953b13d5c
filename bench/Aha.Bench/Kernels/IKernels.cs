using System.Runtime.Intrinsics;
using Aha.Generation;
using Aha.Generation.Decoding;
using Aha.Generation.Kernels;
using Aha.Generation.Sampling;

namespace Aha.Bench.Kernels;

/// <summary>One kernel set's parts of a decoding step, on one thread.</summary>
internal unsafe interface IKernels : IDisposable
{
    int PanelWidth { get; }

    void Multiply(float* x, int rows, PackedMatrix w, float* y, float* zeros);

    void Attend(float* q, float** blocks, int length, nint keyOffset, int headDim, int valueStride, float* scores, float* output);

    void RmsNorm(float* x, float* weight, float* y, int width);

    int Sample(float* logits, double uniform);
}

internal static class KernelsOf
{
    /// <param name="vocabulary">For drawing tokens.</param>
    public static IKernels Set(KernelSet set, int vocabulary) => set switch
    {
        KernelSet.Avx512 => new Kernels<Simd512, Vector512<float>>(vocabulary),
        KernelSet.Avx2 => new Kernels<Simd256, Pair256>(vocabulary),
        _ => new Kernels<SimdScalar, Lanes16>(vocabulary),
    };
}

internal sealed unsafe class Kernels<TSimd, TVector>(int vocabulary) : IKernels
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    private static readonly SamplingOptions s_plain = new() { MaxNewTokens = 1 };
    private readonly TokenSampler<TSimd, TVector> _sampler = new(vocabulary);

    public int PanelWidth => MatMul<TSimd, TVector>.PanelWidth;

    public void Multiply(float* x, int rows, PackedMatrix w, float* y, float* zeros) =>
        MatMul<TSimd, TVector>.Multiply(x, w.Depth, rows, w, 0, w.Panels, y, (nint)w.Panels * w.Width, zeros, 0, null);

    public void Attend(float* q, float** blocks, int length, nint keyOffset, int headDim, int valueStride, float* scores, float* output) =>
        Attention<TSimd, TVector, CachedFloats<TSimd, TVector>>.Attend(q, blocks, length, keyOffset, headDim, valueStride, scores, output);

    public void RmsNorm(float* x, float* weight, float* y, int width) => Elementwise<TSimd, TVector>.RmsNorm(x, weight, y, width, width, 1e-6f);

    public int Sample(float* logits, double uniform) => _sampler.Sample(logits, s_plain, uniform, out _);

    public void Dispose() => _sampler.Dispose();
}
