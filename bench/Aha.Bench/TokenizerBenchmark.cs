using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using Aha.Tokenization;
using Aha.Tokenization.Bpe;
using Microsoft.ML.Tokenizers;

namespace Aha.Bench;

/// <summary>Encoding speed on one thread beside Microsoft.ML.Tokenizers with the same vocabulary, and the time of long runs without a space.</summary>
internal static class TokenizerBenchmark
{
    public static int Run(BenchArguments arguments)
    {
        string shared = arguments.Get("shared", "../shared");
        int repeats = arguments.Get("repeats", 10);
        var names = arguments.List("texts", (string[])["state_union", "tinyshakespeare", "wiki_demo"]);
        arguments.RefuseOthers();
        (string Name, string Text)[] texts = [.. names.Select(n => (n, File.ReadAllText(Path.Combine(shared, "data/text", n + ".txt"))))];

        foreach (var (name, rival, make) in Rivals())
        {
            string folder = Path.Combine(shared, "models/tokenizers", name);
            ITokenizer ours = Aha.Tokenization.Tokenizer.Load(folder);
            var theirs = make(BpeVocabulary.Load(folder));
            Console.WriteLine($"{name}, MB/s of processor time (wall clock) on one thread; the first pass meets every word anew");
            Console.WriteLine($"  {"text",-16} {"MB",5}  {"Aha, first pass",17}  {"Aha",17}  {rival,28}  {"ratio",5}  ids");
            foreach (var (title, text) in texts)
            {
                double megabytes = Encoding.UTF8.GetByteCount(text) / 1e6;

                // Everything is compiled by now, but no word of this text is in the cache.
                _ = Rate(() => ours.Encode(texts[0].Text), megabytes, 3);
                var first = Rate(() => Aha.Tokenization.Tokenizer.Load(folder), t => t.Encode(text), megabytes);
                _ = Rate(() => theirs.EncodeToIds(text), megabytes, 3);
                var warm = Rate(() => ours.Encode(text), megabytes, repeats);
                var other = Rate(() => theirs.EncodeToIds(text), megabytes, repeats);
                string same = theirs.EncodeToIds(text).SequenceEqual(ours.Encode(text)) ? "equal" : "DIFFERENT";
                Console.WriteLine($"  {title,-16} {megabytes,5:F2}  {Show(first),17}  {Show(warm),17}  {Show(other),28}  {warm.Processor / other.Processor,5:F1}  {same}");
            }

            Console.WriteLine(string.Join(", ", ((int[])[100_000, 200_000, 400_000, 800_000]).Select(n => $"{n / 1000}k x 'a' {1e3 * Seconds(ours, n):F0} ms")));
        }

        return 0;
    }

    private static string Show((double Processor, double Wall) rate) => $"{rate.Processor:F1} ({rate.Wall:F1})";

    private static (double Processor, double Wall) Rate(Action encode, double megabytes, int repeats)
    {
        var cpu = Process.GetCurrentProcess().TotalProcessorTime;
        var clock = Stopwatch.StartNew();
        for (int i = 0; i < repeats; i++) encode();
        double wall = clock.Elapsed.TotalSeconds;
        double processor = (Process.GetCurrentProcess().TotalProcessorTime - cpu).TotalSeconds;
        return (megabytes * repeats / processor, megabytes * repeats / wall);
    }

    private static (double Processor, double Wall) Rate(Func<ITokenizer> make, Action<ITokenizer> encode, double megabytes)
    {
        var fresh = make();
        return Rate(() => encode(fresh), megabytes, 1);
    }

    private static double Seconds(ITokenizer tokenizer, int letters)
    {
        string run = new('a', letters);
        tokenizer.Encode(run);
        var cpu = Process.GetCurrentProcess().TotalProcessorTime;
        for (int i = 0; i < 5; i++) tokenizer.Encode(run);
        return (Process.GetCurrentProcess().TotalProcessorTime - cpu).TotalSeconds / 5;
    }

    private static IEnumerable<(string Name, string Rival, Func<BpeVocabulary, Microsoft.ML.Tokenizers.Tokenizer> Make)> Rivals()
    {
        yield return ("qwen2_5", "ML BpeTokenizer", v => BpeTokenizer.Create(new BpeOptions(Ids(v).Select(t => KeyValuePair.Create(t.Token, t.Id)))
        {
            Merges = v.Merges, ByteLevel = true, PreTokenizer = Splitter(v),
        }));

        // The fastest one they have; its vocabulary must be in the order of the merges, as Llama's is.
        yield return ("llama3_1", "ML TiktokenTokenizer", v =>
        {
            var lines = Ids(v).Select(t => $"{Convert.ToBase64String([.. t.Token.Select(ByteOf)])} {t.Id}\n");
            return TiktokenTokenizer.Create(new MemoryStream(Encoding.ASCII.GetBytes(string.Concat(lines))), Splitter(v), null);
        });
    }

    private static IEnumerable<(string Token, int Id)> Ids(BpeVocabulary vocabulary) =>
        vocabulary.Tokens.Index().Where(t => t.Item is not null).Select(t => (t.Item!, t.Index));

    private static RegexPreTokenizer Splitter(BpeVocabulary vocabulary) => new(new Regex(vocabulary.PreTokenizer.Patterns[0], RegexOptions.Compiled), null);

    // GPT-2's printable stand-ins back to bytes.
    private static byte ByteOf(char c)
    {
        static bool Printable(int b) => b is (>= 33 and <= 126) or (>= 161 and <= 172) or (>= 174 and <= 255);
        return c < 256 ? (byte)c : (byte)Enumerable.Range(0, 256).Where(b => !Printable(b)).ElementAt(c - 256);
    }
}
