namespace Aha.Cli.Commands;

/// <summary>Where commands that read JSONL read it from.</summary>
internal static class InputLines
{
    /// <param name="path">A file, or - for standard input.</param>
    /// <exception cref="CommandException">It cannot be read.</exception>
    public static TextReader Open(string path)
    {
        try
        {
            return path == "-" ? Console.In : new StreamReader(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"{path} cannot be read: {e.Message}");
        }
    }
}
