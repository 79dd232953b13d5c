using System.Runtime.CompilerServices;

namespace Aha.Generation.Kernels;

/// <summary>What happens to one row between two matrix products. Rows are padded to whole vectors; the padding holds zeros.</summary>
internal static unsafe class Elementwise<TSimd, TVector>
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    /// <summary>
    /// e^x within 2 units in the last place; zero below -87.3, where the result would be subnormal. Cody and Waite's reduction
    /// x = n ln 2 + r, |r| ≤ ln 2 / 2, then the Taylor polynomial of degree 7 in r (truncation 5e-9).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Exp(TVector x)
    {
        TVector lowest = TSimd.Broadcast(-87.3f);
        TVector clamped = TSimd.Max(x, lowest);
        TVector shift = TSimd.Broadcast(12582912f); // 1.5 * 2^23: adding it leaves the rounded integer in the low mantissa bits
        TVector shifted = TSimd.MultiplyAdd(clamped, TSimd.Broadcast(1.44269504f), shift);
        TVector n = TSimd.Subtract(shifted, shift);
        TVector r = TSimd.MultiplyAdd(n, TSimd.Broadcast(-0.693145752f), clamped);
        r = TSimd.MultiplyAdd(n, TSimd.Broadcast(-1.42860677e-6f), r);
        TVector y = TSimd.Broadcast(1f / 5040);
        y = TSimd.MultiplyAdd(y, r, TSimd.Broadcast(1f / 720));
        y = TSimd.MultiplyAdd(y, r, TSimd.Broadcast(1f / 120));
        y = TSimd.MultiplyAdd(y, r, TSimd.Broadcast(1f / 24));
        y = TSimd.MultiplyAdd(y, r, TSimd.Broadcast(1f / 6));
        y = TSimd.MultiplyAdd(y, r, TSimd.Broadcast(0.5f));
        y = TSimd.MultiplyAdd(y, r, TSimd.Broadcast(1f));
        y = TSimd.MultiplyAdd(y, r, TSimd.Broadcast(1f));
        return TSimd.WhereAbove(x, lowest, TSimd.ScaleByPowerOfTwo(y, shifted));
    }

    /// <summary>y = x / sqrt(mean(x²) + eps) * weight (Zhang and Sennrich, 2019); the mean is over the unpadded width.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void RmsNorm(float* x, float* weight, float* y, int width, int padded, float eps)
    {
        TVector squares = TSimd.Broadcast(0f);
        for (int i = 0; i < padded; i += Lanes.Count)
        {
            TVector v = TSimd.Load(x + i);
            squares = TSimd.MultiplyAdd(v, v, squares);
        }

        TVector scale = TSimd.Broadcast(1f / MathF.Sqrt(TSimd.Sum(squares) / width + eps));
        for (int i = 0; i < padded; i += Lanes.Count)
            TSimd.Store(TSimd.Multiply(TSimd.Multiply(TSimd.Load(x + i), scale), TSimd.Load(weight + i)), y + i);
    }

    /// <summary><see cref="RmsNorm"/> in place for heads side by side, whose width need not be whole vectors; reads up to fifteen floats beyond the last.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void RmsNormHeads(float* x, int heads, int width, float* weight, float eps)
    {
        int whole = width / Lanes.Count * Lanes.Count;
        for (int h = 0; h < heads; h++, x += width)
        {
            TVector squares = TSimd.Broadcast(0f);
            for (int i = 0; i < width; i += Lanes.Count)
            {
                TVector v = i < whole ? TSimd.Load(x + i) : TSimd.KeepFirst(TSimd.Load(x + i), width - whole, 0f);
                squares = TSimd.MultiplyAdd(v, v, squares);
            }

            float scale = 1f / MathF.Sqrt(TSimd.Sum(squares) / width + eps);
            TVector scales = TSimd.Broadcast(scale);
            for (int i = 0; i < whole; i += Lanes.Count)
                TSimd.Store(TSimd.Multiply(TSimd.Multiply(TSimd.Load(x + i), scales), TSimd.Load(weight + i)), x + i);
            for (int i = whole; i < width; i++) x[i] = x[i] * scale * weight[i];
        }
    }

    /// <summary>h = silu(gate) * up for sixteen columns: each row of <paramref name="gateUp"/> is 16 gates, then 16 ups.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void SwiGlu(float* gateUp, int rows, float* h, nint hStride)
    {
        TVector one = TSimd.Broadcast(1f), zero = TSimd.Broadcast(0f), highest = TSimd.Broadcast(87f);
        for (int r = 0; r < rows; r++, gateUp += 2 * Lanes.Count, h += hStride)
        {
            TVector gate = TSimd.Load(gateUp);
            // e^-g would overflow the exponent field beyond 87; there silu(g) = g e^g is zero to fp32 anyway. -max(-87, g) = min(87, -g).
            TVector negative = TSimd.Subtract(zero, TSimd.Max(TSimd.Subtract(zero, highest), gate));
            TVector silu = TSimd.Divide(gate, TSimd.Add(one, Exp(negative)));
            TSimd.Store(TSimd.Multiply(silu, TSimd.Load(gateUp + Lanes.Count)), h);
        }
    }

    /// <summary>
    /// Rotary embedding in place (Su et al., 2021; half-rotation as Hugging Face stores it) over <paramref name="heads"/> heads:
    /// pair (i, i + half) turned by the position's angle, then multiplied by <paramref name="scale"/>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Rotate(float* x, int heads, int half, float* cos, float* sin, float scale)
    {
        TVector s = TSimd.Broadcast(scale);
        for (int h = 0; h < heads; h++, x += 2 * half)
        {
            int i = 0;
            for (; i + Lanes.Count <= half; i += Lanes.Count)
            {
                TVector a = TSimd.Load(x + i), b = TSimd.Load(x + half + i), c = TSimd.Load(cos + i), d = TSimd.Load(sin + i);
                TVector first = TSimd.MultiplyAdd(a, c, TSimd.Subtract(TSimd.Broadcast(0f), TSimd.Multiply(b, d)));
                TVector second = TSimd.MultiplyAdd(b, c, TSimd.Multiply(a, d));
                TSimd.Store(TSimd.Multiply(first, s), x + i);
                TSimd.Store(TSimd.Multiply(second, s), x + half + i);
            }

            for (; i < half; i++)
            {
                float a = x[i], b = x[half + i];
                x[i] = MathF.FusedMultiplyAdd(a, cos[i], -(b * sin[i])) * scale;
                x[half + i] = MathF.FusedMultiplyAdd(b, cos[i], a * sin[i]) * scale;
            }
        }
    }
}
