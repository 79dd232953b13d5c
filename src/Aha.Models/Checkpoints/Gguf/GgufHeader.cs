using Aha.Models.Checkpoints.Gguf.Blocks;

namespace Aha.Models.Checkpoints.Gguf;

/// <summary>
/// The header of a GGUF file (github.com/ggml-org/ggml, docs/gguf.md): <c>GGUF</c>, a version, the counts of tensors and of metadata pairs, the
/// pairs, the tensors' names, sizes, types and offsets; then the data, aligned. Little-endian; versions 2 and 3 differ in nothing else.
/// </summary>
/// <param name="DataOffset">Where the data section begins in the file.</param>
internal sealed record GgufHeader(GgufMetadata Metadata, IReadOnlyList<GgufEntry> Entries, long DataOffset)
{
    public const uint Magic = 0x4655_4747;

    /// <summary>The version that is written.</summary>
    public const uint Version = 3;

    public const string AlignmentKey = "general.alignment";

    public const int DefaultAlignment = 32;

    public const int MaxDimensions = 4;

    // What a metadata pair (name, type, a value of one byte) and a tensor (name, dimension count, one size, type, offset) take at the least.
    private const int LeastPair = sizeof(ulong) + sizeof(uint) + 1;
    private const int LeastTensor = sizeof(ulong) + sizeof(uint) + sizeof(uint) + sizeof(ulong);

    /// <exception cref="ModelFormatException">The header does not describe <paramref name="file"/>.</exception>
    public static unsafe GgufHeader Read(byte* bytes, long length, string file)
    {
        var cursor = new GgufCursor(bytes, length, file);
        if (length < 2 * sizeof(uint) || cursor.Read<uint>("") != Magic) throw new ModelFormatException(file, "", "not a GGUF file: it does not begin with GGUF");
        uint version = cursor.Read<uint>("version");
        if (version is not (2 or 3))
        {
            throw new ModelFormatException(file, "version", (version & 0xFFFF) == 0 && version != 0
                ? "a big-endian file; only little-endian ones are read"
                : $"{version} is not supported, only 2 and 3");
        }
        // Both counts stand before what they count; the pairs come first, so the tensors' can only be held against the file as a whole.
        int tensorCount = cursor.ReadCount("tensor count", LeastTensor);
        int pairCount = cursor.ReadCount("metadata count", LeastPair);

        GgufMetadata metadata = ReadMetadata(ref cursor, pairCount, file);
        int alignment = Alignment(metadata);
        List<GgufEntry> entries = ReadEntries(ref cursor, tensorCount, alignment, file);
        long dataOffset = AlignUp(cursor.Position, alignment);
        RequireInside(entries, Math.Max(0, length - dataOffset), file);
        return new GgufHeader(metadata, entries, dataOffset);
    }

    public static long AlignUp(long position, int alignment) => (position + alignment - 1) / alignment * alignment;

    private static GgufMetadata ReadMetadata(ref GgufCursor cursor, int count, string file)
    {
        var pairs = new List<KeyValuePair<string, object>>(count);
        var keys = new HashSet<string>(StringComparer.Ordinal);
        for (int i = 0; i < count; i++)
        {
            string key = cursor.ReadKey($"metadata {i}");
            if (!keys.Add(key)) throw new ModelFormatException(file, key, "stands twice in the metadata");
            pairs.Add(new(key, cursor.ReadValue((GgufValueType)cursor.Read<uint>(key), key)));
        }
        return new GgufMetadata(file, pairs);
    }

    private static int Alignment(GgufMetadata metadata)
    {
        int alignment = metadata.OptionalInt(AlignmentKey) ?? DefaultAlignment;
        return alignment > 0 && int.IsPow2(alignment) ? alignment : throw metadata.Refused(AlignmentKey, $"{alignment} is not a power of two");
    }

    private static List<GgufEntry> ReadEntries(ref GgufCursor cursor, int count, int alignment, string file)
    {
        var entries = new List<GgufEntry>(count);
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (int i = 0; i < count; i++)
        {
            string name = cursor.ReadKey($"tensor {i}");
            if (!names.Add(name)) throw new ModelFormatException(file, name, "stands twice among the tensors");
            entries.Add(ReadEntry(ref cursor, name, alignment, file));
        }
        return entries;
    }

    private static GgufEntry ReadEntry(ref GgufCursor cursor, string name, int alignment, string file)
    {
        ModelFormatException Refused(string problem) => new(file, name, problem);

        uint dimensions = cursor.Read<uint>(name);
        if (dimensions > MaxDimensions) throw Refused($"{dimensions} dimensions, where at most {MaxDimensions} are allowed");
        var shape = new long[dimensions];
        Int128 count = 1;
        for (int i = 0; i < shape.Length; i++)
        {
            ulong size = cursor.Read<ulong>(name);
            count *= size;
            // Past this no file can hold it; stopping here keeps the product from overflowing.
            if (size > long.MaxValue || count > long.MaxValue / 8) throw Refused("its shape is larger than any file");
            shape[^(i + 1)] = (long)size;
        }
        uint typeNumber = cursor.Read<uint>(name);
        ulong offset = cursor.Read<ulong>(name);
        if (BlockFormat.Find((GgufTensorType)typeNumber) is not BlockFormat format)
            throw Refused($"element type {GgmlTypes.NameOf(typeNumber)} is not supported, only {string.Join(", ", BlockFormat.All.Select(known => known.Type))}");
        long row = shape.Length == 0 ? 1 : shape[^1];
        if (row % format.Elements != 0) throw Refused($"rows of {row} elements do not fill {format.Type} blocks of {format.Elements}");
        if (offset > long.MaxValue || (long)offset % alignment != 0) throw Refused($"its data begin at {offset}, which is not a multiple of {alignment}");
        return new GgufEntry(name, format.Type, shape, (long)offset, (long)count / format.Elements * format.Bytes);
    }

    private static void RequireInside(List<GgufEntry> entries, long dataLength, string file)
    {
        long end = 0;
        foreach (GgufEntry entry in entries.OrderBy(entry => entry.Begin).ThenBy(entry => entry.ByteCount))
        {
            if (entry.Begin < end) throw new ModelFormatException(file, entry.Name, $"its data begin at {entry.Begin}, inside another tensor's, which end at {end}");
            if (entry.Begin > dataLength || entry.ByteCount > dataLength - entry.Begin)
                throw new ModelFormatException(file, entry.Name, $"its {entry.ByteCount} bytes at {entry.Begin} lie outside the file's {dataLength} data bytes; the file is cut off");
            end = entry.Begin + entry.ByteCount;
        }
    }
}
