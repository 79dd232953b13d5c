using System.Runtime.CompilerServices;
using Aha.Generation.Memory;

namespace Aha.Generation.Kernels;

/// <summary>How cached keys and values are kept.</summary>
internal unsafe interface ICached<TVector>
{
    /// <summary>Bytes of a number.</summary>
    static abstract int Size { get; }

    static abstract TVector Load(byte* source);
}

/// <summary>fp32.</summary>
internal readonly unsafe struct CachedFloats<TSimd, TVector> : ICached<TVector>
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    public static int Size => sizeof(float);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Load(byte* source) => TSimd.Load((float*)source);
}

/// <summary>bf16.</summary>
internal readonly unsafe struct CachedHalves<TSimd, TVector> : ICached<TVector>
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    public static int Size => sizeof(ushort);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Load(byte* source) => TSimd.LoadUpperHalves((ushort*)source);
}

/// <summary>One query head over one sequence's cached keys and values.</summary>
internal static unsafe class Attention<TSimd, TVector, TCached>
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
    where TCached : struct, ICached<TVector>
{
    /// <summary>out = softmax(q · Kᵀ) V over the first <paramref name="length"/> cached positions.</summary>
    /// <param name="q">The query <c>[headDim]</c>, rotated and scaled by 1/sqrt(headDim).</param>
    /// <param name="blocks">The sequence's cache blocks, sixteen positions each (<see cref="KvLayout"/>).</param>
    /// <param name="length">Positions to attend to, at least one.</param>
    /// <param name="keyOffset">The byte in a block where this layer's and head's keys <c>[headDim, 16]</c> begin; the values <c>[16, valueStride]</c> follow.</param>
    /// <param name="headDim">Width of the head.</param>
    /// <param name="valueStride">headDim rounded up to whole vectors.</param>
    /// <param name="scores">Scratch for length rounded up to 64 floats.</param>
    /// <param name="output"><c>[valueStride]</c>: the padding behind headDim is written too, with values of no meaning.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Attend(float* q, float** blocks, int length, nint keyOffset, int headDim, int valueStride, float* scores, float* output)
    {
        int count = (length + 15) / 16;
        Scores(q, blocks, count, keyOffset, headDim, scores);

        float* last = scores + (count - 1) * 16;
        TSimd.Store(TSimd.KeepFirst(TSimd.Load(last), length - (count - 1) * 16, float.NegativeInfinity), last);
        TVector max = TSimd.Load(scores);
        for (int b = 1; b < count; b++) max = TSimd.Max(max, TSimd.Load(scores + b * 16));
        TVector top = TSimd.Broadcast(TSimd.MaxAcross(max));
        TVector sum = TSimd.Broadcast(0f);
        for (int b = 0; b < count; b++)
        {
            TVector p = Elementwise<TSimd, TVector>.Exp(TSimd.Subtract(TSimd.Load(scores + b * 16), top));
            TSimd.Store(p, scores + b * 16);
            sum = TSimd.Add(sum, p);
        }

        TVector scale = TSimd.Broadcast(1f / TSimd.Sum(sum));
        nint valueOffset = keyOffset + headDim * 16 * TCached.Size;
        int column = 0;
        if (TSimd.PanelVectors == 2)
            for (; column + 32 <= valueStride; column += 32) Values2(scores, blocks, length, valueOffset + column * TCached.Size, valueStride, scale, output + column);
        for (; column < valueStride; column += 16) Values1(scores, blocks, length, valueOffset + column * TCached.Size, valueStride, scale, output + column);
    }

    /// <summary>Four blocks at a time, so that four chains hide the latency; a short last group repeats the last block into unused scratch.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Scores(float* q, float** blocks, int count, nint keyOffset, int headDim, float* scores)
    {
        for (int b = 0; b < count; b += 4)
        {
            byte* k0 = (byte*)blocks[b] + keyOffset;
            byte* k1 = (byte*)blocks[Math.Min(b + 1, count - 1)] + keyOffset;
            byte* k2 = (byte*)blocks[Math.Min(b + 2, count - 1)] + keyOffset;
            byte* k3 = (byte*)blocks[Math.Min(b + 3, count - 1)] + keyOffset;
            TVector s0 = TSimd.Broadcast(0f), s1 = s0, s2 = s0, s3 = s0;
            for (nint d = 0; d < headDim; d++)
            {
                TVector c = TSimd.Broadcast(q[d]);
                s0 = TSimd.MultiplyAdd(c, TCached.Load(k0 + d * 16 * TCached.Size), s0);
                s1 = TSimd.MultiplyAdd(c, TCached.Load(k1 + d * 16 * TCached.Size), s1);
                s2 = TSimd.MultiplyAdd(c, TCached.Load(k2 + d * 16 * TCached.Size), s2);
                s3 = TSimd.MultiplyAdd(c, TCached.Load(k3 + d * 16 * TCached.Size), s3);
            }

            float* s = scores + b * 16;
            TSimd.Store(s0, s);
            TSimd.Store(s1, s + 16);
            TSimd.Store(s2, s + 32);
            TSimd.Store(s3, s + 48);
        }
    }

    /// <summary>Positions go to four accumulators in turn, in every kernel set, so that the chains are short and the sums the same.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Values1(float* p, float** blocks, int length, nint offset, nint stride, TVector scale, float* output)
    {
        TVector a0 = TSimd.Broadcast(0f), a1 = a0, a2 = a0, a3 = a0;
        stride *= TCached.Size;
        for (; length > 0; length -= 16, blocks++, p += 16)
        {
            byte* v = (byte*)*blocks + offset;
            int i = 0;
            int positions = Math.Min(length, 16);
            for (; i + 4 <= positions; i += 4, v += 4 * stride)
            {
                a0 = TSimd.MultiplyAdd(TSimd.Broadcast(p[i]), TCached.Load(v), a0);
                a1 = TSimd.MultiplyAdd(TSimd.Broadcast(p[i + 1]), TCached.Load(v + stride), a1);
                a2 = TSimd.MultiplyAdd(TSimd.Broadcast(p[i + 2]), TCached.Load(v + 2 * stride), a2);
                a3 = TSimd.MultiplyAdd(TSimd.Broadcast(p[i + 3]), TCached.Load(v + 3 * stride), a3);
            }

            if (i < positions) a0 = TSimd.MultiplyAdd(TSimd.Broadcast(p[i]), TCached.Load(v), a0);
            if (i + 1 < positions) a1 = TSimd.MultiplyAdd(TSimd.Broadcast(p[i + 1]), TCached.Load(v + stride), a1);
            if (i + 2 < positions) a2 = TSimd.MultiplyAdd(TSimd.Broadcast(p[i + 2]), TCached.Load(v + 2 * stride), a2);
        }

        TSimd.Store(TSimd.Multiply(TSimd.Add(TSimd.Add(a0, a1), TSimd.Add(a2, a3)), scale), output);
    }

    /// <summary><see cref="Values1"/> for 32 columns at once: one broadcast serves two vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Values2(float* p, float** blocks, int length, nint offset, nint stride, TVector scale, float* output)
    {
        TVector a0 = TSimd.Broadcast(0f), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
        stride *= TCached.Size;
        for (; length > 0; length -= 16, blocks++, p += 16)
        {
            byte* v = (byte*)*blocks + offset;
            int i = 0;
            int positions = Math.Min(length, 16);
            for (; i + 4 <= positions; i += 4, v += 4 * stride)
            {
                TVector c = TSimd.Broadcast(p[i]);
                a0 = TSimd.MultiplyAdd(c, TCached.Load(v), a0);
                b0 = TSimd.MultiplyAdd(c, TCached.Load(v + 16 * TCached.Size), b0);
                c = TSimd.Broadcast(p[i + 1]);
                a1 = TSimd.MultiplyAdd(c, TCached.Load(v + stride), a1);
                b1 = TSimd.MultiplyAdd(c, TCached.Load(v + stride + 16 * TCached.Size), b1);
                c = TSimd.Broadcast(p[i + 2]);
                a2 = TSimd.MultiplyAdd(c, TCached.Load(v + 2 * stride), a2);
                b2 = TSimd.MultiplyAdd(c, TCached.Load(v + 2 * stride + 16 * TCached.Size), b2);
                c = TSimd.Broadcast(p[i + 3]);
                a3 = TSimd.MultiplyAdd(c, TCached.Load(v + 3 * stride), a3);
                b3 = TSimd.MultiplyAdd(c, TCached.Load(v + 3 * stride + 16 * TCached.Size), b3);
            }

            if (i < positions)
            {
                a0 = TSimd.MultiplyAdd(TSimd.Broadcast(p[i]), TCached.Load(v), a0);
                b0 = TSimd.MultiplyAdd(TSimd.Broadcast(p[i]), TCached.Load(v + 16 * TCached.Size), b0);
            }

            if (i + 1 < positions)
            {
                a1 = TSimd.MultiplyAdd(TSimd.Broadcast(p[i + 1]), TCached.Load(v + stride), a1);
                b1 = TSimd.MultiplyAdd(TSimd.Broadcast(p[i + 1]), TCached.Load(v + stride + 16 * TCached.Size), b1);
            }

            if (i + 2 < positions)
            {
                a2 = TSimd.MultiplyAdd(TSimd.Broadcast(p[i + 2]), TCached.Load(v + 2 * stride), a2);
                b2 = TSimd.MultiplyAdd(TSimd.Broadcast(p[i + 2]), TCached.Load(v + 2 * stride + 16 * TCached.Size), b2);
            }
        }

        TSimd.Store(TSimd.Multiply(TSimd.Add(TSimd.Add(a0, a1), TSimd.Add(a2, a3)), scale), output);
        TSimd.Store(TSimd.Multiply(TSimd.Add(TSimd.Add(b0, b1), TSimd.Add(b2, b3)), scale), output + 16);
    }
}
