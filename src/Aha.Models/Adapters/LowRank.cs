using Aha.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Aha.Models.Adapters;

/// <summary>The arithmetic of an addition of low rank; in one place, so that what was trained and what is loaded are the same to the bit.</summary>
internal static class LowRank
{
    /// <summary><c>w += scale * b a</c>, in place: w [out, in], a [r, in], b [out, r], all fp32.</summary>
    public static void AddTo(Tensor w, Tensor a, Tensor b, double scale)
    {
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        w.add_(b.matmul(a), Scalars.Of(scale));
    }

    /// <summary>Adds to the gradients of a and b what the gradient of <c>w + scale * b a</c> with respect to the whole gives: <c>scale * b^T g</c> and <c>scale * g a^T</c>.</summary>
    public static void AddGradients(Tensor g, Tensor a, Tensor b, double scale, Tensor gradientOfA, Tensor gradientOfB)
    {
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        gradientOfA.add_(b.t().matmul(g), Scalars.Of(scale));
        gradientOfB.add_(g.matmul(a.t()), Scalars.Of(scale));
    }
}
