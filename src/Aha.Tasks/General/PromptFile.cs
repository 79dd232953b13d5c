using System.Text.Json;
using Aha.Tasks.Files;

namespace Aha.Tasks.General;

/// <summary>Reads general prompts from JSONL: <c>{"prompt", "id"?}</c> a line.</summary>
public static class PromptFile
{
    /// <exception cref="TaskException">The file cannot be read, holds no prompt, or a line is malformed: the message names file and line.</exception>
    public static IReadOnlyList<Problem> Load(string path) =>
        JsonLines.Load(path, "prompt", (text, line) => Read(text, $"{path}:{line}", $"{Path.GetFileName(path)}:{line}"));

    private static OpenPrompt Read(string text, string where, string id)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            JsonElement row = document.RootElement;
            return row.ValueKind == JsonValueKind.Object && row.TryGetProperty("prompt", out JsonElement prompt) && prompt.ValueKind == JsonValueKind.String
                ? new OpenPrompt(row.TryGetProperty("id", out JsonElement given) ? given.ToString() : id, prompt.GetString()!)
                : throw new TaskException($"{where}: the line must be a JSON object with a text \"prompt\"");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // A string with half a surrogate pair parses, and fails when it is read.
            throw new TaskException($"{where}: not JSON: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }
}
