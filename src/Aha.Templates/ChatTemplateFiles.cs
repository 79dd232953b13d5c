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

    /// <summary>The folder's template; null where it has none.</summary>
    /// <exception cref="TemplateException">A file cannot be read.</exception>
    public static ChatTemplate? Read(string folder)
    {
        JsonElement? config = ReadJson(Path.Combine(folder, ConfigName));
        string text = Path.Combine(folder, TextName);
        if (File.Exists(text))
        {
            return new ChatTemplate(ReadTexts(folder, text), SpecialTokens(folder, config), text);
        }

        foreach (string name in (string[])[OldName, ConfigName])
        {
            string path = Path.Combine(folder, name);
            JsonElement? file = name == ConfigName ? config : ReadJson(path);
            if (file is { ValueKind: JsonValueKind.Object } json && json.TryGetProperty(Key, out JsonElement template) && template.ValueKind != JsonValueKind.Null)
            {
                return new ChatTemplate(Texts(template, path), SpecialTokens(folder, config), $"{path}, {Key}");
            }
        }

        return null;
    }

    /// <param name="templates">The texts by name, one of them <c>default</c>.</param>
    public static void Write(string folder, IReadOnlyDictionary<string, string> templates)
    {
        foreach ((string name, string text) in templates)
        {
            string path = name == "default" ? Path.Combine(folder, TextName) : Path.Combine(folder, FurtherFolder, name + ".jinja");
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, text);
        }
    }

    private static Dictionary<string, string> ReadTexts(string folder, string text)
    {
        var texts = new Dictionary<string, string> { ["default"] = Reading(text, File.ReadAllText) };
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

    // One text, or a list of {"name", "template"}.
    private static Dictionary<string, string> Texts(JsonElement template, string path)
    {
        if (template.ValueKind == JsonValueKind.String)
        {
            return new() { ["default"] = template.GetString()! };
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
    private static Dictionary<string, JsonElement> SpecialTokens(string folder, JsonElement? config)
    {
        var tokens = new Dictionary<string, JsonElement>();
        foreach (JsonElement? file in (JsonElement?[])[config, ReadJson(Path.Combine(folder, TokensName))])
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

    private static JsonElement? ReadJson(string path) => File.Exists(path) ? Reading<JsonElement?>(path, p => JsonSerializer.Deserialize<JsonElement>(File.ReadAllBytes(p))) : null;

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
