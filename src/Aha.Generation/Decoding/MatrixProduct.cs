using Aha.Generation.Kernels;
using Aha.Generation.Memory;
using Aha.Generation.Scheduling;

namespace Aha.Generation.Decoding;

/// <summary>One thread's products with packed matrices, or its team's: then panels are shared out. A product is the same either way, to the last bit.</summary>
internal sealed unsafe class MatrixProduct<TSimd, TVector>(long scratchFloats, int mostMembers) : ITeamWork, IDisposable
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    private readonly BFloat16Scratch _halves = new();
    private readonly NativeBuffer<float>?[] _scratch = new NativeBuffer<float>?[mostMembers];
    private float* _x, _y, _init;
    private nint _xStride, _yStride, _initStride;
    private int _rows;
    private PackedMatrix _w;

    /// <summary>Who helps; null when nobody does.</summary>
    public ThreadTeam? Team { get; set; }

    /// <summary>A member's scratch for <see cref="MatMul{TSimd, TVector}.Multiply"/>.</summary>
    public float* Scratch(int member) => (_scratch[member] ??= new NativeBuffer<float>(scratchFloats)).Pointer;

    /// <summary>All of a matrix's outputs; see <see cref="MatMul{TSimd, TVector}.Multiply"/>.</summary>
    public void Run(float* x, nint xStride, int rows, PackedMatrix w, float* y, nint yStride, float* init, nint initStride)
    {
        if (w.Half is { } half)
        {
            half.Multiply(x, xStride, rows, y, yStride, init, initStride, _halves);
            return;
        }

        if (Team is null)
        {
            MatMul<TSimd, TVector>.Multiply(x, xStride, rows, w, 0, w.Panels, y, yStride, init, initStride, Scratch(0));
            return;
        }

        _x = x;
        _y = y;
        _init = init;
        (_xStride, _rows, _w, _yStride, _initStride) = (xStride, rows, w, yStride, initStride);
        Team.Run(this, Team.Pieces(w.Panels));
    }

    void ITeamWork.Run(int piece, int pieces, int member)
    {
        int first = (int)((long)_w.Panels * piece / pieces), end = (int)((long)_w.Panels * (piece + 1) / pieces);
        nint offset = (nint)first * _w.Width;
        MatMul<TSimd, TVector>.Multiply(_x, _xStride, _rows, _w, first, end, _y + offset, _yStride, _init + offset, _initStride, Scratch(member));
    }

    public void Dispose()
    {
        foreach (NativeBuffer<float>? scratch in _scratch) scratch?.Dispose();
        _halves.Dispose();
    }
}
