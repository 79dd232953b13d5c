using System.Text.Json;
using Aha.Tasks.Files;

namespace Aha.Tasks.Preferences;

/// <summary>
/// Reads reward-model data from JSONL. Texts are strings or lists of messages (<c>{"role", "content"}</c>), whose last message counts.
/// <list type="bullet">
/// <item><c>{"prompt", "chosen", "rejected"}</c>: a pair;</item>
/// <item><c>{"prompt", "response" or "completion", "label"}</c>: a labelled response; the label is true or false, 1 or 0, or "safe" or "unsafe".</item>
/// </list>
/// </summary>
public static class PreferenceFile
{
    /// <param name="toBeJudged">Whether a judge will say which response is better: lines may then have <c>response_a</c> and <c>response_b</c>.</param>
    /// <exception cref="TaskException">The file cannot be read, holds no pair, or a line is malformed: the message names file and line.</exception>
    public static IReadOnlyList<PreferencePair> LoadPairs(string path, bool toBeJudged = false) => Load(path, (row, where) => toBeJudged
        ? new PreferencePair(Text(row, where, "prompt"), Text(row, where, "chosen", "response_a"), Text(row, where, "rejected", "response_b"))
        : new PreferencePair(Text(row, where, "prompt"), Text(row, where, "chosen"), Text(row, where, "rejected")));

    /// <exception cref="TaskException">The file cannot be read, holds no response, or a line is malformed: the message names file and line.</exception>
    public static IReadOnlyList<LabelledResponse> LoadResponses(string path) => Load(path, (row, where) => new LabelledResponse(
        Text(row, where, "prompt"), Text(row, where, "response", "completion"), Label(row, where)));

    private static List<T> Load<T>(string path, Func<JsonElement, string, T> read)
        where T : class => JsonLines.Load(path, "line", (text, line) => Row(text, $"{path}:{line}", read));

    private static T Row<T>(string text, string where, Func<JsonElement, string, T> read)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? read(document.RootElement, where)
                : throw new TaskException($"{where}: a {document.RootElement.ValueKind} stands where a JSON object was expected");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // A string with half a surrogate pair parses, and fails when it is read.
            throw new TaskException($"{where}: not JSON: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }

    private static string Text(JsonElement row, string where, params ReadOnlySpan<string> keys)
    {
        foreach (string key in keys)
        {
            if (row.TryGetProperty(key, out JsonElement value))
            {
                return TextOf(value) ?? throw new TaskException($"{where}: \"{key}\" must be a text, or a list of messages with \"content\"");
            }
        }

        throw new TaskException($"{where}: the line has no \"{keys[0]}\"");
    }

    private static string? TextOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Array when value.GetArrayLength() > 0 => TextOf(value[value.GetArrayLength() - 1]),
        JsonValueKind.Object when value.TryGetProperty("content", out JsonElement content) && content.ValueKind == JsonValueKind.String => content.GetString(),
        _ => null,
    };

    private static bool Label(JsonElement row, string where)
    {
        if (!row.TryGetProperty("label", out JsonElement label))
        {
            throw new TaskException($"{where}: the line has no \"label\"");
        }

        return label.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            JsonValueKind.Number when label.TryGetInt32(out int number) && number is 0 or 1 => number == 1,
            JsonValueKind.String when label.ValueEquals("safe") => true,
            JsonValueKind.String when label.ValueEquals("unsafe") => false,
            _ => throw new TaskException($"{where}: the label must be true or false, 1 or 0, \"safe\" or \"unsafe\""),
        };
    }
}
