using Aha.Tests.Support;
using Aha.Tokenization;
using Aha.Tokenization.Bpe;

namespace Aha.Tests.Tokenization;

/// <summary>The tokenizers beside the repository, each read once.</summary>
internal static class SharedTokenizers
{
    private static readonly Dictionary<string, ITokenizer> s_loaded = [];

    /// <summary>A real model's tokenizer.</summary>
    public static ByteLevelBpe Real(string name) => Load($"models/tokenizers/{name}");

    /// <summary>The tiny checkpoints' tokenizer: every byte, 765 merges, Qwen2's pattern, no normalisation.</summary>
    public static ByteLevelBpe Tiny() => Load(TinyFolder);

    public const string TinyFolder = "golden/models/qwen3";

    private static ByteLevelBpe Load(string folder)
    {
        string path = Repository.Shared(folder);
        lock (s_loaded)
        {
            if (!s_loaded.TryGetValue(path, out ITokenizer? tokenizer))
            {
                s_loaded[path] = tokenizer = Tokenizer.Load(path);
            }

            return (ByteLevelBpe)tokenizer;
        }
    }
}
