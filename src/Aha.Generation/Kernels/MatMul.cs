using System.Runtime.CompilerServices;
using Aha.Generation.Decoding;
using Aha.Generation.Kernels.Panels;
using Aha.Models;

namespace Aha.Generation.Kernels;

/// <summary>
/// y[r, :] = init[r, :] + x[r, :] · Wᵀ over packed panels. Each output element is one chain of fused multiply-adds over the
/// depth in ascending order, whatever the number of rows: a row's result does not depend on its neighbours.
/// </summary>
internal static unsafe class MatMul<TSimd, TVector>
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    public static int PanelWidth => TSimd.PanelVectors * Lanes.Count;

    /// <summary>From so many rows on, widening a panel once into scratch beats widening it for every row.</summary>
    private const int UnpackRows = 4;

    /// <summary>Floats of scratch that <see cref="Multiply"/> needs for a matrix.</summary>
    public static long ScratchFloats(PackedMatrix w) => w.Format == StoredFormat.Float32 ? 0 : (long)w.Depth * PanelWidth;

    /// <remarks>
    /// x is <c>[rows, depth]</c>, y <c>[rows, (end - first) * PanelWidth]</c>: the outputs of the matrix's panels from first to before end. Strides are floats
    /// from row to row. init is what the sums start from: a bias or zeros (stride 0), or the residual stream, which may be y itself.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(
        float* x, nint xStride, int rows, PackedMatrix w, int first, int end, float* y, nint yStride, float* init, nint initStride, float* scratch)
    {
        byte* panel = w.Panel(first);
        switch (w.Format)
        {
            case StoredFormat.Float32:
                for (int p = first; p < end; p++, panel += w.PanelBytes, y += PanelWidth, init += PanelWidth)
                    MultiplyPanel(x, xStride, rows, w.Depth, (float*)panel, y, yStride, init, initStride);
                break;
            case StoredFormat.BFloat16:
                MultiplyStored<BFloat16Panel<TSimd, TVector>>(x, xStride, rows, w, first, end, y, yStride, init, initStride, scratch);
                break;
            case StoredFormat.Q8_0:
                MultiplyStored<Q8Panel<TSimd, TVector>>(x, xStride, rows, w, first, end, y, yStride, init, initStride, scratch);
                break;
            case StoredFormat.Q4_0:
                MultiplyStored<Q4Panel<TSimd, TVector, Q4_0>>(x, xStride, rows, w, first, end, y, yStride, init, initStride, scratch);
                break;
            default:
                MultiplyStored<Q4Panel<TSimd, TVector, Q4_1>>(x, xStride, rows, w, first, end, y, yStride, init, initStride, scratch);
                break;
        }
    }

    private static void MultiplyStored<TPanel>(
        float* x, nint xStride, int rows, PackedMatrix w, int first, int end, float* y, nint yStride, float* init, nint initStride, float* scratch)
        where TPanel : struct, IPanel<TSimd, TVector>
    {
        byte* panel = w.Panel(first);
        for (int p = first; p < end; p++, panel += w.PanelBytes, y += PanelWidth, init += PanelWidth)
        {
            if (rows >= UnpackRows)
            {
                TPanel.Unpack(panel, w.Depth, scratch);
                MultiplyPanel(x, xStride, rows, w.Depth, scratch, y, yStride, init, initStride);
                continue;
            }

            for (int r = 0; r < rows; r++) TPanel.MultiplyRow(x + r * xStride, w.Depth, panel, y + r * yStride, init + r * initStride);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MultiplyPanel(float* x, nint xStride, int rows, int depth, float* w, float* y, nint yStride, float* init, nint initStride)
    {
        int r = 0;
        if (TSimd.PanelVectors == 2)
        {
            for (; r + 8 <= rows; r += 8) Tile8x2(x + r * xStride, xStride, depth, w, y + r * yStride, yStride, init + r * initStride, initStride);
            for (; r + 4 <= rows; r += 4) Tile4x2(x + r * xStride, xStride, depth, w, y + r * yStride, yStride, init + r * initStride, initStride);
            for (; r < rows; r++) Tile1x2(x + r * xStride, depth, w, y + r * yStride, init + r * initStride);
        }
        else
        {
            // Eight rows go as four and four, not as six and two singles.
            for (; r + 6 <= rows && rows - r != 8; r += 6) Tile6x1(x + r * xStride, xStride, depth, w, y + r * yStride, yStride, init + r * initStride, initStride);
            for (; r + 4 <= rows; r += 4) Tile4x1(x + r * xStride, xStride, depth, w, y + r * yStride, yStride, init + r * initStride, initStride);
            for (; r < rows; r++) Tile1x1(x + r * xStride, depth, w, y + r * yStride, init + r * initStride);
        }
    }

    /// <summary>Eight rows by 32 columns: sixteen accumulators hide the latency of the multiply-add, ten loads feed sixteen of them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile8x2(float* x, nint xs, int depth, float* w, float* y, nint ys, float* init, nint ins)
    {
        TVector a0 = TSimd.Load(init), b0 = TSimd.Load(init + 16);
        init += ins;
        TVector a1 = TSimd.Load(init), b1 = TSimd.Load(init + 16);
        init += ins;
        TVector a2 = TSimd.Load(init), b2 = TSimd.Load(init + 16);
        init += ins;
        TVector a3 = TSimd.Load(init), b3 = TSimd.Load(init + 16);
        init += ins;
        TVector a4 = TSimd.Load(init), b4 = TSimd.Load(init + 16);
        init += ins;
        TVector a5 = TSimd.Load(init), b5 = TSimd.Load(init + 16);
        init += ins;
        TVector a6 = TSimd.Load(init), b6 = TSimd.Load(init + 16);
        init += ins;
        TVector a7 = TSimd.Load(init), b7 = TSimd.Load(init + 16);
        float* x3 = x + 3 * xs;
        float* x6 = x3 + 3 * xs;
        float* end = x + depth;
        for (; x < end; x++, x3++, x6++, w += 32)
        {
            TVector w0 = TSimd.Load(w), w1 = TSimd.Load(w + 16);
            TVector c = TSimd.Broadcast(*x);
            a0 = TSimd.MultiplyAdd(c, w0, a0);
            b0 = TSimd.MultiplyAdd(c, w1, b0);
            c = TSimd.Broadcast(x[xs]);
            a1 = TSimd.MultiplyAdd(c, w0, a1);
            b1 = TSimd.MultiplyAdd(c, w1, b1);
            c = TSimd.Broadcast(x[2 * xs]);
            a2 = TSimd.MultiplyAdd(c, w0, a2);
            b2 = TSimd.MultiplyAdd(c, w1, b2);
            c = TSimd.Broadcast(*x3);
            a3 = TSimd.MultiplyAdd(c, w0, a3);
            b3 = TSimd.MultiplyAdd(c, w1, b3);
            c = TSimd.Broadcast(x3[xs]);
            a4 = TSimd.MultiplyAdd(c, w0, a4);
            b4 = TSimd.MultiplyAdd(c, w1, b4);
            c = TSimd.Broadcast(x3[2 * xs]);
            a5 = TSimd.MultiplyAdd(c, w0, a5);
            b5 = TSimd.MultiplyAdd(c, w1, b5);
            c = TSimd.Broadcast(*x6);
            a6 = TSimd.MultiplyAdd(c, w0, a6);
            b6 = TSimd.MultiplyAdd(c, w1, b6);
            c = TSimd.Broadcast(x6[xs]);
            a7 = TSimd.MultiplyAdd(c, w0, a7);
            b7 = TSimd.MultiplyAdd(c, w1, b7);
        }

        Store2(a0, b0, y);
        Store2(a1, b1, y += ys);
        Store2(a2, b2, y += ys);
        Store2(a3, b3, y += ys);
        Store2(a4, b4, y += ys);
        Store2(a5, b5, y += ys);
        Store2(a6, b6, y += ys);
        Store2(a7, b7, y + ys);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile4x2(float* x, nint xs, int depth, float* w, float* y, nint ys, float* init, nint ins)
    {
        TVector a0 = TSimd.Load(init), b0 = TSimd.Load(init + 16);
        init += ins;
        TVector a1 = TSimd.Load(init), b1 = TSimd.Load(init + 16);
        init += ins;
        TVector a2 = TSimd.Load(init), b2 = TSimd.Load(init + 16);
        init += ins;
        TVector a3 = TSimd.Load(init), b3 = TSimd.Load(init + 16);
        float* x3 = x + 3 * xs;
        float* end = x + depth;
        for (; x < end; x++, x3++, w += 32)
        {
            TVector w0 = TSimd.Load(w), w1 = TSimd.Load(w + 16);
            TVector c = TSimd.Broadcast(*x);
            a0 = TSimd.MultiplyAdd(c, w0, a0);
            b0 = TSimd.MultiplyAdd(c, w1, b0);
            c = TSimd.Broadcast(x[xs]);
            a1 = TSimd.MultiplyAdd(c, w0, a1);
            b1 = TSimd.MultiplyAdd(c, w1, b1);
            c = TSimd.Broadcast(x[2 * xs]);
            a2 = TSimd.MultiplyAdd(c, w0, a2);
            b2 = TSimd.MultiplyAdd(c, w1, b2);
            c = TSimd.Broadcast(*x3);
            a3 = TSimd.MultiplyAdd(c, w0, a3);
            b3 = TSimd.MultiplyAdd(c, w1, b3);
        }

        Store2(a0, b0, y);
        Store2(a1, b1, y += ys);
        Store2(a2, b2, y += ys);
        Store2(a3, b3, y + ys);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile1x2(float* x, int depth, float* w, float* y, float* init)
    {
        TVector a = TSimd.Load(init), b = TSimd.Load(init + 16);
        for (float* end = x + depth; x < end; x++, w += 32)
        {
            TVector c = TSimd.Broadcast(*x);
            a = TSimd.MultiplyAdd(c, TSimd.Load(w), a);
            b = TSimd.MultiplyAdd(c, TSimd.Load(w + 16), b);
        }

        Store2(a, b, y);
    }

    /// <summary>Six rows by 16 columns: with two registers a vector, twelve accumulators of AVX2's sixteen registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile6x1(float* x, nint xs, int depth, float* w, float* y, nint ys, float* init, nint ins)
    {
        TVector a0 = TSimd.Load(init), a1 = TSimd.Load(init + ins), a2 = TSimd.Load(init + 2 * ins);
        init += 3 * ins;
        TVector a3 = TSimd.Load(init), a4 = TSimd.Load(init + ins), a5 = TSimd.Load(init + 2 * ins);
        float* x3 = x + 3 * xs;
        for (float* end = x + depth; x < end; x++, x3++, w += 16)
        {
            TVector w0 = TSimd.Load(w);
            a0 = TSimd.MultiplyAdd(TSimd.Broadcast(*x), w0, a0);
            a1 = TSimd.MultiplyAdd(TSimd.Broadcast(x[xs]), w0, a1);
            a2 = TSimd.MultiplyAdd(TSimd.Broadcast(x[2 * xs]), w0, a2);
            a3 = TSimd.MultiplyAdd(TSimd.Broadcast(*x3), w0, a3);
            a4 = TSimd.MultiplyAdd(TSimd.Broadcast(x3[xs]), w0, a4);
            a5 = TSimd.MultiplyAdd(TSimd.Broadcast(x3[2 * xs]), w0, a5);
        }

        TSimd.Store(a0, y);
        TSimd.Store(a1, y + ys);
        TSimd.Store(a2, y + 2 * ys);
        y += 3 * ys;
        TSimd.Store(a3, y);
        TSimd.Store(a4, y + ys);
        TSimd.Store(a5, y + 2 * ys);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile4x1(float* x, nint xs, int depth, float* w, float* y, nint ys, float* init, nint ins)
    {
        TVector a0 = TSimd.Load(init), a1 = TSimd.Load(init + ins), a2 = TSimd.Load(init + 2 * ins);
        TVector a3 = TSimd.Load(init + 3 * ins);
        float* x3 = x + 3 * xs;
        for (float* end = x + depth; x < end; x++, x3++, w += 16)
        {
            TVector w0 = TSimd.Load(w);
            a0 = TSimd.MultiplyAdd(TSimd.Broadcast(*x), w0, a0);
            a1 = TSimd.MultiplyAdd(TSimd.Broadcast(x[xs]), w0, a1);
            a2 = TSimd.MultiplyAdd(TSimd.Broadcast(x[2 * xs]), w0, a2);
            a3 = TSimd.MultiplyAdd(TSimd.Broadcast(*x3), w0, a3);
        }

        TSimd.Store(a0, y);
        TSimd.Store(a1, y + ys);
        TSimd.Store(a2, y + 2 * ys);
        TSimd.Store(a3, y + 3 * ys);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile1x1(float* x, int depth, float* w, float* y, float* init)
    {
        TVector a = TSimd.Load(init);
        for (float* end = x + depth; x < end; x++, w += 16) a = TSimd.MultiplyAdd(TSimd.Broadcast(*x), TSimd.Load(w), a);
        TSimd.Store(a, y);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store2(TVector a, TVector b, float* y)
    {
        TSimd.Store(a, y);
        TSimd.Store(b, y + 16);
    }
}
