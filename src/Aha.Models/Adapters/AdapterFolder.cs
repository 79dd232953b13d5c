using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Aha.Models.Checkpoints;

namespace Aha.Models.Adapters;

/// <summary>A LoRA adapter as PEFT stores it: <c>adapter_config.json</c> and <c>adapter_model.safetensors</c>.</summary>
internal static class AdapterFolder
{
    private const string ConfigName = "adapter_config.json";
    private const string TensorsName = "adapter_model.safetensors";
    private const string BaseKey = "base_model_name_or_path";
    private const string TargetsKey = "target_modules";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, NewLine = "\n" };

    /// <summary>Whether a folder holds an adapter, and no model of its own.</summary>
    public static bool Is(string folder) => File.Exists(Path.Combine(folder, ConfigName)) && !File.Exists(Path.Combine(folder, ModelConfigFile.ConfigName));

    /// <summary>The folder or file of the model that an adapter was trained on; a relative path is taken from the adapter's folder.</summary>
    /// <exception cref="ModelFormatException">The adapter names none, or it is not there.</exception>
    public static string BaseOf(string folder)
    {
        string path = Path.Combine(folder, ConfigName);
        string named = Read(path, reader => reader.String(BaseKey) ?? throw reader.Missing(BaseKey));
        string found = Path.GetFullPath(Path.Combine(folder, named));
        if (Is(found)) throw new ModelFormatException(path, BaseKey, $"'{named}' is an adapter itself; merge it first with 'aha convert'");
        if (Directory.Exists(found) || File.Exists(found)) return found;
        throw new ModelFormatException(path, BaseKey, $"'{named}' is no folder beside the adapter; get the model ('aha pull' does) and put its folder here");
    }

    /// <summary>Where the tokenizer of a model lies: an adapter may bring its own, else it is the base model's.</summary>
    /// <exception cref="ModelFormatException">The base model is not there.</exception>
    public static string TokenizerHolder(string path) => Is(path) && !File.Exists(Path.Combine(path, "tokenizer.json")) ? BaseOf(path) : path;

    /// <exception cref="ModelFormatException">It is no LoRA adapter, or has features that are not supported.</exception>
    public static LoraConfig ReadConfig(string folder) => Read(Path.Combine(folder, ConfigName), reader =>
    {
        if (reader.String("peft_type") is not "LORA" and var kind) throw reader.Refused("peft_type", $"'{kind}' is not supported, only LORA");
        reader.RequireOnly("bias", "none");
        foreach (string flag in (ReadOnlySpan<string>)["fan_in_fan_out", "use_dora", "lora_bias", "use_qalora", "use_bdlora"])
        {
            if (reader.OptionalBool(flag) == true) throw reader.Refused(flag, "is not supported");
        }
        foreach (string key in (ReadOnlySpan<string>)["rank_pattern", "alpha_pattern", "modules_to_save", "layers_to_transform", "layer_replication", "target_parameters", "trainable_token_indices"])
        {
            if (!reader.IsAbsentOrEmpty(key)) throw reader.Refused(key, "is not supported");
        }
        var config = new LoraConfig(
            reader.Int("r"), reader.OptionalDouble("lora_alpha") ?? throw reader.Missing("lora_alpha"), reader.Texts(TargetsKey), reader.OptionalBool("use_rslora") ?? false);
        if (config.Rank < 1) throw reader.Refused("r", $"{config.Rank} is not positive");
        if (config.Targets.Count == 0) throw reader.Refused(TargetsKey, "names no module");
        return config;
    });

    /// <summary>The adapter's tensors, which are those of the targets and no others.</summary>
    /// <exception cref="ModelFormatException">One is missing, of another shape, or belongs to no target.</exception>
    public static SafetensorsFile OpenTensors(string folder, LoraConfig config, IReadOnlyList<LoraTarget> targets)
    {
        string path = Path.Combine(folder, TensorsName);
        LoraConfig stored = ReadConfig(folder);
        if (stored.Scale != config.Scale) throw new ModelFormatException(Path.Combine(folder, ConfigName), "lora_alpha", $"scales by {stored.Scale}, where {config.Scale} is due");
        SafetensorsFile file = SafetensorsFile.Open(path);
        try
        {
            var known = new HashSet<string>(StringComparer.Ordinal);
            foreach (ParameterSlice slice in targets.SelectMany(target => new[] { target.Down, target.Up }))
            {
                known.Add(slice.Name);
                if (!file.TryFind(slice.Name, out SafetensorsEntry? entry)) throw new ModelFormatException(path, slice.Name, "missing; the adapter's configuration asks for it");
                if (!entry!.Shape.SequenceEqual(slice.Shape))
                    throw new ModelFormatException(path, slice.Name, $"shape [{string.Join(", ", entry.Shape)}], where [{string.Join(", ", slice.Shape)}] is due");
            }
            if (file.Entries.FirstOrDefault(entry => !known.Contains(entry.Name)) is { } extra) throw new ModelFormatException(path, extra.Name, "belongs to no target module");
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <exception cref="IOException">The folder cannot be written.</exception>
    public static void Write(string folder, LoraAdapter adapter, string? baseModel)
    {
        Directory.CreateDirectory(folder);
        LoraConfig config = adapter.Config;
        var json = new JsonObject
        {
            ["peft_type"] = "LORA",
            ["task_type"] = "CAUSAL_LM",
            [BaseKey] = baseModel is null ? null : Path.GetRelativePath(folder, baseModel),
            ["r"] = config.Rank,
            ["lora_alpha"] = config.Alpha,
            [TargetsKey] = new JsonArray([.. config.Targets.Select(target => (JsonNode)target)]),
            ["use_rslora"] = config.RankStabilised,
            ["lora_dropout"] = 0.0,
            ["bias"] = "none",
            ["fan_in_fan_out"] = false,
            ["inference_mode"] = true,
        };
        ReplacedFile.WriteText(Path.Combine(folder, ConfigName), json.ToJsonString(Indented) + "\n");
        var slices = adapter.Layout.ToDictionary(slice => slice.Name, StringComparer.Ordinal);
        IReadOnlyList<SafetensorsEntry> entries = SafetensorsWriter.LayOut(
            [.. adapter.Layout.OrderBy(slice => slice.Name, StringComparer.Ordinal).Select(slice => (slice.Name, SafetensorsType.F32, slice.Shape))]);
        ReplacedFile.Write(Path.Combine(folder, TensorsName), path => SafetensorsWriter.Write(
            path, [new("format", "pt")], entries, entry => MemoryMarshal.AsBytes(adapter.Read(slices[entry.Name]))));
    }

    private static T Read<T>(string path, Func<ConfigReader, T> read)
    {
        using JsonDocument document = ModelConfigFile.Parse(path);
        return read(new ConfigReader(path, document.RootElement));
    }
}
