using System.Text.Json;

namespace Aha.Models;

/// <summary>Typed access to the keys of a <c>config.json</c>; every refusal names file and key.</summary>
internal sealed class ConfigReader
{
    private readonly string _file;
    private readonly string _prefix;
    private readonly JsonElement _root;

    public ConfigReader(string file, JsonElement root)
        : this(file, "", root)
    {
        if (root.ValueKind != JsonValueKind.Object) throw new ModelFormatException(file, "", "not a JSON object");
    }

    private ConfigReader(string file, string prefix, JsonElement root) => (_file, _prefix, _root) = (file, prefix, root);

    public ModelFormatException Refused(string key, string problem) => new(_file, _prefix + key, problem);

    public ModelFormatException Missing(string key) => Refused(key, "missing");

    public int Int(string key) => OptionalInt(key) ?? throw Missing(key);

    public int? OptionalInt(string key) => Find(key) is not JsonElement value ? null : ToInt(key, value);

    public double? OptionalDouble(string key) => Find(key) is not JsonElement value ? null : ToDouble(key, value);

    public bool? OptionalBool(string key) => Find(key) switch
    {
        null => null,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        JsonElement other => throw Refused(key, $"expected true or false, found {Shown(other)}"),
    };

    public string? String(string key) => Find(key) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } text => text.GetString(),
        JsonElement other => throw Refused(key, $"expected a string, found {Shown(other)}"),
    };

    /// <summary>A single id or a list of them; empty when absent.</summary>
    public IReadOnlyList<int> Ids(string key) => Find(key) switch
    {
        null => [],
        { ValueKind: JsonValueKind.Array } list => [.. list.EnumerateArray().Select(id => ToInt(key, id))],
        JsonElement single => [ToInt(key, single)],
    };

    /// <exception cref="ModelFormatException">Absent, or no list of texts.</exception>
    public IReadOnlyList<string> Texts(string key) => Find(key) is null ? throw Missing(key) : Strings(key);

    /// <summary>A list of strings; empty when absent.</summary>
    public IReadOnlyList<string> Strings(string key) => Find(key) switch
    {
        null => [],
        { ValueKind: JsonValueKind.Array } list when list.EnumerateArray().All(entry => entry.ValueKind == JsonValueKind.String) => [.. list.EnumerateArray().Select(entry => entry.GetString()!)],
        JsonElement other => throw Refused(key, $"expected a list of strings, found {Shown(other)}"),
    };

    public bool IsAbsentOrEmpty(string key) => Find(key) switch
    {
        null => true,
        { ValueKind: JsonValueKind.Object } value => !value.EnumerateObject().Any(),
        { ValueKind: JsonValueKind.Array } value => value.GetArrayLength() == 0,
        _ => false,
    };

    /// <summary>Absent, or this.</summary>
    public void RequireOnly(string key, string expected)
    {
        if (String(key) is string found && found != expected) throw Refused(key, $"'{found}' is not supported, only '{expected}'");
    }

    /// <summary>An object's own keys; null when absent.</summary>
    public ConfigReader? Object(string key) => Find(key) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Object } value => new ConfigReader(_file, $"{_prefix}{key}.", value),
        JsonElement other => throw Refused(key, $"expected an object, found {Shown(other)}"),
    };

    /// <summary>All keys but those known here, so that they can be written again.</summary>
    public IReadOnlyDictionary<string, JsonElement> Others(IReadOnlySet<string> known)
    {
        var others = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (JsonProperty property in _root.EnumerateObject())
            if (!known.Contains(property.Name)) others[property.Name] = property.Value.Clone();
        return others;
    }

    public void RequireOnlyFullAttention()
    {
        if (Find("layer_types") is not JsonElement types) return;
        if (types.ValueKind != JsonValueKind.Array) throw Refused("layer_types", $"expected a list, found {Shown(types)}");
        foreach (JsonElement type in types.EnumerateArray())
        {
            if (type.ValueKind != JsonValueKind.String || type.GetString() != "full_attention")
                throw Refused("layer_types", $"{Shown(type)} is not supported, only full_attention");
        }
    }

    private JsonElement? Find(string key) =>
        _root.TryGetProperty(key, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private int ToInt(string key, JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) ? number : throw Refused(key, $"expected an integer, found {Shown(value)}");

    // A literal beyond double's range (1e400) parses as infinity: it could be neither computed with nor written back.
    private double ToDouble(string key, JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && double.IsFinite(number)
            ? number
            : throw Refused(key, $"expected a finite number, found {Shown(value)}");

    private static string Shown(JsonElement value)
    {
        string text = value.GetRawText().ReplaceLineEndings(" ");
        return text.Length <= 60 ? text : text[..60] + "...";
    }
}
