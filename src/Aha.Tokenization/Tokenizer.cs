using System.Text.Json.Nodes;
using Aha.Tokenization.Bpe;
using Aha.Tokenization.Files;

namespace Aha.Tokenization;

/// <summary>The one way to the tokenizer of a model folder.</summary>
public static class Tokenizer
{
    /// <summary>Reads <c>tokenizer.json</c> with what stands beside it, and makes the tokenizer it describes.</summary>
    /// <exception cref="TokenizationException">The file is absent, is no tokenizer.json, or asks for what Aha does not do.</exception>
    public static ITokenizer Load(string folder) => Make(TokenizerFiles.Read(folder));

    /// <summary>The same for files that are kept elsewhere than in a folder.</summary>
    /// <param name="source">Where, for messages.</param>
    /// <param name="tokenizer"><c>tokenizer.json</c></param>
    /// <param name="config"><c>tokenizer_config.json</c></param>
    /// <param name="generationConfig"><c>generation_config.json</c></param>
    /// <exception cref="TokenizationException">It is no tokenizer.json, or asks for what Aha does not do.</exception>
    public static ITokenizer Parse(string source, byte[] tokenizer, JsonObject config, JsonObject generationConfig) =>
        Make(TokenizerFiles.Of(source, tokenizer, config, generationConfig));

    private static ITokenizer Make(TokenizerFiles files) => files.Parse(root => TokenizerJson.ModelKind(root) switch
    {
        "BPE" => (ITokenizer)new ByteLevelBpe(TokenizerJson.Read(root, files), files),
        "WordLevel" => WordTokenizer.Read(root, files),
        string kind => throw new TokenizationException($"{files.TokenizerPath}: a {kind} tokenizer; Aha reads byte-level BPE and its own WordLevel"),
    });
}
