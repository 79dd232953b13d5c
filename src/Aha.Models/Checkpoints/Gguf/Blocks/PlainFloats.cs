using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Aha.Models.Checkpoints.Gguf.Blocks;

/// <summary>Elements that stand by themselves: fp32, fp16 and bf16, little-endian.</summary>
internal static class PlainFloats
{
    public static void DecodeF32(ReadOnlySpan<byte> bytes, Span<float> values) => bytes.CopyTo(MemoryMarshal.AsBytes(values));

    public static void EncodeF32(ReadOnlySpan<float> values, Span<byte> bytes) => MemoryMarshal.AsBytes(values).CopyTo(bytes);

    public static void DecodeF16(ReadOnlySpan<byte> bytes, Span<float> values)
    {
        ReadOnlySpan<ushort> halves = MemoryMarshal.Cast<byte, ushort>(bytes);
        int i = 0;
        // Eight lanes of (float)Half: exponent and mantissa moved to their fp32 place mean the value times 2^-112, subnormals too; infinities and
        // NaNs need their exponent filled up.
        Vector256<uint> exponent = Vector256.Create(0x7C00u), rest = Vector256.Create(0x7FFFu), sign = Vector256.Create(0x8000u);
        for (; i <= halves.Length - 8; i += 8)
        {
            Vector256<uint> half = Vector256.WidenLower(Vector128.Create(halves[i..]).ToVector256Unsafe());
            Vector256<float> scaled = ((half & rest) << 13).AsSingle() * 5.192296858534828e33f;
            Vector256<uint> special = Vector256.Equals(half & exponent, exponent) & Vector256.Create(0x7F80_0000u);
            (scaled.AsUInt32() | special | ((half & sign) << 16)).AsSingle().CopyTo(values[i..]);
        }
        for (; i < halves.Length; i++) values[i] = (float)BitConverter.UInt16BitsToHalf(halves[i]);
    }

    public static void EncodeF16(ReadOnlySpan<float> values, Span<byte> bytes)
    {
        Span<Half> halves = MemoryMarshal.Cast<byte, Half>(bytes);
        for (int i = 0; i < values.Length; i++) halves[i] = (Half)values[i];
    }

    /// <summary>bf16 is the upper half of an fp32.</summary>
    public static void DecodeBF16(ReadOnlySpan<byte> bytes, Span<float> values)
    {
        ReadOnlySpan<ushort> halves = MemoryMarshal.Cast<byte, ushort>(bytes);
        int i = 0;
        for (; i <= halves.Length - 8; i += 8)
            (Vector256.WidenLower(Vector128.Create(halves[i..]).ToVector256Unsafe()) << 16).AsSingle().CopyTo(values[i..]);
        for (; i < halves.Length; i++) values[i] = BitConverter.UInt32BitsToSingle((uint)halves[i] << 16);
    }

    /// <summary>To the nearest, ties to even; a NaN stays one.</summary>
    public static void EncodeBF16(ReadOnlySpan<float> values, Span<byte> bytes)
    {
        Span<ushort> halves = MemoryMarshal.Cast<byte, ushort>(bytes);
        for (int i = 0; i < values.Length; i++)
        {
            uint bits = BitConverter.SingleToUInt32Bits(values[i]);
            halves[i] = (ushort)(float.IsNaN(values[i]) ? (bits >> 16) | 64 : (bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
        }
    }
}
