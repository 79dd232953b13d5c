using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Aha.Models.Checkpoints.Gguf.Blocks;

/// <summary>
/// Sixteen integer codes at a time: unpacked from nibbles and bits, widened, scaled. Products and sums are rounded one after the other, never
/// fused, so that every processor gives the reference's bits.
/// </summary>
internal static class Codes
{
    public const int Lanes = 16;

    public static Vector128<byte> Load(ReadOnlySpan<byte> bytes) => Vector128.Create(bytes);

    /// <summary>Bits <c>[shift, shift + width)</c> of every byte.</summary>
    public static Vector128<byte> Bits(Vector128<byte> bytes, int shift, int width) => (bytes >>> shift) & Vector128.Create((byte)((1 << width) - 1));

    /// <summary><paramref name="value"/> in every lane in which the bit is set, else 0.</summary>
    public static Vector128<byte> WhereBit(Vector128<byte> bytes, int bit, byte value)
    {
        Vector128<byte> mask = Vector128.Create((byte)(1 << bit));
        return Vector128.Equals(bytes & mask, mask) & Vector128.Create(value);
    }

    /// <summary><c>values[i] = scale * codes[i]</c>, 16 lanes.</summary>
    public static void Scale(Vector128<sbyte> codes, float scale, Span<float> values)
    {
        (Vector256<float> low, Vector256<float> high) = Widen(codes);
        Store(low * scale, high * scale, values);
    }

    /// <summary><c>values[i] = scale * codes[i] + offset</c>, 16 lanes.</summary>
    public static void ScaleAdd(Vector128<byte> codes, float scale, float offset, Span<float> values)
    {
        // Codes here have at most six bits: no sign to lose.
        (Vector256<float> low, Vector256<float> high) = Widen(codes.AsSByte());
        Vector256<float> offsets = Vector256.Create(offset);
        Store((low * scale) + offsets, (high * scale) + offsets, values);
    }

    public static float Half(ReadOnlySpan<byte> bytes) => (float)MemoryMarshal.Read<Half>(bytes);

    private static (Vector256<float> Low, Vector256<float> High) Widen(Vector128<sbyte> codes)
    {
        (Vector128<short> low, Vector128<short> high) = Vector128.Widen(codes);
        return (Floats(low), Floats(high));

        static Vector256<float> Floats(Vector128<short> shorts) => Vector256.ConvertToSingle(Vector256.WidenLower(shorts.ToVector256Unsafe()));
    }

    private static void Store(Vector256<float> low, Vector256<float> high, Span<float> values)
    {
        low.CopyTo(values);
        high.CopyTo(values[8..]);
    }
}
