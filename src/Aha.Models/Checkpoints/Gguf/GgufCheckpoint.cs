using System.Diagnostics.CodeAnalysis;
using Aha.Models.Checkpoints.Gguf.Blocks;

namespace Aha.Models.Checkpoints.Gguf;

/// <summary>The tensors of a GGUF file under their Hugging Face names and in Hugging Face's order of rows.</summary>
internal sealed class GgufCheckpoint : ITensorSource
{
    private readonly GgufFile _file;
    private readonly Dictionary<string, GgufEntry> _tensors = new(StringComparer.Ordinal);

    private GgufCheckpoint(GgufFile file)
    {
        _file = file;
        Config = GgufConfig.Read(file);
        foreach (GgufEntry entry in file.Entries)
        {
            // The configuration says in Hugging Face's words what this one says.
            if (entry.Name == GgufRope.Divisors) continue;
            string name = GgufNames.ToHuggingFace(entry.Name);
            if (!_tensors.TryAdd(name, entry)) throw new ModelFormatException(file.Path, entry.Name, $"stands for {name}, as {_tensors[name].Name} does");
            int heads = RotaryRows.InterleavedHeads(Config, name);
            if (heads > 0 && !(entry.Shape.Count == 2 && entry.Shape[0] == (long)heads * Config.HeadDim))
                throw new ModelFormatException(file.Path, entry.Name, $"shape [{string.Join(", ", entry.Shape)}], where {heads} heads of {Config.HeadDim} rows are due");
        }
    }

    public ModelConfig Config { get; }

    public GgufMetadata Metadata => _file.Metadata;

    public string Description => _file.Path;

    public IReadOnlyCollection<string> Names => _tensors.Keys;

    /// <exception cref="ModelFormatException">The file is broken, or holds a model that is not supported.</exception>
    public static GgufCheckpoint Open(string path)
    {
        GgufFile file = GgufFile.Open(path);
        try
        {
            return new GgufCheckpoint(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public bool TryFind(string name, [NotNullWhen(true)] out StoredTensor? tensor)
    {
        tensor = _tensors.TryGetValue(name, out GgufEntry? entry) ? new StoredTensor(_file.Path, entry.Type.ToString(), entry.Shape) : null;
        return tensor is not null;
    }

    public void CopyTo(string name, Span<float> destination)
    {
        GgufEntry entry = _tensors[name];
        if (RotaryRows.InterleavedHeads(Config, name) == 0)
        {
            _file.CopyTo(entry, destination);
            return;
        }
        if (destination.Length != entry.Count) throw new ArgumentException($"{name} does not have {destination.Length} elements", nameof(destination));
        BlockFormat format = BlockFormat.Of(entry.Type);
        int length = (int)entry.RowLength;
        for (long row = 0; row < entry.Shape[0]; row++)
            format.Decode(_file.Rows(entry, row, 1), destination.Slice((int)RotaryRows.ToHuggingFace(row, Config.HeadDim) * length, length));
    }

    public bool TryRow(string name, long row, out ReadOnlySpan<byte> bytes)
    {
        GgufEntry entry = _tensors[name];
        bytes = _file.Rows(entry, RotaryRows.InterleavedHeads(Config, name) == 0 ? row : RotaryRows.ToGguf(row, Config.HeadDim), 1);
        return true;
    }

    public void Dispose() => _file.Dispose();
}
