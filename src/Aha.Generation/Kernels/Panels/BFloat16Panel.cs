using System.Runtime.CompilerServices;

namespace Aha.Generation.Kernels.Panels;

/// <summary>bf16: <c>[depth, PanelVectors * 16]</c> of two bytes, the upper halves of the fp32 numbers.</summary>
internal readonly unsafe struct BFloat16Panel<TSimd, TVector> : IPanel<TSimd, TVector>
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Unpack(byte* panel, int depth, float* target)
    {
        var w = (ushort*)panel;
        for (float* end = target + (nint)depth * TSimd.PanelVectors * Lanes.Count; target < end; target += Lanes.Count, w += Lanes.Count)
            TSimd.Store(TSimd.LoadUpperHalves(w), target);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void MultiplyRow(float* x, int depth, byte* panel, float* y, float* init)
    {
        var w = (ushort*)panel;
        TVector a = TSimd.Load(init);
        if (TSimd.PanelVectors == 1)
        {
            for (float* end = x + depth; x < end; x++, w += 16) a = TSimd.MultiplyAdd(TSimd.Broadcast(*x), TSimd.LoadUpperHalves(w), a);
            TSimd.Store(a, y);
            return;
        }

        TVector b = TSimd.Load(init + 16);
        for (float* end = x + depth; x < end; x++, w += 32)
        {
            TVector c = TSimd.Broadcast(*x);
            a = TSimd.MultiplyAdd(c, TSimd.LoadUpperHalves(w), a);
            b = TSimd.MultiplyAdd(c, TSimd.LoadUpperHalves(w + 16), b);
        }

        TSimd.Store(a, y);
        TSimd.Store(b, y + 16);
    }
}
