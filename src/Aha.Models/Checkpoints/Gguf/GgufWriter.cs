using System.Text;
using Aha.Models.Checkpoints.Gguf.Blocks;

namespace Aha.Models.Checkpoints.Gguf;

/// <summary>Hands out a tensor's values, row-major, when the writer comes to it; a span cannot be stored.</summary>
public delegate ReadOnlySpan<float> TensorValues(GgufEntry entry);

/// <summary>Writes GGUF files, version 3, little-endian.</summary>
public static class GgufWriter
{
    /// <summary>Entries for tensors in the given order, each aligned.</summary>
    /// <exception cref="ArgumentException">A row does not fill the type's blocks.</exception>
    public static IReadOnlyList<GgufEntry> LayOut(IEnumerable<(string Name, GgufTensorType Type, IReadOnlyList<long> Shape)> tensors)
    {
        var entries = new List<GgufEntry>();
        long offset = 0;
        foreach ((string name, GgufTensorType type, IReadOnlyList<long> shape) in tensors)
        {
            BlockFormat format = BlockFormat.Of(type);
            var entry = new GgufEntry(name, type, shape, offset, 0);
            if (entry.RowLength % format.Elements != 0) throw new ArgumentException($"{name}: rows of {entry.RowLength} do not fill {type} blocks of {format.Elements}", nameof(tensors));
            entry = entry with { ByteCount = entry.Count / format.Elements * format.Bytes };
            entries.Add(entry);
            offset = GgufHeader.AlignUp(offset + entry.ByteCount, GgufHeader.DefaultAlignment);
        }
        return entries;
    }

    /// <summary>Writes entries that <see cref="LayOut"/> made, rounding each tensor's values to its type.</summary>
    /// <param name="metadata">Values of the types that <see cref="GgufMetadata"/> describes; the alignment is not among them.</param>
    /// <exception cref="ModelFormatException">A value is not finite, or beyond the range of fp16 where that is the type or the type of a block's scale.</exception>
    public static void Write(string path, IReadOnlyCollection<KeyValuePair<string, object>> metadata, IReadOnlyList<GgufEntry> entries, TensorValues values)
    {
        using var stream = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16);
        using (var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true))
        {
            writer.Write(GgufHeader.Magic);
            writer.Write(GgufHeader.Version);
            writer.Write((ulong)entries.Count);
            writer.Write((ulong)metadata.Count);
            foreach ((string key, object value) in metadata)
            {
                WriteText(writer, key);
                writer.Write((uint)TypeOf(value.GetType()));
                WriteValue(writer, value);
            }
            foreach (GgufEntry entry in entries) WriteEntry(writer, entry);
        }
        Pad(stream);
        foreach (GgufEntry entry in entries)
        {
            WriteRows(stream, entry, values(entry), path);
            Pad(stream);
        }
        // The rename that follows must not outrun the data.
        stream.Flush(flushToDisk: true);
    }

    private static void WriteEntry(BinaryWriter writer, GgufEntry entry)
    {
        WriteText(writer, entry.Name);
        writer.Write((uint)entry.Shape.Count);
        foreach (long size in entry.Shape.Reverse()) writer.Write((ulong)size);
        writer.Write((uint)entry.Type);
        writer.Write((ulong)entry.Begin);
    }

    private static void WriteRows(FileStream stream, GgufEntry entry, ReadOnlySpan<float> values, string path)
    {
        if (values.Length != entry.Count) throw new ArgumentException($"{entry.Name}: {values.Length} values given, {entry.Count} due", nameof(values));
        RequireInRange(entry, values, path);
        BlockFormat format = BlockFormat.Of(entry.Type);
        BlockEncoder encode = format.Encode ?? throw new ArgumentException($"{entry.Name}: {entry.Type} is only read", nameof(entry));
        // Blocks never cross a row, and rows follow one another: the tensor is one run of blocks.
        const int ChunkElements = 1 << 16;
        byte[] chunk = new byte[ChunkElements / format.Elements * format.Bytes];
        for (; values.Length > 0; values = values[Math.Min(ChunkElements, values.Length)..])
        {
            ReadOnlySpan<float> part = values[..Math.Min(ChunkElements, values.Length)];
            Span<byte> bytes = chunk.AsSpan(0, part.Length / format.Elements * format.Bytes);
            encode(part, bytes);
            stream.Write(bytes);
        }
    }

    private static void RequireInRange(GgufEntry entry, ReadOnlySpan<float> values, string path)
    {
        if (entry.Type is GgufTensorType.F32 or GgufTensorType.BF16) return;
        // The scale of a block is at most its largest value; both must be fp16 numbers.
        float limit = entry.Type == GgufTensorType.F16 ? 65_519.996f : 65_504f;
        foreach (float value in values)
        {
            if (!(MathF.Abs(value) <= limit)) throw new ModelFormatException(path, entry.Name, $"the value {value} does not fit {entry.Type}; write bf16 or f32");
        }
    }

    private static void Pad(FileStream stream)
    {
        long aligned = GgufHeader.AlignUp(stream.Position, GgufHeader.DefaultAlignment);
        stream.Write(stackalloc byte[(int)(aligned - stream.Position)]);
    }

    private static GgufValueType TypeOf(Type type) => type switch
    {
        _ when type == typeof(string) => GgufValueType.String,
        _ when type == typeof(bool) => GgufValueType.Bool,
        _ when type == typeof(int) => GgufValueType.Int32,
        _ when type == typeof(uint) => GgufValueType.UInt32,
        _ when type == typeof(float) => GgufValueType.Float32,
        { IsArray: true } => GgufValueType.Array,
        _ => throw new ArgumentException($"metadata of type {type.Name} is not written", nameof(type)),
    };

    private static void WriteValue(BinaryWriter writer, object value)
    {
        switch (value)
        {
            case string text: WriteText(writer, text); break;
            case bool truth: writer.Write(truth); break;
            case int number: writer.Write(number); break;
            case uint number: writer.Write(number); break;
            case float number: writer.Write(number); break;
            case Array list:
                writer.Write((uint)TypeOf(list.GetType().GetElementType()!));
                writer.Write((ulong)list.Length);
                foreach (object? element in list) WriteValue(writer, element!);
                break;
        }
    }

    private static void WriteText(BinaryWriter writer, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        writer.Write((ulong)bytes.Length);
        writer.Write(bytes);
    }
}
