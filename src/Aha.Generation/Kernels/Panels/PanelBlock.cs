using Aha.Models;

namespace Aha.Generation.Kernels.Panels;

/// <summary>How many bytes panels take, and where in them an output's numbers lie.</summary>
internal static unsafe class PanelBlock
{
    /// <summary>Numbers of one output that share a scale.</summary>
    public const int Depth = 32;

    /// <summary>Bytes of a panel of so many outputs.</summary>
    public static long Bytes(StoredFormat format, int depth, int width) => format switch
    {
        StoredFormat.Float32 => (long)depth * width * sizeof(float),
        StoredFormat.BFloat16 => (long)depth * width * sizeof(ushort),
        _ => (long)depth / Depth * Stride(format, width),
    };

    /// <summary>Writes an output's stored row (as the file holds it: scale or scale and offset, then codes) to its place.</summary>
    /// <param name="panel">The panel it lies in.</param>
    /// <param name="column">Its place there.</param>
    /// <exception cref="ArgumentException">A scale is not finite.</exception>
    public static void Write(StoredFormat format, ReadOnlySpan<byte> row, byte* panel, int width, int column)
    {
        fixed (byte* start = row)
        {
            byte* end = start + row.Length;
            if (format == StoredFormat.BFloat16)
            {
                ushort* target = (ushort*)panel + column;
                for (var p = (ushort*)start; p < end; p++, target += width) *target = *p;
                return;
            }

            for (byte* block = start; block < end; panel += Stride(format, width))
            {
                byte* codes = panel + width * sizeof(float);
                var scale = *(Half*)block;
                if (!Half.IsFinite(scale)) throw new ArgumentException("it has a scale that is not finite");
                ((float*)panel)[column] = (float)scale;
                block += sizeof(Half);
                if (format == StoredFormat.Q8_0)
                {
                    for (int k = 0; k < Depth; k++) codes[k * width + column] = block[k];
                    block += Depth;
                    continue;
                }

                if (format == StoredFormat.Q4_1)
                {
                    if (!Half.IsFinite(*(Half*)block)) throw new ArgumentException("it has an offset that is not finite");
                    ((uint*)panel)[column] = *(ushort*)(block - sizeof(Half)) | (uint)*(ushort*)block << 16;
                    block += sizeof(Half);
                }

                // The low nibbles of the sixteen bytes are elements 0 to 15, the high ones 16 to 31.
                ulong low = 0, high = 0, low2 = 0, high2 = 0;
                for (int i = 0; i < 8; i++)
                {
                    low |= (ulong)(block[i] & 15) << 4 * i;
                    high |= (ulong)(block[i] >> 4) << 4 * i;
                    low2 |= (ulong)(block[i + 8] & 15) << 4 * i;
                    high2 |= (ulong)(block[i + 8] >> 4) << 4 * i;
                }

                uint* words = (uint*)codes + column;
                words[0] = (uint)low;
                words[width] = (uint)low2;
                words[2 * width] = (uint)high;
                words[3 * width] = (uint)high2;
                block += Depth / 2;
            }
        }
    }

    /// <summary>Reads one output's numbers back: a token's embedding, where the table is kept in panels.</summary>
    public static void Read(StoredFormat format, byte* panel, int depth, int width, int column, float* target)
    {
        if (format == StoredFormat.Float32)
        {
            for (int k = 0; k < depth; k++) target[k] = ((float*)panel)[k * width + column];
            return;
        }

        if (format == StoredFormat.BFloat16)
        {
            for (int k = 0; k < depth; k++) target[k] = BitConverter.UInt32BitsToSingle((uint)((ushort*)panel)[k * width + column] << 16);
            return;
        }

        for (float* end = target + depth; target < end; target += Depth, panel += Stride(format, width))
        {
            byte* codes = panel + width * sizeof(float);
            float scale = ((float*)panel)[column];
            if (format == StoredFormat.Q8_0)
            {
                for (int k = 0; k < Depth; k++) target[k] = scale * (sbyte)codes[k * width + column];
                continue;
            }

            float offset = 0;
            uint word = ((uint*)panel)[column];
            if (format == StoredFormat.Q4_1) (scale, offset) = ((float)BitConverter.UInt16BitsToHalf((ushort)word), (float)BitConverter.UInt16BitsToHalf((ushort)(word >> 16)));
            for (int k = 0; k < Depth; k++)
            {
                int nibble = (int)(((uint*)codes)[k / 8 * width + column] >> 4 * (k % 8)) & 15;
                target[k] = format == StoredFormat.Q4_1 ? scale * nibble + offset : scale * (nibble - 8);
            }
        }
    }

    private static long Stride(StoredFormat format, int width) => width * (sizeof(float) + (format == StoredFormat.Q8_0 ? Depth : Depth / 2));
}
