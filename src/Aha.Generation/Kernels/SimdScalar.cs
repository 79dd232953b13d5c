using System.Runtime.CompilerServices;

namespace Aha.Generation.Kernels;

/// <summary>Sixteen floats in memory.</summary>
[InlineArray(Lanes.Count)]
internal struct Lanes16
{
    private float _first;
}

/// <summary>No vector unit asked for: plain loops, for machines without AVX2 and as the reference the others must equal.</summary>
internal readonly unsafe struct SimdScalar : ISimd<Lanes16>
{
    public static int PanelVectors => 1;

    public static Lanes16 Load(float* source) => *(Lanes16*)source;

    public static void Store(Lanes16 value, float* destination) => *(Lanes16*)destination = value;

    public static Lanes16 Broadcast(float value)
    {
        Unsafe.SkipInit(out Lanes16 result);
        for (int i = 0; i < Lanes.Count; i++) result[i] = value;
        return result;
    }

    public static Lanes16 Add(Lanes16 a, Lanes16 b)
    {
        for (int i = 0; i < Lanes.Count; i++) a[i] += b[i];
        return a;
    }

    public static Lanes16 Subtract(Lanes16 a, Lanes16 b)
    {
        for (int i = 0; i < Lanes.Count; i++) a[i] -= b[i];
        return a;
    }

    public static Lanes16 Multiply(Lanes16 a, Lanes16 b)
    {
        for (int i = 0; i < Lanes.Count; i++) a[i] *= b[i];
        return a;
    }

    public static Lanes16 Divide(Lanes16 a, Lanes16 b)
    {
        for (int i = 0; i < Lanes.Count; i++) a[i] /= b[i];
        return a;
    }

    public static Lanes16 MultiplyAdd(Lanes16 a, Lanes16 b, Lanes16 c)
    {
        for (int i = 0; i < Lanes.Count; i++) c[i] = MathF.FusedMultiplyAdd(a[i], b[i], c[i]);
        return c;
    }

    public static Lanes16 Max(Lanes16 a, Lanes16 b)
    {
        for (int i = 0; i < Lanes.Count; i++) a[i] = Fold.Larger(a[i], b[i]);
        return a;
    }

    public static float Sum(Lanes16 value)
    {
        for (int half = Lanes.Count / 2; half > 0; half /= 2)
            for (int i = 0; i < half; i++) value[i] += value[i + half];
        return value[0];
    }

    public static float MaxAcross(Lanes16 value)
    {
        for (int half = Lanes.Count / 2; half > 0; half /= 2)
            for (int i = 0; i < half; i++) value[i] = Fold.Larger(value[i], value[i + half]);
        return value[0];
    }

    public static Lanes16 ScaleByPowerOfTwo(Lanes16 value, Lanes16 shifted)
    {
        for (int i = 0; i < Lanes.Count; i++)
            value[i] = BitConverter.Int32BitsToSingle(BitConverter.SingleToInt32Bits(value[i]) + (BitConverter.SingleToInt32Bits(shifted[i]) << 23));
        return value;
    }

    public static Lanes16 WhereAbove(Lanes16 x, Lanes16 limit, Lanes16 value)
    {
        for (int i = 0; i < Lanes.Count; i++)
            if (!(x[i] > limit[i])) value[i] = 0;
        return value;
    }

    public static Lanes16 KeepFirst(Lanes16 value, int count, float replacement)
    {
        for (int i = Math.Max(count, 0); i < Lanes.Count; i++) value[i] = replacement;
        return value;
    }

    public static Lanes16 LoadUpperHalves(ushort* source)
    {
        Unsafe.SkipInit(out Lanes16 result);
        for (int i = 0; i < Lanes.Count; i++) result[i] = BitConverter.UInt32BitsToSingle((uint)source[i] << 16);
        return result;
    }

    public static Lanes16 LoadBytes(sbyte* source)
    {
        Unsafe.SkipInit(out Lanes16 result);
        for (int i = 0; i < Lanes.Count; i++) result[i] = source[i];
        return result;
    }

    public static Lanes16 Nibble(Lanes16 words)
    {
        for (int i = 0; i < Lanes.Count; i++) words[i] = BitConverter.SingleToUInt32Bits(words[i]) & 15;
        return words;
    }

    public static Lanes16 NextNibble(Lanes16 words)
    {
        // As integers: in a float register, bits that happen to be a signalling NaN may change.
        var bits = Unsafe.As<Lanes16, Words16>(ref words);
        for (int i = 0; i < Lanes.Count; i++) bits[i] >>>= 4;
        return Unsafe.As<Words16, Lanes16>(ref bits);
    }

    public static Lanes16 LowHalf(Lanes16 words)
    {
        for (int i = 0; i < Lanes.Count; i++) words[i] = (float)BitConverter.UInt16BitsToHalf((ushort)BitConverter.SingleToUInt32Bits(words[i]));
        return words;
    }

    public static Lanes16 HighHalf(Lanes16 words)
    {
        for (int i = 0; i < Lanes.Count; i++) words[i] = (float)BitConverter.UInt16BitsToHalf((ushort)(BitConverter.SingleToUInt32Bits(words[i]) >> 16));
        return words;
    }

    [InlineArray(Lanes.Count)]
    private struct Words16
    {
        private uint _first;
    }
}
