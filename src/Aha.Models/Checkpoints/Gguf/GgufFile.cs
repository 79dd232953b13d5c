using System.IO.MemoryMappedFiles;
using Aha.Models.Checkpoints.Gguf.Blocks;

namespace Aha.Models.Checkpoints.Gguf;

/// <summary>A GGUF file, memory-mapped: only the pages that are read come from disk.</summary>
public sealed unsafe class GgufFile : IDisposable
{
    public const string Extension = ".gguf";

    private readonly MemoryMappedFile _map;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _data;
    private readonly Dictionary<string, GgufEntry> _byName;

    private GgufFile(string path, GgufHeader header, MemoryMappedFile map, MemoryMappedViewAccessor view, byte* start)
    {
        Path = path;
        Metadata = header.Metadata;
        Entries = header.Entries;
        _byName = header.Entries.ToDictionary(entry => entry.Name, StringComparer.Ordinal);
        _map = map;
        _view = view;
        _data = start + header.DataOffset;
    }

    public string Path { get; }

    public GgufMetadata Metadata { get; }

    /// <summary>All tensors, in header order.</summary>
    public IReadOnlyList<GgufEntry> Entries { get; }

    /// <summary>The GGUF file that a path means: itself, or the one in a folder without safetensors; null where there is none.</summary>
    /// <exception cref="ModelFormatException">The folder holds several.</exception>
    public static string? Locate(string path)
    {
        if (File.Exists(path)) return path;
        if (!Directory.Exists(path) || SafetensorsCheckpoint.IsIn(path)) return null;
        string[] files = Directory.GetFiles(path, "*" + Extension);
        return files.Length <= 1
            ? files.FirstOrDefault()
            : throw new ModelFormatException(path, "", $"holds {files.Length} GGUF files; name the one that is meant");
    }

    /// <exception cref="ModelFormatException">The file is missing, unreadable, or its header does not describe it.</exception>
    public static GgufFile Open(string path)
    {
        MemoryMappedFile? map = null;
        MemoryMappedViewAccessor? view = null;
        byte* start = null;
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            // An empty file cannot be mapped.
            if (stream.Length == 0) throw new ModelFormatException(path, "", "not a GGUF file: it is empty");
            long length = stream.Length;
            map = MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
            view = map.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
            view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
            start += view.PointerOffset;
            return new GgufFile(path, GgufHeader.Read(start, length, path), map, view, start);
        }
        catch (Exception e)
        {
            if (start is not null) view!.SafeMemoryMappedViewHandle.ReleasePointer();
            view?.Dispose();
            map?.Dispose();
            if (e is not (IOException or UnauthorizedAccessException)) throw;
            throw new ModelFormatException(path, "", File.Exists(path) ? $"cannot be read: {e.Message}" : "no such file", e);
        }
    }

    public bool TryFind(string name, out GgufEntry? entry) => _byName.TryGetValue(name, out entry);

    /// <summary>Bytes of consecutive rows as stored, mapped from the file; valid until disposal.</summary>
    public ReadOnlySpan<byte> Rows(GgufEntry entry, long first, int count)
    {
        // Past unmapping, the address is anybody's memory.
        ObjectDisposedException.ThrowIf(_view.SafeMemoryMappedViewHandle.IsClosed, this);
        long rowBytes = BlockFormat.Of(entry.Type).RowBytes(entry.RowLength);
        return new ReadOnlySpan<byte>(_data + entry.Begin + first * rowBytes, checked((int)(rowBytes * count)));
    }

    /// <summary>Widens the tensor's values to fp32, exactly, into as many elements.</summary>
    public void CopyTo(GgufEntry entry, Span<float> destination)
    {
        if (destination.Length != entry.Count) throw new ArgumentException($"{entry.Name} does not have {destination.Length} elements", nameof(destination));
        int row = (int)entry.RowLength;
        BlockFormat format = BlockFormat.Of(entry.Type);
        for (int i = 0; destination.Length > 0; i++, destination = destination[row..])
            format.Decode(Rows(entry, i, 1), destination[..row]);
    }

    public void Dispose()
    {
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _map.Dispose();
    }
}
