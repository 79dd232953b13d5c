using System.Runtime.CompilerServices;

namespace Aha.Generation.Kernels.Panels;

/// <summary>
/// Q8_0, <c>scale * code</c>: for every 32 of depth the outputs' scales (fp32), then <c>[32, PanelVectors * 16]</c> signed bytes. The product is exact, since
/// 11 bits of an fp16 scale times 8 bits are fewer than 24.
/// </summary>
internal readonly unsafe struct Q8Panel<TSimd, TVector> : IPanel<TSimd, TVector>
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Unpack(byte* panel, int depth, float* target)
    {
        int vectors = TSimd.PanelVectors;
        for (; depth > 0; depth -= PanelBlock.Depth, panel += PanelBlock.Depth * vectors * Lanes.Count)
        {
            TVector d0 = TSimd.Load((float*)panel), d1 = vectors == 2 ? TSimd.Load((float*)panel + 16) : d0;
            panel += vectors * Lanes.Count * sizeof(float);
            var codes = (sbyte*)panel;
            for (float* end = target + PanelBlock.Depth * vectors * Lanes.Count; target < end; target += vectors * 16, codes += vectors * 16)
            {
                TSimd.Store(TSimd.Multiply(d0, TSimd.LoadBytes(codes)), target);
                if (vectors == 2) TSimd.Store(TSimd.Multiply(d1, TSimd.LoadBytes(codes + 16)), target + 16);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void MultiplyRow(float* x, int depth, byte* panel, float* y, float* init)
    {
        int vectors = TSimd.PanelVectors;
        TVector a = TSimd.Load(init), b = vectors == 2 ? TSimd.Load(init + 16) : a;
        for (float* end = x + depth; x < end;)
        {
            TVector d0 = TSimd.Load((float*)panel), d1 = vectors == 2 ? TSimd.Load((float*)panel + 16) : d0;
            panel += vectors * Lanes.Count * sizeof(float);
            for (float* blockEnd = x + PanelBlock.Depth; x < blockEnd; x++, panel += vectors * 16)
            {
                TVector c = TSimd.Broadcast(*x);
                a = TSimd.MultiplyAdd(c, TSimd.Multiply(d0, TSimd.LoadBytes((sbyte*)panel)), a);
                if (vectors == 2) b = TSimd.MultiplyAdd(c, TSimd.Multiply(d1, TSimd.LoadBytes((sbyte*)panel + 16)), b);
            }
        }

        TSimd.Store(a, y);
        if (vectors == 2) TSimd.Store(b, y + 16);
    }
}
