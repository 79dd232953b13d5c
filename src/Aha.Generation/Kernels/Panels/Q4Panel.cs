using System.Runtime.CompilerServices;

namespace Aha.Generation.Kernels.Panels;

/// <summary>What a nibble stands for.</summary>
internal interface IQ4Kind
{
    /// <summary>True: <c>scale * nibble + offset</c>, both fp16 in one word, the scale below. False: <c>scale * (nibble - 8)</c> with an fp32 scale.</summary>
    static abstract bool HasOffset { get; }
}

internal readonly struct Q4_0 : IQ4Kind
{
    public static bool HasOffset => false;
}

internal readonly struct Q4_1 : IQ4Kind
{
    public static bool HasOffset => true;
}

/// <summary>
/// Q4_0 and Q4_1: for every 32 of depth a word of scales for each output, then <c>[4, PanelVectors * 16]</c> words of eight nibbles, those of lower depth in
/// lower bits. The product of scale and nibble is exact (11 and 4 bits), so that fusing it with the offset's addition rounds as the loader does.
/// </summary>
internal readonly unsafe struct Q4Panel<TSimd, TVector, TKind> : IPanel<TSimd, TVector>
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
    where TKind : struct, IQ4Kind
{
    private const int NibblesPerWord = 8;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Unpack(byte* panel, int depth, float* target)
    {
        int width = TSimd.PanelVectors * Lanes.Count;
        var words = (float*)panel;
        for (; depth > 0; depth -= PanelBlock.Depth)
        {
            TVector s0 = TSimd.Load(words), s1 = TSimd.PanelVectors == 2 ? TSimd.Load(words + 16) : s0;
            TVector d0 = Scale(s0), m0 = Offset(s0), d1 = Scale(s1), m1 = Offset(s1);
            words += width;
            for (float* blockEnd = words + PanelBlock.Depth / NibblesPerWord * width; words < blockEnd; words += width)
            {
                TVector q0 = TSimd.Load(words), q1 = TSimd.PanelVectors == 2 ? TSimd.Load(words + 16) : q0;
                for (float* end = target + NibblesPerWord * width; target < end; target += width)
                {
                    TSimd.Store(Value(q0, d0, m0), target);
                    q0 = TSimd.NextNibble(q0);
                    if (TSimd.PanelVectors == 1) continue;
                    TSimd.Store(Value(q1, d1, m1), target + 16);
                    q1 = TSimd.NextNibble(q1);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void MultiplyRow(float* x, int depth, byte* panel, float* y, float* init)
    {
        int width = TSimd.PanelVectors * Lanes.Count;
        var words = (float*)panel;
        TVector a = TSimd.Load(init), b = TSimd.PanelVectors == 2 ? TSimd.Load(init + 16) : a;
        for (float* end = x + depth; x < end;)
        {
            TVector s0 = TSimd.Load(words), s1 = TSimd.PanelVectors == 2 ? TSimd.Load(words + 16) : s0;
            TVector d0 = Scale(s0), m0 = Offset(s0), d1 = Scale(s1), m1 = Offset(s1);
            words += width;
            for (float* blockEnd = x + PanelBlock.Depth; x < blockEnd; words += width)
            {
                TVector q0 = TSimd.Load(words), q1 = TSimd.PanelVectors == 2 ? TSimd.Load(words + 16) : q0;
                for (float* wordEnd = x + NibblesPerWord; x < wordEnd; x++)
                {
                    TVector c = TSimd.Broadcast(*x);
                    a = TSimd.MultiplyAdd(c, Value(q0, d0, m0), a);
                    q0 = TSimd.NextNibble(q0);
                    if (TSimd.PanelVectors == 1) continue;
                    b = TSimd.MultiplyAdd(c, Value(q1, d1, m1), b);
                    q1 = TSimd.NextNibble(q1);
                }
            }
        }

        TSimd.Store(a, y);
        if (TSimd.PanelVectors == 2) TSimd.Store(b, y + 16);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Scale(TVector word) => TKind.HasOffset ? TSimd.LowHalf(word) : word;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Offset(TVector word) => TKind.HasOffset ? TSimd.HighHalf(word) : word;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Value(TVector words, TVector scale, TVector offset) => TKind.HasOffset
        ? TSimd.MultiplyAdd(scale, TSimd.Nibble(words), offset)
        : TSimd.Multiply(scale, TSimd.Subtract(TSimd.Nibble(words), TSimd.Broadcast(8f)));
}
