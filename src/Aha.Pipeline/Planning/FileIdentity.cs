using System.Security.Cryptography;
using Aha.Models.Checkpoints;
using Aha.Pipeline.Recipes;

namespace Aha.Pipeline.Planning;

/// <summary>Marks by which a changed input file is noticed.</summary>
internal static class FileIdentity
{
    /// <summary>A hash of the content.</summary>
    /// <exception cref="RecipeException">The file cannot be read.</exception>
    public static string OfFile(string path)
    {
        try
        {
            using FileStream stream = File.OpenRead(path);
            return Mark(SHA256.HashData(stream));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RecipeException($"{path} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Of a model: its configuration's content, and names, sizes and times of its weights, which may be too large to read for this. Null where no model is.</summary>
    /// <exception cref="RecipeException">It cannot be read.</exception>
    public static string? OfModel(string path)
    {
        try
        {
            IReadOnlyList<string> files = ModelCheckpoint.FilesOf(path);
            var text = new StringWriter();
            foreach (string file in files)
            {
                var info = new FileInfo(file);
                text.Write(info.Extension == ".json" ? File.ReadAllText(file) : $"\n{info.Name} {info.Length} {info.LastWriteTimeUtc.Ticks}");
            }

            return files.Count == 0 ? null : Mark(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(text.ToString())));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RecipeException($"the model {path} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>A mark as it stands after a name; a reader need not see it.</summary>
    public static string Mark(byte[] hash) => Mark(Convert.ToHexStringLower(hash)[..16]);

    /// <inheritdoc cref="Mark(byte[])"/>
    public static string Mark(string hash) => $"#{hash}";
}
