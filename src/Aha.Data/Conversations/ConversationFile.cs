using System.Text.Json;

namespace Aha.Data.Conversations;

/// <summary>Reads chat data in the common shapes: JSONL, a JSON array, or Parquet (by the file's ending).</summary>
public static class ConversationFile
{
    /// <exception cref="DataFileException">The file cannot be read or holds no conversation, or a row is malformed: the message names file and line (of JSON arrays and Parquet: row).</exception>
    public static IReadOnlyList<Conversation> Load(string path)
    {
        try
        {
            List<Conversation> conversations = path.EndsWith(".parquet", StringComparison.OrdinalIgnoreCase) ? ParquetRows.Read(path).Select((row, i) => Row(row, path, i + 1)).ToList()
                : path.EndsWith(".json", StringComparison.OrdinalIgnoreCase) ? Array(path)
                : Lines(path);
            return conversations.Count > 0 ? conversations : throw new DataFileException($"{path} holds no conversation");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataFileException($"{path} cannot be read: {e.Message}", e);
        }
    }

    private static List<Conversation> Lines(string path)
    {
        var conversations = new List<Conversation>();
        int number = 0;
        foreach (string line in File.ReadLines(path))
        {
            number++;
            if (!string.IsNullOrWhiteSpace(line))
            {
                conversations.Add(Row(line, path, number));
            }
        }

        return conversations;
    }

    private static List<Conversation> Array(string path)
    {
        using JsonDocument document = Parse(File.ReadAllText(path), path);
        return document.RootElement.ValueKind == JsonValueKind.Array
            ? [.. document.RootElement.EnumerateArray().Select((row, i) => ConversationRow.Read(row, $"{path}:{i + 1}"))]
            : throw new DataFileException($"{path}: a file that ends in .json must hold one array of rows; name a file of one row a line .jsonl");
    }

    private static Conversation Row(string json, string path, int number)
    {
        using JsonDocument document = Parse(json, $"{path}:{number}");
        return ConversationRow.Read(document.RootElement, $"{path}:{number}");
    }

    private static JsonDocument Parse(string json, string where)
    {
        try
        {
            return JsonDocument.Parse(json);
        }
        catch (JsonException e)
        {
            throw new DataFileException($"{where}: not JSON: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }
}
