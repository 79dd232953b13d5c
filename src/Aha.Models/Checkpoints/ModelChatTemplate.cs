using Aha.Models.Adapters;
using Aha.Models.Checkpoints.Gguf;
using Aha.Templates;

namespace Aha.Models.Checkpoints;

/// <summary>The chat template that came with a stored model, whatever format it has; the companion of <see cref="ModelTokenizer"/>.</summary>
public static class ModelChatTemplate
{
    /// <returns>The template; null where the model has none.</returns>
    /// <exception cref="TemplateException">It cannot be read, or is no template.</exception>
    /// <exception cref="ModelFormatException">A GGUF file is broken.</exception>
    public static ChatTemplate? TryLoad(string path)
    {
        path = AdapterFolder.TokenizerHolder(path);
        if (GgufFile.Locate(path) is not string file) return ChatTemplate.TryLoad(path);
        using GgufFile gguf = GgufFile.Open(file);
        GgufTokenizer tokenizer = GgufTokenizer.Read(gguf.Metadata);
        return tokenizer.ChatTemplate is null ? null : ChatTemplate.FromConfig(tokenizer.FormatConfig(file).ToJsonString(), file);
    }
}
