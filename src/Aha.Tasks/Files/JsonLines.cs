namespace Aha.Tasks.Files;

/// <summary>The lines of a JSONL file as what they say; blank ones are passed over.</summary>
internal static class JsonLines
{
    /// <param name="what">What a line holds, for the message when there is none.</param>
    /// <param name="read">Gets a line and its number, from 1; null passes it over.</param>
    /// <exception cref="TaskException">The file cannot be read or holds nothing; whatever <paramref name="read"/> throws comes through.</exception>
    public static List<T> Load<T>(string path, string what, Func<string, int, T?> read)
        where T : class
    {
        var items = new List<T>();
        int line = 0;
        try
        {
            foreach (string text in File.ReadLines(path))
            {
                line++;
                if (!string.IsNullOrWhiteSpace(text) && read(text, line) is { } item)
                {
                    items.Add(item);
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TaskException($"{path} cannot be read: {e.Message}", e);
        }

        return items.Count > 0 ? items : throw new TaskException($"{path} holds no {what}");
    }
}
