using Aha.Generation.Kernels;

namespace Aha.Generation.Decoding.FeedForward;

/// <summary>One thread's feed-forward network, with scratch of its own.</summary>
internal abstract unsafe class FeedForwardStep<TSimd, TVector> : IDisposable
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    /// <summary>Adds one layer's output to the residual stream <paramref name="x"/>; both are <c>[rows, width]</c> with the packed weights' width.</summary>
    public abstract void Run(PackedFeedForward weights, int rows, float* normed, float* x);

    public abstract void Dispose();
}
