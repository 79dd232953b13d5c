using System.Runtime.InteropServices;

namespace Aha.Models.Checkpoints.Gguf.Blocks;

/// <summary>Rounds fp32 to blocks of 32 exactly as ggml's <c>quantize_row_*_ref</c>: scales are computed in fp32 and stored in fp16, codes use the fp32 scale.</summary>
internal static class BlockQuantizer
{
    private const int Elements = 32;
    private const int Nibbles = Elements / 2;

    /// <summary><c>d = max|x| / 127</c>, <c>code = round(x / d)</c>, halves away from zero.</summary>
    public static void EncodeQ8_0(ReadOnlySpan<float> values, Span<byte> blocks)
    {
        for (; values.Length > 0; values = values[Elements..], blocks = blocks[34..])
        {
            float largest = 0;
            for (int i = 0; i < Elements; i++) largest = MathF.Max(largest, MathF.Abs(values[i]));
            float d = largest / 127, inverse = Inverse(d);
            Store(d, blocks);
            for (int i = 0; i < Elements; i++) blocks[2 + i] = (byte)(sbyte)MathF.Round(values[i] * inverse, MidpointRounding.AwayFromZero);
        }
    }

    /// <summary><c>d = x of largest magnitude / -8</c>, <c>nibble = min(15, floor(x / d + 8.5))</c>.</summary>
    public static void EncodeQ4_0(ReadOnlySpan<float> values, Span<byte> blocks)
    {
        for (; values.Length > 0; values = values[Elements..], blocks = blocks[18..])
        {
            float largest = 0;
            for (int i = 0; i < Elements; i++)
            {
                if (MathF.Abs(values[i]) > MathF.Abs(largest)) largest = values[i];
            }
            float d = largest / -8;
            Store(d, blocks);
            StoreNibbles(values, Inverse(d), 0, 8.5f, blocks[2..]);
        }
    }

    /// <summary><c>m = min x</c>, <c>d = (max x - m) / 15</c>, <c>nibble = min(15, floor((x - m) / d + 0.5))</c>.</summary>
    public static void EncodeQ4_1(ReadOnlySpan<float> values, Span<byte> blocks)
    {
        for (; values.Length > 0; values = values[Elements..], blocks = blocks[20..])
        {
            float least = float.MaxValue, most = float.MinValue;
            for (int i = 0; i < Elements; i++) (least, most) = (MathF.Min(least, values[i]), MathF.Max(most, values[i]));
            float d = (most - least) / 15;
            Store(d, blocks);
            Store(least, blocks[2..]);
            StoreNibbles(values, Inverse(d), least, 0.5f, blocks[4..]);
        }
    }

    private static void StoreNibbles(ReadOnlySpan<float> values, float inverse, float origin, float rounding, Span<byte> nibbles)
    {
        for (int i = 0; i < Nibbles; i++)
            nibbles[i] = (byte)(Nibble(values[i]) | (Nibble(values[Nibbles + i]) << 4));

        // The sum is never negative, so that truncation is the floor.
        int Nibble(float value) => Math.Min(15, (int)((value - origin) * inverse + rounding));
    }

    private static float Inverse(float d) => d == 0 ? 0 : 1 / d;

    private static void Store(float value, Span<byte> bytes) => MemoryMarshal.Write(bytes, (Half)value);
}
