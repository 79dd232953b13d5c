using System.Runtime.Intrinsics;

namespace Aha.Models.Checkpoints.Gguf.Blocks;

/// <summary>
/// Blocks of 256 elements ("K quants"): an fp16 scale d, in some kinds an fp16 minimum m, and for every 16 or 32 elements integers by which
/// these are multiplied. Formulas and layout as in ggml's <c>dequantize_row_*</c>.
/// </summary>
internal static class SuperBlocks
{
    private const int Elements = 256;

    // Codes lie in stripes: half a block's elements, or a quarter's, share bytes.
    private const int Half = 128;
    private const int Stripe = 32;

    /// <summary><c>scale|min nibbles[16], code[256 x 2 bits], d, m</c>: <c>x = (d * scale) * code - m * min</c>, scales for 16 elements.</summary>
    public static void DecodeQ2_K(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        for (; values.Length > 0; values = values[Elements..], blocks = blocks[84..])
        {
            ReadOnlySpan<byte> scales = blocks[..16], codes = blocks[16..80];
            float d = Codes.Half(blocks[80..]), m = Codes.Half(blocks[82..]);
            for (int group = 0; group < 16; group++)
            {
                (int offset, int shift) = TwoBits(group);
                Vector128<byte> code = Codes.Bits(Codes.Load(codes[offset..]), shift, 2);
                Codes.ScaleAdd(code, d * (scales[group] & 15), -(m * (scales[group] >> 4)), values[(group * Codes.Lanes)..]);
            }
        }
    }

    /// <summary><c>third[256 bits], code[256 x 2 bits], scale[16 x 6 bits], d</c>: <c>x = (d * (scale - 32)) * (code + 4 third - 4)</c>.</summary>
    public static void DecodeQ3_K(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        Vector128<byte> four = Vector128.Create((byte)4);
        Span<byte> scales = stackalloc byte[16];
        for (; values.Length > 0; values = values[Elements..], blocks = blocks[110..])
        {
            ReadOnlySpan<byte> thirds = blocks[..32], codes = blocks[32..96];
            UnpackScalesQ3_K(blocks[96..108], scales);
            float d = Codes.Half(blocks[108..]);
            for (int group = 0; group < 16; group++)
            {
                (int offset, int shift) = TwoBits(group);
                Vector128<byte> code = Codes.Bits(Codes.Load(codes[offset..]), shift, 2);
                Vector128<byte> third = Codes.WhereBit(Codes.Load(thirds[(offset % Stripe)..]), group / 2, 4);
                Codes.Scale((code + third - four).AsSByte(), d * (scales[group] - 32), values[(group * Codes.Lanes)..]);
            }
        }
    }

    /// <summary><c>d, m, (scale, min)[8 x 2 x 6 bits], nibble[256]</c>: <c>x = (d * scale) * nibble - m * min</c>, scales for 32 elements.</summary>
    public static void DecodeQ4_K(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        for (; values.Length > 0; values = values[Elements..], blocks = blocks[144..])
        {
            float d = Codes.Half(blocks), m = Codes.Half(blocks[2..]);
            ReadOnlySpan<byte> scales = blocks[4..16], nibbles = blocks[16..144];
            for (int group = 0; group < 8; group++)
            {
                (int scale, int min) = ScaleAndMin(scales, group);
                for (int part = 0; part < Stripe; part += Codes.Lanes)
                {
                    Vector128<byte> code = Codes.Bits(Codes.Load(nibbles[(group / 2 * Stripe + part)..]), group % 2 * 4, 4);
                    Codes.ScaleAdd(code, d * scale, -(m * min), values[(group * Stripe + part)..]);
                }
            }
        }
    }

    /// <summary><c>d, m, (scale, min)[8 x 2 x 6 bits], fifth[256 bits], nibble[256]</c>: <c>x = (d * scale) * (nibble + 16 fifth) - m * min</c>.</summary>
    public static void DecodeQ5_K(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        for (; values.Length > 0; values = values[Elements..], blocks = blocks[176..])
        {
            float d = Codes.Half(blocks), m = Codes.Half(blocks[2..]);
            ReadOnlySpan<byte> scales = blocks[4..16], fifths = blocks[16..48], nibbles = blocks[48..176];
            for (int group = 0; group < 8; group++)
            {
                (int scale, int min) = ScaleAndMin(scales, group);
                for (int part = 0; part < Stripe; part += Codes.Lanes)
                {
                    Vector128<byte> code = Codes.Bits(Codes.Load(nibbles[(group / 2 * Stripe + part)..]), group % 2 * 4, 4)
                        | Codes.WhereBit(Codes.Load(fifths[part..]), group, 16);
                    Codes.ScaleAdd(code, d * scale, -(m * min), values[(group * Stripe + part)..]);
                }
            }
        }
    }

    /// <summary><c>nibble[256], upper[256 x 2 bits], scale[16 signed bytes], d</c>: <c>x = (d * scale) * (nibble + 16 upper - 32)</c>.</summary>
    public static void DecodeQ6_K(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        Vector128<byte> middle = Vector128.Create((byte)32);
        for (; values.Length > 0; values = values[Elements..], blocks = blocks[210..])
        {
            ReadOnlySpan<byte> nibbles = blocks[..128], uppers = blocks[128..192], scales = blocks[192..208];
            float d = Codes.Half(blocks[208..]);
            for (int group = 0; group < 16; group++)
            {
                // In each half, two stripes of low nibbles are followed by the same bytes' high ones.
                int half = group / 8, quarter = group % 8 / 2, part = group % 2 * Codes.Lanes;
                Vector128<byte> nibble = Codes.Bits(Codes.Load(nibbles[(half * 64 + quarter % 2 * Stripe + part)..]), quarter / 2 * 4, 4);
                Vector128<byte> upper = Codes.Bits(Codes.Load(uppers[(half * Stripe + part)..]), quarter * 2, 2) << 4;
                Codes.Scale(((nibble | upper) - middle).AsSByte(), d * (sbyte)scales[group], values[(group * Codes.Lanes)..]);
            }
        }
    }

    /// <summary>Where the two-bit codes of a group of 16 lie: each half block has 32 bytes, whose bit pairs are four stripes of 32 elements.</summary>
    private static (int Offset, int Shift) TwoBits(int group) => (group * Codes.Lanes / Half * Stripe + group % 2 * Codes.Lanes, group % 8 / 2 * 2);

    /// <summary>Six bits each: the first four pairs lie plainly, the last four have their upper two bits in the first ones' bytes.</summary>
    private static (int Scale, int Min) ScaleAndMin(ReadOnlySpan<byte> packed, int group) => group < 4
        ? (packed[group] & 63, packed[group + 4] & 63)
        : ((packed[group + 4] & 15) | (packed[group - 4] >> 6 << 4), (packed[group + 4] >> 4) | (packed[group] >> 6 << 4));

    /// <summary>Sixteen scales of six bits: low nibbles in eight bytes, the upper bits in four more, two by two.</summary>
    private static void UnpackScalesQ3_K(ReadOnlySpan<byte> packed, Span<byte> scales)
    {
        for (int i = 0; i < 16; i++)
        {
            int low = i < 8 ? packed[i] & 15 : packed[i - 8] >> 4;
            int upper = (packed[8 + i % 4] >> (i / 4 * 2)) & 3;
            scales[i] = (byte)(low | (upper << 4));
        }
    }
}
