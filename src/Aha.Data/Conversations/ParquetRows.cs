using System.Text.Json;
using Parquet.Serialization;

namespace Aha.Data.Conversations;

/// <summary>The rows of a Parquet file as JSON objects.</summary>
internal static class ParquetRows
{
    /// <exception cref="DataFileException">The file is no Parquet, or uses a feature that is not supported.</exception>
    public static IReadOnlyList<string> Read(string path)
    {
        using FileStream stream = File.OpenRead(path);
        try
        {
            var rows = ParquetSerializer.DeserializeUntypedAsync(stream).GetAwaiter().GetResult();
            return [.. rows.Data.Select(row => JsonSerializer.Serialize(row))];
        }
        catch (Exception e) when (e is not (OutOfMemoryException or StackOverflowException))
        {
            // The library throws whatever its parsers do on damaged files.
            throw new DataFileException($"{path}: not a Parquet file that can be read: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }
}
