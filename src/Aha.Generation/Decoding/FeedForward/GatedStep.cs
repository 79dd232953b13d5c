using System.Runtime.CompilerServices;
using Aha.Generation.Kernels;
using Aha.Generation.Memory;

namespace Aha.Generation.Decoding.FeedForward;

/// <summary>SwiGLU.</summary>
/// <param name="hiddenSize">Width of a row.</param>
/// <param name="width">Stride of rows.</param>
/// <param name="inner">The largest width between the two products.</param>
internal sealed unsafe class GatedStep<TSimd, TVector>(int hiddenSize, int width, int inner, int maxRows) : FeedForwardStep<TSimd, TVector>
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    private readonly NativeBuffer<float> _gateUp = new((long)maxRows * 2 * Lanes.Count);
    private readonly NativeBuffer<float> _hidden = new((long)maxRows * Lanes.RoundUp(inner));
    private readonly NativeBuffer<float> _zeros = new(2 * Lanes.Count);

    public override void Run(PackedFeedForward weights, int rows, float* normed, float* x) => Run((PackedGated)weights, rows, normed, x, x, width);

    /// <summary>y = init + the layer's output; a stride of 0 starts every row from the same.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run(PackedGated weights, int rows, float* normed, float* y, float* init, nint initStride)
    {
        int gateUpPanels = 2 / TSimd.PanelVectors, hiddenStride = Lanes.RoundUp(weights.Inner);
        float* panel = weights.GateUp.Data, hidden = _hidden.Pointer;
        for (int column = 0; column < hiddenStride; column += Lanes.Count, panel += 2 * Lanes.Count * hiddenSize)
        {
            MatMul<TSimd, TVector>.Multiply(normed, width, rows, hiddenSize, panel, gateUpPanels, _gateUp.Pointer, 2 * Lanes.Count, _zeros.Pointer, 0);
            Elementwise<TSimd, TVector>.SwiGlu(_gateUp.Pointer, rows, hidden + column, hiddenStride);
        }

        MatMul<TSimd, TVector>.Multiply(hidden, hiddenStride, rows, weights.Down.Depth, weights.Down.Data, weights.Down.Panels, y, width, init, initStride);
    }

    public override void Dispose()
    {
        _gateUp.Dispose();
        _hidden.Dispose();
        _zeros.Dispose();
    }
}
