using System.Security.Cryptography;
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

    /// <summary>Of a model folder: its configuration's content, and names, sizes and times of its weights, which may be too large to read for this.</summary>
    /// <exception cref="RecipeException">The folder cannot be read.</exception>
    public static string OfModel(string folder)
    {
        try
        {
            var text = new StringWriter();
            text.Write(File.ReadAllText(Path.Combine(folder, "config.json")));
            foreach (FileInfo file in new DirectoryInfo(folder).GetFiles("*.safetensors").OrderBy(f => f.Name, StringComparer.Ordinal))
            {
                text.Write($"\n{file.Name} {file.Length} {file.LastWriteTimeUtc.Ticks}");
            }

            return Mark(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(text.ToString())));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RecipeException($"the model folder {folder} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>A mark as it stands after a name; a reader need not see it.</summary>
    public static string Mark(byte[] hash) => Mark(Convert.ToHexStringLower(hash)[..16]);

    /// <inheritdoc cref="Mark(byte[])"/>
    public static string Mark(string hash) => $"#{hash}";
}
