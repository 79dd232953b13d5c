using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Aha.Models.Kernels;

namespace Aha.Models.Checkpoints;

/// <summary>Between fp32 and stored elements. Widening is exact; narrowing rounds to nearest, ties to even.</summary>
public static class ElementCodec
{
    private const float LargestF8 = 448;
    private const float TwoToThe112 = 5.192296858534828e33f;

    // Decoding 256 patterns once beats doing it per element.
    private static readonly float[] s_f8 = [.. Enumerable.Range(0, 256).Select(bits => DecodeF8((byte)bits))];

    /// <summary>Widens stored elements.</summary>
    /// <exception cref="ArgumentException">Lengths do not fit.</exception>
    public static void Decode(ReadOnlySpan<byte> source, SafetensorsType type, Span<float> destination)
    {
        Require(source.Length, type, destination.Length);
        switch (type)
        {
            case SafetensorsType.F32:
                MemoryMarshal.Cast<byte, float>(source).CopyTo(destination);
                break;
            case SafetensorsType.F16:
                DecodeF16(MemoryMarshal.Cast<byte, ushort>(source), destination);
                break;
            case SafetensorsType.BF16:
                // bf16 is the upper half of an fp32.
                ReadOnlySpan<ushort> upper = MemoryMarshal.Cast<byte, ushort>(source);
                for (int i = 0; i < upper.Length; i++) destination[i] = BitConverter.UInt32BitsToSingle((uint)upper[i] << 16);
                break;
            default:
                for (int i = 0; i < source.Length; i++) destination[i] = s_f8[source[i]];
                break;
        }
    }

    /// <summary>Narrows to stored elements; FP8 saturates at 448.</summary>
    /// <exception cref="ArgumentException">Lengths do not fit.</exception>
    public static void Encode(ReadOnlySpan<float> source, SafetensorsType type, Span<byte> destination)
    {
        Require(destination.Length, type, source.Length);
        switch (type)
        {
            case SafetensorsType.F32:
                MemoryMarshal.AsBytes(source).CopyTo(destination);
                break;
            case SafetensorsType.F16:
                Span<Half> halves = MemoryMarshal.Cast<byte, Half>(destination);
                for (int i = 0; i < halves.Length; i++) halves[i] = (Half)source[i];
                break;
            case SafetensorsType.BF16:
                Span<ushort> upper = MemoryMarshal.Cast<byte, ushort>(destination);
                for (int i = 0; i < upper.Length; i++) upper[i] = EncodeBF16(source[i]);
                break;
            default:
                for (int i = 0; i < destination.Length; i++) destination[i] = EncodeF8(source[i]);
                break;
        }
    }

    private static void DecodeF16(ReadOnlySpan<ushort> halves, Span<float> values)
    {
        int i = 0;
        // Eight lanes of (float)Half: exponent and mantissa moved to their fp32 place mean the value times 2^-112, subnormals too; infinities and
        // NaNs need their exponent filled up.
        Vector256<uint> exponent = Vector256.Create(0x7C00u), rest = Vector256.Create(0x7FFFu), sign = Vector256.Create(0x8000u);
        for (; i <= halves.Length - 8; i += 8)
        {
            Vector256<uint> half = Vector256.WidenLower(Vector128.Create(halves[i..]).ToVector256Unsafe());
            Vector256<float> scaled = ((half & rest) << 13).AsSingle() * TwoToThe112;
            Vector256<uint> special = Vector256.Equals(half & exponent, exponent) & Vector256.Create(0x7F80_0000u);
            (scaled.AsUInt32() | special | ((half & sign) << 16)).AsSingle().CopyTo(values[i..]);
        }
        for (; i < halves.Length; i++) values[i] = (float)BitConverter.UInt16BitsToHalf(halves[i]);
    }

    private static ushort EncodeBF16(float value)
    {
        // Rounding could carry a NaN's payload into infinity.
        if (float.IsNaN(value)) return (ushort)((BitConverter.SingleToUInt32Bits(value) >> 16) | 0x40);
        return BFloat16Rows.Round(value);
    }

    private static float DecodeF8(byte bits)
    {
        int exponent = (bits >> 3) & 15, mantissa = bits & 7;
        float value = exponent == 15 && mantissa == 7 ? float.NaN
            : exponent == 0 ? MathF.ScaleB(mantissa, -9)
            : MathF.ScaleB(8 + mantissa, exponent - 10);
        return (bits & 0x80) == 0 ? value : -value;
    }

    private static byte EncodeF8(float value)
    {
        byte sign = float.IsNegative(value) ? (byte)0x80 : (byte)0;
        if (float.IsNaN(value)) return (byte)(sign | 0x7F);
        float magnitude = Math.Min(MathF.Abs(value), LargestF8);
        // Below 2^-6 the step is 2^-9, above it an eighth of the power of two; the product counts steps.
        int exponent = magnitude < MathF.ScaleB(1, -6) ? -6 : MathF.ILogB(magnitude);
        int steps = (int)MathF.Round(MathF.ScaleB(magnitude, 3 - exponent), MidpointRounding.ToEven);
        // Steps of a normal number are 8 to 16; 16 carries into the exponent, and 8 carries out of the subnormals.
        return (byte)(sign | (((exponent + 6) << 3) + steps));
    }

    private static void Require(int bytes, SafetensorsType type, int count)
    {
        if (bytes != (long)count * type.Size()) throw new ArgumentException($"{bytes} bytes do not hold {count} elements of {type}");
    }
}
