using System.Buffers.Binary;
using System.Runtime.Intrinsics;

namespace Aha.Models.Checkpoints.Gguf.Blocks;

/// <summary>
/// Blocks of 32 elements with an fp16 scale d, and in the <c>_1</c> kinds an fp16 offset m. Nibbles: the low ones are elements 0 to 15, the high
/// ones 16 to 31. Formulas as in ggml's <c>dequantize_row_*</c>.
/// </summary>
internal static class SmallBlocks
{
    private const int Elements = 32;
    private const int HalfBytes = 2;

    /// <summary><c>d, code[32]</c>: <c>x = d * code</c>, code signed.</summary>
    public static void DecodeQ8_0(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        for (; values.Length > 0; values = values[Elements..], blocks = blocks[34..])
        {
            float d = Codes.Half(blocks);
            Codes.Scale(Codes.Load(blocks[HalfBytes..]).AsSByte(), d, values);
            Codes.Scale(Codes.Load(blocks[(HalfBytes + Codes.Lanes)..]).AsSByte(), d, values[Codes.Lanes..]);
        }
    }

    /// <summary><c>d, nibble[32]</c>: <c>x = d * (nibble - 8)</c>.</summary>
    public static void DecodeQ4_0(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        Vector128<byte> middle = Vector128.Create((byte)8);
        for (; values.Length > 0; values = values[Elements..], blocks = blocks[18..])
        {
            float d = Codes.Half(blocks);
            Vector128<byte> nibbles = Codes.Load(blocks[HalfBytes..]);
            Codes.Scale((Codes.Bits(nibbles, 0, 4) - middle).AsSByte(), d, values);
            Codes.Scale((Codes.Bits(nibbles, 4, 4) - middle).AsSByte(), d, values[Codes.Lanes..]);
        }
    }

    /// <summary><c>d, m, nibble[32]</c>: <c>x = d * nibble + m</c>.</summary>
    public static void DecodeQ4_1(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        for (; values.Length > 0; values = values[Elements..], blocks = blocks[20..])
        {
            float d = Codes.Half(blocks), m = Codes.Half(blocks[HalfBytes..]);
            Vector128<byte> nibbles = Codes.Load(blocks[(2 * HalfBytes)..]);
            Codes.ScaleAdd(Codes.Bits(nibbles, 0, 4), d, m, values);
            Codes.ScaleAdd(Codes.Bits(nibbles, 4, 4), d, m, values[Codes.Lanes..]);
        }
    }

    /// <summary><c>d, fifth[32 bits], nibble[32]</c>: <c>x = d * (nibble + 16 fifth - 16)</c>.</summary>
    public static void DecodeQ5_0(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        Vector128<byte> middle = Vector128.Create((byte)16);
        for (; values.Length > 0; values = values[Elements..], blocks = blocks[22..])
        {
            float d = Codes.Half(blocks);
            (Vector128<byte> low, Vector128<byte> high) = FiveBits(blocks[HalfBytes..]);
            Codes.Scale((low - middle).AsSByte(), d, values);
            Codes.Scale((high - middle).AsSByte(), d, values[Codes.Lanes..]);
        }
    }

    /// <summary><c>d, m, fifth[32 bits], nibble[32]</c>: <c>x = d * (nibble + 16 fifth) + m</c>.</summary>
    public static void DecodeQ5_1(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        for (; values.Length > 0; values = values[Elements..], blocks = blocks[24..])
        {
            float d = Codes.Half(blocks), m = Codes.Half(blocks[HalfBytes..]);
            (Vector128<byte> low, Vector128<byte> high) = FiveBits(blocks[(2 * HalfBytes)..]);
            Codes.ScaleAdd(low, d, m, values);
            Codes.ScaleAdd(high, d, m, values[Codes.Lanes..]);
        }
    }

    private static (Vector128<byte> Low, Vector128<byte> High) FiveBits(ReadOnlySpan<byte> fifthsAndNibbles)
    {
        uint fifths = BinaryPrimitives.ReadUInt32LittleEndian(fifthsAndNibbles);
        Vector128<byte> nibbles = Codes.Load(fifthsAndNibbles[sizeof(uint)..]);
        return (Codes.Bits(nibbles, 0, 4) | Sixteens((ushort)fifths), Codes.Bits(nibbles, 4, 4) | Sixteens((ushort)(fifths >> 16)));
    }

    /// <summary>16 in every lane whose bit is set: each lane gets its byte of the bits, and keeps its own bit of that byte.</summary>
    private static Vector128<byte> Sixteens(ushort bits)
    {
        Vector128<byte> own = Vector128.Create((byte)1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128);
        Vector128<byte> spread = Vector128.Create(Vector64.Create((byte)bits), Vector64.Create((byte)(bits >> 8)));
        return Vector128.Equals(spread & own, own) & Vector128.Create((byte)16);
    }
}
