using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Aha.Models.Checkpoints;

/// <summary>All tensors of a model folder: <c>model.safetensors</c>, or the shards that <c>model.safetensors.index.json</c> lists.</summary>
public sealed class SafetensorsCheckpoint : ITensorSource
{
    public const string SingleName = "model.safetensors";
    public const string IndexName = "model.safetensors.index.json";

    private readonly List<SafetensorsFile> _files;
    private readonly Dictionary<string, (SafetensorsFile File, SafetensorsEntry Entry)> _tensors = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (SafetensorsFile File, SafetensorsEntry Entry)> _scales = new(StringComparer.Ordinal);

    private SafetensorsCheckpoint(string description, List<SafetensorsFile> files)
    {
        Description = description;
        _files = files;
    }

    /// <summary>The file that errors about the whole name: the single file or the index.</summary>
    public string Description { get; }

    public IReadOnlyCollection<string> Names => _tensors.Keys;

    /// <summary>Whether a folder holds safetensors under the names that are read.</summary>
    public static bool IsIn(string folder) => File.Exists(Path.Combine(folder, SingleName)) || File.Exists(Path.Combine(folder, IndexName));

    /// <exception cref="ModelFormatException">No weights, a shard or one of its tensors is missing, or a header is broken.</exception>
    public static SafetensorsCheckpoint Open(string folder)
    {
        string single = Path.Combine(folder, SingleName), index = Path.Combine(folder, IndexName);
        if (!IsIn(folder)) throw new ModelFormatException(folder, "", $"holds neither {SingleName} nor {IndexName}");
        var files = new List<SafetensorsFile>();
        var checkpoint = new SafetensorsCheckpoint(File.Exists(single) ? single : index, files);
        try
        {
            if (File.Exists(single)) checkpoint.Add(SafetensorsFile.Open(single));
            else checkpoint.AddShards(folder, index);
            checkpoint.SetScalesApart();
            return checkpoint;
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
    }

    public bool TryFind(string name, [NotNullWhen(true)] out StoredTensor? tensor)
    {
        tensor = _tensors.TryGetValue(name, out var place) ? new StoredTensor(place.File.Path, place.Entry.Type.ToString(), place.Entry.Shape) : null;
        return tensor is not null;
    }

    public void CopyTo(string name, Span<float> destination)
    {
        (SafetensorsFile file, SafetensorsEntry entry) = _tensors[name];
        file.CopyTo(entry, destination);
        if (!_scales.TryGetValue(name, out var scales)) return;
        var factors = new float[scales.Entry.Shape[0] * scales.Entry.Shape[1]];
        scales.File.CopyTo(scales.Entry, factors);
        BlockScales.Apply(destination, (int)entry.Shape[1], factors);
    }

    public bool TryRow(string name, long row, out ReadOnlySpan<byte> bytes)
    {
        (SafetensorsFile file, SafetensorsEntry entry) = _tensors[name];
        bytes = default;
        if (_scales.ContainsKey(name)) return false;
        bytes = file.Row(entry, row);
        return true;
    }

    public void Dispose()
    {
        foreach (SafetensorsFile file in _files) file.Dispose();
    }

    private void Add(SafetensorsFile file)
    {
        _files.Add(file);
        foreach (SafetensorsEntry entry in file.Entries)
        {
            if (!_tensors.TryAdd(entry.Name, (file, entry))) throw new ModelFormatException(file.Path, entry.Name, "stands in another shard too");
        }
    }

    private void AddShards(string folder, string index)
    {
        Dictionary<string, string> shardOf = ReadIndex(index);
        foreach (string shard in shardOf.Values.Distinct().Order(StringComparer.Ordinal))
        {
            // A shard is a neighbour; a path would let an index read any file.
            if (shard != Path.GetFileName(shard)) throw new ModelFormatException(index, "weight_map", $"'{shard}' is a path, not a file name");
            Add(SafetensorsFile.Open(Path.Combine(folder, shard)));
        }
        foreach ((string name, string shard) in shardOf)
        {
            if (!_tensors.TryGetValue(name, out var tensor) || Path.GetFileName(tensor.File.Path) != shard)
                throw new ModelFormatException(index, name, $"not in {shard}, where the index puts it");
        }
    }

    // FP8 matrices are read with their factors, which are no tensors of the model.
    private void SetScalesApart()
    {
        foreach ((string name, (SafetensorsFile file, SafetensorsEntry entry)) in _tensors.Where(tensor => tensor.Value.Entry.Type == SafetensorsType.F8_E4M3).ToList())
        {
            string scales = name + BlockScales.Suffix;
            if (entry.Shape.Count != 2) throw new ModelFormatException(file.Path, name, $"FP8 with {entry.Shape.Count} dimensions; only matrices have block scales");
            if (!_tensors.Remove(scales, out var factors)) throw new ModelFormatException(file.Path, name, $"FP8 without its block scales, {scales}");
            if (factors.Entry.Type == SafetensorsType.F8_E4M3 || !factors.Entry.Shape.SequenceEqual(BlockScales.ShapeOf(entry.Shape)))
            {
                throw new ModelFormatException(factors.File.Path, scales,
                    $"{factors.Entry.Type} [{string.Join(", ", factors.Entry.Shape)}], where FP8 [{string.Join(", ", entry.Shape)}] needs F32 [{string.Join(", ", BlockScales.ShapeOf(entry.Shape))}]");
            }
            _scales[name] = factors;
        }
    }

    private static Dictionary<string, string> ReadIndex(string index)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(index));
            if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("weight_map", out JsonElement map)
                || map.ValueKind != JsonValueKind.Object)
                throw new ModelFormatException(index, "weight_map", "missing, or not an object");
            var shardOf = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (JsonProperty pair in map.EnumerateObject())
            {
                if (pair.Value.ValueKind != JsonValueKind.String) throw new ModelFormatException(index, pair.Name, "its shard is not a file name");
                shardOf[pair.Name] = pair.Value.GetString()!;
            }
            return shardOf;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new ModelFormatException(index, "", "not JSON", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelFormatException(index, "", $"cannot be read: {e.Message}", e);
        }
    }
}
