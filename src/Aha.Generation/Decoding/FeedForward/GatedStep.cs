using System.Runtime.CompilerServices;
using Aha.Generation.Kernels;
using Aha.Generation.Memory;
using Aha.Generation.Scheduling;

namespace Aha.Generation.Decoding.FeedForward;

/// <summary>SwiGLU.</summary>
/// <param name="product">Whose team helps.</param>
/// <param name="width">Stride of rows.</param>
/// <param name="inner">The largest width between the two products.</param>
internal sealed unsafe class GatedStep<TSimd, TVector>(MatrixProduct<TSimd, TVector> product, int width, int inner, int maxRows, int mostMembers)
    : FeedForwardStep<TSimd, TVector>, ITeamWork
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    private readonly NativeBuffer<float> _gateUp = new((long)mostMembers * maxRows * 2 * Lanes.Count);
    private readonly NativeBuffer<float> _hidden = new((long)maxRows * Lanes.RoundUp(inner));
    private readonly NativeBuffer<float> _zeros = new(2 * Lanes.Count);
    private NativeBuffer<float>? _whole;
    private PackedGated? _weights;
    private float* _normed;
    private int _rows;

    public override void Run(PackedFeedForward weights, int rows, float* normed, float* x) => Run((PackedGated)weights, rows, normed, x, x, width);

    /// <summary>y = init + the layer's output; a stride of 0 starts every row from the same.</summary>
    public void Run(PackedGated weights, int rows, float* normed, float* y, float* init, nint initStride)
    {
        int hiddenStride = Lanes.RoundUp(weights.Inner);
        _normed = normed;
        (_weights, _rows) = (weights, rows);
        if (weights.GateUp.Half is not null) GateWhole(hiddenStride);
        else if (product.Team is { } team) team.Run(this, team.Pieces(hiddenStride / Lanes.Count));
        else Gate(0, hiddenStride / Lanes.Count, 0);
        product.Run(_hidden.Pointer, hiddenStride, rows, weights.Down, y, width, init, initStride);
    }

    void ITeamWork.Run(int piece, int pieces, int member)
    {
        long columns = Lanes.RoundUp(_weights!.Inner) / Lanes.Count;
        Gate((int)(columns * piece / pieces), (int)(columns * (piece + 1) / pieces), member);
    }

    public override void Dispose()
    {
        _gateUp.Dispose();
        _hidden.Dispose();
        _zeros.Dispose();
        _whole?.Dispose();
    }

    // libtorch multiplies by the whole matrix at once.
    private void GateWhole(int hiddenStride)
    {
        _whole ??= new NativeBuffer<float>(2L * maxRows * Lanes.RoundUp(inner));
        float* row = _whole.Pointer;
        product.Run(_normed, width, _rows, _weights!.GateUp, row, 2 * hiddenStride, null, 0);
        for (int r = 0; r < _rows; r++, row += 2 * hiddenStride)
            Elementwise<TSimd, TVector>.SwiGlu(row, hiddenStride / Lanes.Count, _hidden.Pointer + (nint)r * hiddenStride, Lanes.Count);
    }

    /// <summary>silu(gate) * up for columns, sixteen at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Gate(int first, int end, int member)
    {
        int panels = 2 / TSimd.PanelVectors, hiddenStride = Lanes.RoundUp(_weights!.Inner);
        float* gateUp = _gateUp.Pointer + (long)member * maxRows * 2 * Lanes.Count, scratch = product.Scratch(member);
        PackedMatrix w = _weights.GateUp;
        for (int column = first; column < end; column++)
        {
            MatMul<TSimd, TVector>.Multiply(
                _normed, width, _rows, w, column * panels, (column + 1) * panels, gateUp, 2 * Lanes.Count, _zeros.Pointer, 0, scratch);
            Elementwise<TSimd, TVector>.SwiGlu(gateUp, _rows, _hidden.Pointer + column * Lanes.Count, hiddenStride);
        }
    }
}
