namespace Aha.Models.Checkpoints;

/// <summary>Hands out a tensor's bytes when the writer comes to it; a span cannot be stored.</summary>
public delegate ReadOnlySpan<byte> TensorBytes(SafetensorsEntry entry);

/// <summary>Writes safetensors files.</summary>
public static class SafetensorsWriter
{
    /// <summary>Writes entries whose offsets are already laid out, in that order.</summary>
    public static void Write(string path, IReadOnlyList<KeyValuePair<string, string>> metadata, IReadOnlyList<SafetensorsEntry> entries, TensorBytes bytes)
    {
        using var stream = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16);
        stream.Write(SafetensorsHeader.Format(metadata, entries));
        foreach (SafetensorsEntry entry in entries.OrderBy(entry => entry.Begin))
        {
            ReadOnlySpan<byte> data = bytes(entry);
            if (data.Length != entry.End - entry.Begin) throw new ArgumentException($"{entry.Name}: {data.Length} bytes given, {entry.End - entry.Begin} due");
            stream.Write(data);
        }
        // The rename that follows must not outrun the data.
        stream.Flush(flushToDisk: true);
    }

    /// <summary>Entries laid out sorted by name as the reference implementation sorts them.</summary>
    public static IReadOnlyList<SafetensorsEntry> LayOut(IEnumerable<(string Name, SafetensorsType Type, IReadOnlyList<long> Shape)> tensors)
    {
        var entries = new List<SafetensorsEntry>();
        long offset = 0;
        foreach ((string name, SafetensorsType type, IReadOnlyList<long> shape) in tensors.OrderBy(tensor => tensor.Name, StringComparer.Ordinal))
        {
            long end = offset + shape.Aggregate((long)type.Size(), (product, size) => product * size);
            entries.Add(new SafetensorsEntry(name, type, shape, offset, end));
            offset = end;
        }
        return entries;
    }
}
