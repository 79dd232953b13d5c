using System.Text;
using Aha.Models.Checkpoints;
using Aha.Tokenization;
using Aha.Tokenization.Bpe;
using Aha.Tokenization.Training;

namespace Aha.Benchmarks.Workloads;

/// <summary>Encoding on one thread a made-up text whose words come as often as in prose (Zipf), with digits and lines between them.</summary>
internal sealed class TokenizingWorkload : IWorkload
{
    private readonly ITokenizer _tokenizer;
    private readonly string _text = Text(words: 200_000);
    private readonly double _megabytes;

    /// <param name="path">A stored model, whose tokenizer it is; null for a byte-level BPE of 4,096 tokens trained on such a text.</param>
    public TokenizingWorkload(string? path)
    {
        What = path is null ? "bpe-4096" : Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)));
        _tokenizer = path is null
            ? new ByteLevelBpe(BpeTrainer.Train([Text(words: 50_000)], new BpeTrainerOptions { VocabularySize = 4096 }))
            : ModelTokenizer.Load(path);
        _megabytes = Encoding.UTF8.GetByteCount(_text) / 1e6;
    }

    public string What { get; }

    public string Unit => "megabytes_per_second";

    public WorkDone Run()
    {
        if (_tokenizer.Encode(_text).Length == 0) throw new InvalidOperationException("the tokenizer made nothing of the text");
        return new(_megabytes);
    }

    public void Dispose()
    {
    }

    private static string Text(int words)
    {
        string[] syllables = ["ta", "re", "mon", "sil", "ver", "ka", "o", "the", "ing", "un", "per", "str", "al", "qui"];
        var random = new Random(7);
        string[] vocabulary = [.. Enumerable.Range(0, 20_000).Select(_ => string.Concat(Enumerable.Range(0, random.Next(1, 5)).Select(_ => syllables[random.Next(syllables.Length)])))];
        var text = new StringBuilder();
        for (int i = 0; i < words; i++)
        {
            // A uniform exponent makes the rank's frequency fall off as 1 / rank.
            text.Append(vocabulary[(int)Math.Pow(vocabulary.Length, random.NextDouble()) - 1]);
            text.Append((i % 40) switch { 39 => ".\n", 13 => ", ", 27 => $" {random.Next(1000)} ", _ => " " });
        }

        return text.ToString();
    }
}
