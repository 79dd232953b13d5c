namespace Aha.Data.Conversations;

/// <summary>
/// Whether bytes are a whole Parquet footer: <c>FileMetaData</c> of https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift in Thrift's compact protocol.
/// The Parquet library takes every field for what the format says it is and reads on beyond the end, so that some damaged footers keep it busy for ever; those are found here.
/// </summary>
internal static class ParquetFooter
{
    private const int DeepestNesting = 32;

    private static readonly Shape Bool = new(1), Byte = new(3), I16 = new(4), I32 = new(5), I64 = new(6), Double = new(7), Binary = new(8), Empty = Struct();
    private static readonly Shape KeyValues = List(Struct(Binary, Binary));
    private static readonly Shape TimeUnit = Struct(Empty, Empty, Empty);
    private static readonly Shape Time = Struct(Bool, TimeUnit);
    private static readonly Shape Encryption = Struct(Binary, Binary, Bool);
    private static readonly Shape LogicalType = Struct(
        Empty, Empty, Empty, Empty, Struct(I32, I32), Empty, Time, Time, null, Struct(Byte, Bool), Empty, Empty, Empty, Empty, Empty, Struct(Byte), Struct(Binary), Struct(Binary, I32));

    private static readonly Shape SchemaElement = Struct(I32, I32, I32, Binary, I32, I32, I32, I32, I32, LogicalType);
    private static readonly Shape Statistics = Struct(Binary, Binary, I64, I64, Binary, Binary, Bool, Bool);
    private static readonly Shape SizeStatistics = Struct(I64, List(I64), List(I64));
    private static readonly Shape GeospatialStatistics = Struct(Struct(Double, Double, Double, Double, Double, Double, Double, Double), List(I32));
    private static readonly Shape ColumnMetaData = Struct(
        I32, List(I32), List(Binary), I32, I64, I64, I64, KeyValues, I64, I64, I64, Statistics, List(Struct(I32, I32, I32)), I64, I32, SizeStatistics, GeospatialStatistics);

    private static readonly Shape ColumnChunk = Struct(Binary, I64, ColumnMetaData, I64, I32, I64, I32, Struct(Empty, Struct(List(Binary), Binary)), Binary);
    private static readonly Shape RowGroup = Struct(List(ColumnChunk), I64, I64, List(Struct(I32, Bool, Bool)), I64, I64, I16);
    private static readonly Shape FileMetaData = Struct(
        I32, List(SchemaElement), I64, List(RowGroup), KeyValues, Binary, List(Struct(Empty)), Struct(Encryption, Encryption), Binary);

    public static bool IsWhole(ReadOnlySpan<byte> footer) => SkipStruct(ref footer, FileMetaData, 0) && footer.IsEmpty;

    private static Shape List(Shape element) => new(9, Element: element);

    /// <param name="fields">The fields by their numbers, from 1; null where the format has none.</param>
    private static Shape Struct(params Shape?[] fields) => new(12, Fields: fields);

    private static bool SkipStruct(ref ReadOnlySpan<byte> rest, Shape? shape, int depth)
    {
        int field = 0;
        while (depth < DeepestNesting && TryByte(ref rest, out byte header))
        {
            if (header == 0)
            {
                return true;
            }

            // Four bits say how far the field's number is from the last one's; 0 says that it follows whole, with its sign in the lowest bit.
            if (header >> 4 != 0)
            {
                field += header >> 4;
            }
            else if (TryVarint(ref rest, out ulong number) && number <= ushort.MaxValue)
            {
                field = (short)((int)(number >> 1) ^ -(int)(number & 1));
            }
            else
            {
                return false;
            }

            Shape? known = shape?.Fields is { } fields && field >= 1 && field <= fields.Length ? fields[field - 1] : null;
            // A field's truth is its type: 1 or 2.
            int type = (header & 15) == 2 ? 1 : header & 15;
            if ((known is not null && known.Type != type) || (type != 1 && !SkipValue(ref rest, type, known, depth + 1)))
            {
                return false;
            }
        }

        return false;
    }

    private static bool SkipValue(ref ReadOnlySpan<byte> rest, int type, Shape? shape, int depth) => type switch
    {
        1 or 2 or 3 => TrySkip(ref rest, 1),
        4 or 5 or 6 => TryVarint(ref rest, out _),
        7 => TrySkip(ref rest, sizeof(double)),
        8 => TryVarint(ref rest, out ulong length) && TrySkip(ref rest, length),
        9 => SkipList(ref rest, shape, depth),
        12 => SkipStruct(ref rest, shape, depth),
        _ => false, // Parquet's metadata has no sets and no maps.
    };

    private static bool SkipList(ref ReadOnlySpan<byte> rest, Shape? shape, int depth)
    {
        if (depth >= DeepestNesting || !TryByte(ref rest, out byte header))
        {
            return false;
        }

        // Every element has a byte at least.
        ulong count = (ulong)header >> 4;
        if ((count == 15 && !TryVarint(ref rest, out count)) || count > (ulong)rest.Length || (count > 0 && shape?.Element is { } element && element.Type != (header & 15)))
        {
            return false;
        }

        for (ulong i = 0; i < count; i++)
        {
            if (!SkipValue(ref rest, header & 15, shape?.Element, depth + 1))
            {
                return false;
            }
        }

        return true;
    }

    private static bool TryVarint(ref ReadOnlySpan<byte> rest, out ulong value)
    {
        value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            if (!TryByte(ref rest, out byte next))
            {
                return false;
            }

            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return true;
            }
        }

        return false;
    }

    private static bool TryByte(ref ReadOnlySpan<byte> rest, out byte value)
    {
        value = rest.IsEmpty ? (byte)0 : rest[0];
        return TrySkip(ref rest, 1);
    }

    private static bool TrySkip(ref ReadOnlySpan<byte> rest, ulong bytes)
    {
        if (bytes > (ulong)rest.Length)
        {
            return false;
        }

        rest = rest[(int)bytes..];
        return true;
    }

    /// <param name="Type">Its number in the compact protocol.</param>
    /// <param name="Element">What a list holds; null where it is no list.</param>
    /// <param name="Fields">What a structure holds; null where it is none.</param>
    private sealed record Shape(int Type, Shape? Element = null, Shape?[]? Fields = null);
}
