using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Aha.Tokenization.Files;

/// <summary>
/// The files of a tokenizer in a model folder, byte for byte as they were read, so that a trained model's folder gets back exactly
/// what came with the model it started from.
/// </summary>
internal sealed class TokenizerFiles
{
    private const string TokenizerName = "tokenizer.json";
    private const string ConfigName = "tokenizer_config.json";
    private const string GenerationConfigName = "generation_config.json";

    // Beside the two that are read: what other libraries want to find.
    private static readonly string[] s_optionalNames = [ConfigName, "special_tokens_map.json", "added_tokens.json", "chat_template.jinja"];
    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly string _folder;
    private readonly Dictionary<string, byte[]> _contents;

    // Given where the files are not in a folder.
    private readonly Dictionary<string, byte[]>? _neighbours;

    private TokenizerFiles(string folder, Dictionary<string, byte[]> contents, Dictionary<string, byte[]>? neighbours = null) =>
        (_folder, _contents, _neighbours) = (folder, contents, neighbours);

    /// <summary>Files of a tokenizer that was made, not read.</summary>
    public TokenizerFiles(JsonObject tokenizer, JsonObject config)
        : this("", new() { [TokenizerName] = Bytes(tokenizer), [ConfigName] = Bytes(config) })
    {
    }

    public string TokenizerPath => Path.Combine(_folder, TokenizerName);

    /// <exception cref="TokenizationException">There is no tokenizer.json, or a file cannot be read.</exception>
    public static TokenizerFiles Read(string folder)
    {
        var contents = new Dictionary<string, byte[]>();
        foreach (string name in (string[])[TokenizerName, .. s_optionalNames])
        {
            string path = Path.Combine(folder, name);
            if (name != TokenizerName && !File.Exists(path))
            {
                continue;
            }

            contents[name] = ReadFile(path);
        }

        return new TokenizerFiles(folder, contents);
    }

    /// <summary>Files that are kept elsewhere than in a folder.</summary>
    /// <param name="source">Where, for messages.</param>
    /// <param name="tokenizer"><c>tokenizer.json</c></param>
    /// <param name="config"><c>tokenizer_config.json</c></param>
    /// <param name="generationConfig"><c>generation_config.json</c></param>
    public static TokenizerFiles Of(string source, byte[] tokenizer, JsonObject config, JsonObject generationConfig) =>
        new(source, new() { [TokenizerName] = tokenizer, [ConfigName] = Bytes(config) }, new() { [GenerationConfigName] = Bytes(generationConfig) });

    /// <exception cref="TokenizationException">The folder cannot be written.</exception>
    public void Write(string folder)
    {
        try
        {
            foreach ((string name, byte[] content) in _contents)
            {
                File.WriteAllBytes(Path.Combine(folder, name), content);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TokenizationException($"the tokenizer cannot be written into {folder}: {e.Message}", e);
        }
    }

    /// <summary>Reads <c>tokenizer.json</c>.</summary>
    /// <exception cref="TokenizationException">It is no JSON, or not of the shape that <paramref name="read"/> expects.</exception>
    public T Parse<T>(Func<JsonElement, T> read) => Parse(TokenizerPath, _contents[TokenizerName], read);

    /// <summary>Reads <c>tokenizer_config.json</c>; the default where there is none.</summary>
    public T? ParseConfig<T>(Func<JsonElement, T> read) =>
        _contents.TryGetValue(ConfigName, out byte[]? content) ? Parse(Path.Combine(_folder, ConfigName), content, read) : default;

    /// <summary>Reads a file of the model's beside the tokenizer's; the default where there is none.</summary>
    public T? ParseNeighbour<T>(string name, Func<JsonElement, T> read)
    {
        string path = Path.Combine(_folder, name);
        if (_neighbours is not null)
        {
            return _neighbours.TryGetValue(name, out byte[]? content) ? Parse(path, content, read) : default;
        }

        return File.Exists(path) ? Parse(path, ReadFile(path), read) : default;
    }

    private static byte[] ReadFile(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TokenizationException($"{path} cannot be read: {e.Message}", e);
        }
    }

    private static T Parse<T>(string path, byte[] content, Func<JsonElement, T> read)
    {
        try
        {
            ReadOnlyMemory<byte> json = content;
            using JsonDocument document = JsonDocument.Parse(json.Span.StartsWith("\uFEFF"u8) ? json[3..] : json);
            return read(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new TokenizationException($"{path} is not a {Path.GetFileName(path)} that Aha can read: {e.Message}", e);
        }
    }

    private static byte[] Bytes(JsonObject json) => JsonSerializer.SerializeToUtf8Bytes(json, s_indented);
}
