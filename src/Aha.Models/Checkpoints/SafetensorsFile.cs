using System.IO.MemoryMappedFiles;

namespace Aha.Models.Checkpoints;

/// <summary>A safetensors file, memory-mapped: only the pages that are read come from disk.</summary>
public sealed unsafe class SafetensorsFile : IDisposable
{
    private readonly MemoryMappedFile? _map;
    private readonly MemoryMappedViewAccessor? _view;
    private readonly byte* _data;
    private readonly Dictionary<string, SafetensorsEntry> _byName;

    private SafetensorsFile(string path, SafetensorsHeader header, MemoryMappedFile? map, MemoryMappedViewAccessor? view)
    {
        Path = path;
        Metadata = header.Metadata;
        Entries = header.Entries;
        _byName = header.Entries.ToDictionary(entry => entry.Name, StringComparer.Ordinal);
        _map = map;
        _view = view;
        if (view is null) return;
        byte* start = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        _data = start + view.PointerOffset + header.DataOffset;
    }

    public string Path { get; }

    /// <summary>The file's own string pairs, in file order.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Metadata { get; }

    /// <summary>All tensors, in header order.</summary>
    public IReadOnlyList<SafetensorsEntry> Entries { get; }

    /// <exception cref="ModelFormatException">The file is missing, unreadable, or its header does not describe it.</exception>
    public static SafetensorsFile Open(string path)
    {
        MemoryMappedFile? map = null;
        MemoryMappedViewAccessor? view = null;
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            SafetensorsHeader header = SafetensorsHeader.Read(stream, path);
            // A mapping cannot be empty of data, yet a file without tensors is valid; nothing is ever read from it.
            if (header.Entries.Count > 0)
            {
                map = MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
                view = map.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
            }
            return new SafetensorsFile(path, header, map, view);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            view?.Dispose();
            map?.Dispose();
            throw new ModelFormatException(path, "", File.Exists(path) ? $"cannot be read: {e.Message}" : "no such file", e);
        }
    }

    public bool TryFind(string name, out SafetensorsEntry? entry) => _byName.TryGetValue(name, out entry);

    /// <summary>The tensor's bytes as stored, mapped from the file; valid until disposal.</summary>
    /// <exception cref="ModelFormatException">More bytes than a span can hold.</exception>
    public ReadOnlySpan<byte> Bytes(SafetensorsEntry entry)
    {
        if (entry.End - entry.Begin > int.MaxValue) throw new ModelFormatException(Path, entry.Name, "larger than 2 GB");
        return new ReadOnlySpan<byte>(_data + entry.Begin, (int)(entry.End - entry.Begin));
    }

    /// <summary>A row's bytes as stored, mapped from the file; valid until disposal.</summary>
    public ReadOnlySpan<byte> Row(SafetensorsEntry entry, long row)
    {
        long bytes = (entry.End - entry.Begin) / entry.Shape[0];
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((ulong)row, (ulong)entry.Shape[0]);
        return new ReadOnlySpan<byte>(_data + entry.Begin + row * bytes, checked((int)bytes));
    }

    /// <summary>Copies the tensor's values, widened to fp32, into as many elements.</summary>
    public void CopyTo(SafetensorsEntry entry, Span<float> destination)
    {
        if (destination.Length != (entry.End - entry.Begin) / entry.Type.Size())
            throw new ArgumentException($"{entry.Name} does not have {destination.Length} elements", nameof(destination));
        // In pieces: a span holds fewer bytes than elements of fp32.
        const int Piece = 1 << 24;
        for (int start = 0; start < destination.Length; start += Piece)
        {
            int count = Math.Min(Piece, destination.Length - start), size = entry.Type.Size();
            ElementCodec.Decode(new ReadOnlySpan<byte>(_data + entry.Begin + (long)start * size, count * size), entry.Type, destination.Slice(start, count));
        }
    }

    public void Dispose()
    {
        if (_view is not null)
        {
            _view.SafeMemoryMappedViewHandle.ReleasePointer();
            _view.Dispose();
        }
        _map?.Dispose();
    }
}
