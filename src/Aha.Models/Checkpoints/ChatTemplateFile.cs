using System.Text.Json;

namespace Aha.Models.Checkpoints;

/// <summary>The chat template of a model folder.</summary>
internal static class ChatTemplateFile
{
    /// <summary><c>chat_template.jinja</c>, or <c>chat_template</c> in <c>tokenizer_config.json</c> (of several named ones, <c>default</c>); null where there is none.</summary>
    /// <exception cref="ModelFormatException">A file cannot be read.</exception>
    public static string? Read(string folder)
    {
        string jinja = Path.Combine(folder, "chat_template.jinja"), config = Path.Combine(folder, "tokenizer_config.json");
        try
        {
            if (File.Exists(jinja)) return File.ReadAllText(jinja);
            if (!File.Exists(config)) return null;
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(config));
            return document.RootElement.TryGetProperty("chat_template", out JsonElement template) ? Text(template) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelFormatException(File.Exists(jinja) ? jinja : config, "", $"cannot be read: {e.Message}", e);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new ModelFormatException(config, "chat_template", "neither a text nor a list of named texts", e);
        }
    }

    private static string? Text(JsonElement template) => template.ValueKind switch
    {
        JsonValueKind.Array => template.EnumerateArray()
            .Where(named => named.GetProperty("name").GetString() == "default")
            .Select(named => named.GetProperty("template").GetString())
            .FirstOrDefault(),
        _ => template.GetString(),
    };
}
