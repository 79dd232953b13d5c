using System.Text.Json;

namespace Aha.Templates;

/// <summary>Where model folders keep chat templates and the special tokens that templates write.</summary>
internal static class ChatTemplateFiles
{
    private const string TextName = "chat_template.jinja";
    private const string FurtherFolder = "additional_chat_templates";
    private const string OldName = "chat_template.json";
    private const string ConfigName = "tokenizer_config.json";
    private const string TokensName = "special_tokens_map.json";
    private const string Key = "chat_template";
    private const string Default = "default";

    /// <summary>The folder's template; null where it has none.</summary>
    /// <exception cref="TemplateException">A file cannot be read.</exception>
    public static ChatTemplate? Read(string folder)
    {
        (Dictionary<string, string> Texts, string Source)? found = Find(folder);
        return found is null ? null : new ChatTemplate(found.Value.Texts, SpecialTokens(Json(folder, ConfigName), Json(folder, TokensName)), found.Value.Source);
    }

    /// <summary>The text of the folder's default template, unparsed.</summary>
    public static string? ReadText(string folder) => Find(folder)?.Texts.GetValueOrDefault(Default);

    /// <summary>The template of a configuration that lies in no folder.</summary>
    public static ChatTemplate? Parse(string tokenizerConfig, string source)
    {
        JsonElement config = Reading(source, _ => JsonSerializer.Deserialize<JsonElement>(tokenizerConfig));
        return Texts(config, source) is { } texts ? new ChatTemplate(texts, SpecialTokens(config), $"{source}, {Key}") : null;
    }

    private static (Dictionary<string, string> Texts, string Source)? Find(string folder)
    {
        string text = Path.Combine(folder, TextName);
        if (File.Exists(text))
        {
            return (ReadTexts(folder, text), text);
        }

        foreach (string name in (string[])[OldName, ConfigName])
        {
            string path = Path.Combine(folder, name);
            if (Json(folder, name) is { } json && Texts(json, path) is { } texts)
            {
                return (texts, $"{path}, {Key}");
            }
        }

        return null;
    }

    /// <param name="templates">The texts by name, one of them the default.</param>
    public static void Write(string folder, IReadOnlyDictionary<string, string> templates)
    {
        foreach ((string name, string text) in templates)
        {
            string path = name == Default ? Path.Combine(folder, TextName) : Path.Combine(folder, FurtherFolder, name + ".jinja");
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, text);
        }
    }

    private static Dictionary<string, string> ReadTexts(string folder, string text)
    {
        var texts = new Dictionary<string, string> { [Default] = Reading(text, File.ReadAllText) };
        string further = Path.Combine(folder, FurtherFolder);
        if (Directory.Exists(further))
        {
            foreach (string path in Directory.GetFiles(further, "*.jinja").Order(StringComparer.Ordinal))
            {
                texts[Path.GetFileNameWithoutExtension(path)] = Reading(path, File.ReadAllText);
            }
        }

        return texts;
    }

    // One text, or a list of {"name", "template"}; null where the file holds none.
    private static Dictionary<string, string>? Texts(JsonElement file, string path)
    {
        if (file.ValueKind != JsonValueKind.Object || !file.TryGetProperty(Key, out JsonElement template) || template.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        if (template.ValueKind == JsonValueKind.String)
        {
            return new() { [Default] = template.GetString()! };
        }

        var texts = new Dictionary<string, string>();
        foreach (JsonElement entry in template.ValueKind == JsonValueKind.Array ? [.. template.EnumerateArray()] : Array.Empty<JsonElement>())
        {
            if (entry.ValueKind == JsonValueKind.Object && entry.TryGetProperty("name", out JsonElement name) && name.ValueKind == JsonValueKind.String
                && entry.TryGetProperty("template", out JsonElement text) && text.ValueKind == JsonValueKind.String)
            {
                texts[name.GetString()!] = text.GetString()!;
            }
        }

        return texts.Count > 0 ? texts : throw new TemplateException($"{path}: {Key} is neither a text nor a list of named templates");
    }

    // Older folders keep the tokens in a file of their own.
    private static Dictionary<string, JsonElement> SpecialTokens(params ReadOnlySpan<JsonElement?> files)
    {
        var tokens = new Dictionary<string, JsonElement>();
        foreach (JsonElement? file in files)
        {
            foreach (JsonProperty property in file is { ValueKind: JsonValueKind.Object } json ? [.. json.EnumerateObject()] : Array.Empty<JsonProperty>())
            {
                if ((property.Name.EndsWith("_token", StringComparison.Ordinal) || property.Name == "additional_special_tokens") && Token(property.Value) is { } token)
                {
                    tokens.TryAdd(property.Name, token);
                }
            }
        }

        return tokens;
    }

    // A text, a token with its settings, or a list of them; null for settings such as add_bos_token.
    private static JsonElement? Token(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value,
        JsonValueKind.Object => value.TryGetProperty("content", out JsonElement content) && content.ValueKind == JsonValueKind.String ? content : null,
        JsonValueKind.Array => JsonSerializer.SerializeToElement(value.EnumerateArray().Select(Token).OfType<JsonElement>()),
        _ => null,
    };

    private static JsonElement? Json(string folder, string name)
    {
        string path = Path.Combine(folder, name);
        return File.Exists(path) ? Reading<JsonElement?>(path, p => JsonSerializer.Deserialize<JsonElement>(File.ReadAllBytes(p))) : null;
    }

    private static T Reading<T>(string path, Func<string, T> read)
    {
        try
        {
            return read(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TemplateException($"{path} cannot be read: {e.Message}", e);
        }
        catch (JsonException e)
        {
            throw new TemplateException($"{path} is not JSON: {e.Message}", e);
        }
    }
}
