using Aha.Models.Adapters;
using Aha.Models.Checkpoints.Gguf;
using Aha.Tokenization;

namespace Aha.Models.Checkpoints;

/// <summary>The tokenizer that came with a stored model, whatever format it has; the companion of <see cref="ModelCheckpoint.Open"/>.</summary>
public static class ModelTokenizer
{
    /// <exception cref="TokenizationException">The tokenizer is absent, broken or not supported.</exception>
    /// <exception cref="ModelFormatException">A GGUF file is broken, or has no tokenizer.</exception>
    public static ITokenizer Load(string path)
    {
        path = AdapterFolder.TokenizerHolder(path);
        if (GgufFile.Locate(path) is not string file) return Tokenizer.Load(path);
        using GgufFile gguf = GgufFile.Open(file);
        return GgufTokenizer.Read(gguf.Metadata).ToTokenizer(file);
    }
}
