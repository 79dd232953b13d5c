using System.Text.Json;
using System.Text.Json.Nodes;

namespace Aha.Models.Checkpoints;

/// <summary>Writes model folders as the hub lays them out.</summary>
public static class ModelFolderWriter
{
    /// <summary>The largest file of weights: transformers' own limit.</summary>
    public const long DefaultShardBytes = 5_000_000_000;

    // What one element of FP8 or bf16 cannot stand for: DeepSeek keeps these in fp32 too.
    private const string AlwaysFloat32 = "e_score_correction_bias";

    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true, NewLine = "\n" };

    /// <summary>One file to be written.</summary>
    private sealed record Shard(string Name, IReadOnlyList<SafetensorsEntry> Entries)
    {
        public long Bytes { get; } = Entries.Sum(entry => entry.End - entry.Begin);
    }

    /// <exception cref="IOException">The folder cannot be written.</exception>
    internal static void Write(CausalLanguageModel model, string folder, SafetensorsType type, long shardBytes, Action<long, long>? progress)
    {
        Directory.CreateDirectory(folder);
        ReplacedFile.WriteText(Path.Combine(folder, ModelConfigFile.ConfigName), ModelConfigFile.Format(model.Config, type));
        ReplacedFile.WriteText(Path.Combine(folder, ModelConfigFile.GenerationConfigName), ModelConfigFile.FormatGeneration(model.Config));
        IReadOnlyList<Shard> shards = Divide(model, type, shardBytes);
        var source = new ModelBytes(model);
        long done = 0, total = shards.Sum(shard => shard.Bytes);
        foreach (Shard shard in shards)
        {
            ReplacedFile.Write(Path.Combine(folder, shard.Name), path => SafetensorsWriter.Write(path, [new("format", "pt")], shard.Entries, entry =>
            {
                progress?.Invoke(done + entry.Begin, total);
                return source.Bytes(entry);
            }));
            done += shard.Bytes;
        }
        if (shards.Count > 1) ReplacedFile.WriteText(Path.Combine(folder, SafetensorsCheckpoint.IndexName), Index(shards));
        DeleteOthers(folder, shards);
    }

    /// <summary>
    /// Copies what lies beside a model's weights and belongs to it: tokenizer files, chat templates and licences, so that a folder written from another is
    /// complete. Files that are there already are kept.
    /// </summary>
    /// <exception cref="IOException">A file cannot be read or written.</exception>
    public static void CopyCompanions(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (string path in Directory.EnumerateFiles(from).Order(StringComparer.Ordinal))
        {
            string name = Path.GetFileName(path), target = Path.Combine(to, name);
            bool companion = name.StartsWith("tokenizer", StringComparison.Ordinal) || name.StartsWith("chat_template", StringComparison.Ordinal)
                || name.StartsWith("LICENSE", StringComparison.OrdinalIgnoreCase) || name is "vocab.json" or "merges.txt" or "special_tokens_map.json" or "added_tokens.json";
            if (companion && !File.Exists(target)) File.Copy(path, target);
        }
    }

    private static IReadOnlyList<Shard> Divide(CausalLanguageModel model, SafetensorsType type, long shardBytes)
    {
        List<(string Name, SafetensorsType Type, IReadOnlyList<long> Shape)> tensors = [.. Tensors(model, type).OrderBy(tensor => tensor.Name, StringComparer.Ordinal)];
        var pieces = new List<List<(string, SafetensorsType, IReadOnlyList<long>)>> { new() };
        long filled = 0;
        foreach ((string name, SafetensorsType stored, IReadOnlyList<long> shape) in tensors)
        {
            long bytes = shape.Aggregate((long)stored.Size(), (product, size) => product * size);
            if (filled > 0 && filled + bytes > shardBytes)
            {
                pieces.Add([]);
                filled = 0;
            }
            pieces[^1].Add((name, stored, shape));
            filled += bytes;
        }
        if (pieces.Count == 1) return [new Shard(SafetensorsCheckpoint.SingleName, SafetensorsWriter.LayOut(pieces[0]))];
        return [.. pieces.Select((piece, i) => new Shard($"model-{i + 1:D5}-of-{pieces.Count:D5}.safetensors", SafetensorsWriter.LayOut(piece)))];
    }

    private static IEnumerable<(string Name, SafetensorsType Type, IReadOnlyList<long> Shape)> Tensors(CausalLanguageModel model, SafetensorsType type)
    {
        foreach ((string name, IReadOnlyList<long> shape) in ModelBytes.Tensors(model))
        {
            if (type == SafetensorsType.F8_E4M3 && BlockScales.Takes(name, shape))
            {
                yield return (name, type, shape);
                yield return (name + BlockScales.Suffix, SafetensorsType.F32, BlockScales.ShapeOf(shape));
            }
            else
            {
                bool full = name.EndsWith(AlwaysFloat32, StringComparison.Ordinal);
                yield return (name, full ? SafetensorsType.F32 : type == SafetensorsType.F8_E4M3 ? SafetensorsType.BF16 : type, shape);
            }
        }
    }

    private static string Index(IReadOnlyList<Shard> shards)
    {
        var map = new JsonObject();
        foreach ((string tensor, string file) in shards.SelectMany(shard => shard.Entries.Select(entry => (entry.Name, shard.Name))).OrderBy(pair => pair.Item1, StringComparer.Ordinal))
            map[tensor] = file;
        long total = shards.Sum(shard => shard.Bytes);
        return new JsonObject { ["metadata"] = new JsonObject { ["total_size"] = total }, ["weight_map"] = map }.ToJsonString(s_indented) + "\n";
    }

    // Weights of an earlier save under other names would be read in place of these, or lie about for nothing.
    private static void DeleteOthers(string folder, IReadOnlyList<Shard> shards)
    {
        var kept = shards.Select(shard => shard.Name).ToHashSet(StringComparer.Ordinal);
        if (shards.Count > 1) kept.Add(SafetensorsCheckpoint.IndexName);
        foreach (string path in Directory.EnumerateFiles(folder, "model*.safetensors*"))
            if (!kept.Contains(Path.GetFileName(path))) File.Delete(path);
    }
}
