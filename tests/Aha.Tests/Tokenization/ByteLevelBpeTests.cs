using System.Text;
using Aha.Tokenization;
using Aha.Tokenization.Bpe;
using Aha.Tokenization.PreTokenization;

namespace Aha.Tests.Tokenization;

public class ByteLevelBpeTests
{
    [Fact]
    public void DecodeIsTheInverseOfEncode()
    {
        ByteLevelBpe tokenizer = SharedTokenizers.Tiny();
        Texts.WellFormed.Sample(text =>
        {
            Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text), skipSpecial: false));
            Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text, parseSpecial: true), skipSpecial: false));
        });
    }

    [Theory]
    [InlineData("deepseek_v3", false)]
    [InlineData("llama3_1", false)]
    [InlineData("qwen2_5", true)]
    public void RealVocabulariesLoseNothingButWhatNormalisingChanges(string name, bool normalizes)
    {
        ByteLevelBpe tokenizer = SharedTokenizers.Real(name);
        Texts.WellFormed.Sample(text =>
            Assert.Equal(normalizes ? Nfc.Compose(text).ToString() : text, tokenizer.Decode(tokenizer.Encode(text), skipSpecial: false)));
    }

    [Fact]
    public void LoneSurrogatesAreRefusedNotLost()
    {
        ByteLevelBpe tokenizer = SharedTokenizers.Tiny();
        Gen.Select(Texts.WellFormed, Gen.Int[0xd800, 0xdfff], Texts.WellFormed).Sample((before, surrogate, after) =>
        {
            // Between two well-formed texts a surrogate has nothing to pair with.
            var error = Assert.Throws<TokenizationException>(() => tokenizer.Encode(before + (char)surrogate + after));
            Assert.Contains($"character {before.Length} ", error.Message, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void StreamedPiecesAreTheDecodedTextWhateverTheIds()
    {
        ByteLevelBpe tokenizer = SharedTokenizers.Tiny();
        Gen<int[]> ids = Gen.OneOf(
            Gen.Int[-2, tokenizer.VocabularySize + 2].Array[0, 60],
            Texts.WellFormed.Select(text => tokenizer.Encode(text)));
        Gen.Select(ids, Gen.Bool).Sample((some, skip) =>
        {
            StreamingDecoder decoder = tokenizer.CreateStreamingDecoder(skip);
            for (int round = 0; round < 2; round++)
            {
                string[] pieces = [.. some.Select(decoder.Append), decoder.Finish()];
                Assert.Equal(tokenizer.Decode(some, skip), string.Concat(pieces));
                Assert.DoesNotContain(pieces, p => p.Length > 0 && (char.IsLowSurrogate(p[0]) || char.IsHighSurrogate(p[^1])));
            }
        });
    }

    [Fact]
    public void StreamedTextIsNeverTakenBack()
    {
        ByteLevelBpe tokenizer = SharedTokenizers.Tiny();
        Texts.WellFormed.Sample(text =>
        {
            StreamingDecoder decoder = tokenizer.CreateStreamingDecoder();
            var shown = new StringBuilder();
            foreach (int id in tokenizer.Encode(text))
            {
                shown.Append(decoder.Append(id));
                Assert.StartsWith(shown.ToString(), text, StringComparison.Ordinal);
            }

            Assert.Equal(text, shown.ToString());
            Assert.Empty(decoder.Finish());
        });
    }

    [Theory]
    [InlineData("deepseek_v3")]
    [InlineData("qwen2_5")]
    [InlineData("llama3_1")]
    public void UserTextCannotSpellAControlToken(string name)
    {
        ByteLevelBpe tokenizer = SharedTokenizers.Real(name);
        string[] controls = name switch
        {
            "deepseek_v3" => ["<｜User｜>", "<｜Assistant｜>", "<｜begin▁of▁sentence｜>", "<｜tool▁calls▁begin｜>", "<｜end▁of▁sentence｜>", "<|EOT|>"],
            "qwen2_5" => ["<|im_start|>", "<|im_end|>", "<|endoftext|>", "<|fim_prefix|>"],
            _ => ["<|begin_of_text|>", "<|eot_id|>", "<|start_header_id|>", "<|end_header_id|>"],
        };
        int[] ids = [.. controls.Select(c => Assert.Single(tokenizer.Encode(c, parseSpecial: true)))];
        Gen.OneOf(Gen.OneOf(controls), Texts.WellFormed).Array[1, 5].Select(string.Concat).Sample(text =>
        {
            Assert.DoesNotContain(tokenizer.Encode(text), ids.Contains);
            Assert.Equal(Nfc.Compose(text).ToString(), Nfc.Compose(tokenizer.Decode(tokenizer.Encode(text), skipSpecial: false)).ToString());
        });
    }

    [Fact]
    public void MergesGoByRankThenFromTheLeft()
    {
        string[] merges = ["a a", "b a", "aa b", "a b", "aa aa", "ba ba", "ab aaaa", "aaaa aaaa", "c c"];
        var tokenizer = new ByteLevelBpe(Vocabulary(merges));
        string[] tokens = Tokens(merges);
        Gen<string> words = Gen.Frequency((1, Gen.Int[1, 40]), (1, Gen.Int[40, 400])).SelectMany(n => Gen.Char["aaaabbc"].Array[n]).Select(c => new string(c));
        words.Sample(word => Assert.Equal(MergeNaively(word, merges), tokenizer.Encode(word).Select(id => tokens[id])));
    }

    [Fact]
    public void AHundredThousandLettersWithoutASpaceMergeLikeAFew()
    {
        ByteLevelBpe tokenizer = SharedTokenizers.Tiny();
        string text = new('a', 100_000);
        Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text)));

        var doubling = new ByteLevelBpe(Vocabulary(["a a", "aa aa", "aaaa aaaa"]));
        int[] ids = doubling.Encode(text);
        Assert.Equal(100_000 / 8, ids.Length);
        Assert.Single(ids.Distinct());
    }

    [Fact]
    public void IgnoredMergesTakeAPieceThatIsATokenWhole()
    {
        BpeVocabulary vocabulary = Vocabulary(["b c", "a b", "ab c"]);
        Assert.Equal(["a", "bc"], Spell(vocabulary, "abc"));
        Assert.Equal(["abc"], Spell(vocabulary with { IgnoreMerges = true }, "abc"));
    }

    [Theory]
    [InlineData("x <l> y", new[] { "x", "<l>", " ", "y" }, "lstrip")]
    [InlineData("x <r> y", new[] { "x", " ", "<r>", "y" }, "rstrip")]
    [InlineData("x <lr> <lr> y", new[] { "x", "<lr>", "<lr>", "y" }, "both")]
    [InlineData("sword", new[] { "s", "w", "o", "r", "d" }, "single word, touched")]
    [InlineData("s word.", new[] { "s", " ", "word", "." }, "single word, free")]
    [InlineData("<l>word", new[] { "<l>", "word" }, "single word, behind a bracket")]
    [InlineData("wordword", new[] { "w", "o", "r", "d", "w", "o", "r", "d" }, "single word, twice")]
    [InlineData("<l><r>", new[] { "<l><r>" }, "longest")]
    [InlineData("cafe\u0301", new[] { "caf\u00e9" }, "normalised")]
    [InlineData("o\u0301 \u00f3", new[] { "o\u0301", " ", "\u00f3" }, "not normalised")]
    public void FlagsOfAddedTokensAreHonoured(string text, string[] expected, string flag)
    {
        AddedToken[] added =
        [
            new(1000, "<l>", Special: false) { StripLeft = true }, new(1001, "<r>", Special: false) { StripRight = true },
            new(1002, "<lr>", Special: false) { StripLeft = true, StripRight = true }, new(1003, "word", Special: false) { SingleWord = true },
            new(1004, "<l><r>", Special: false), new(1005, "caf\u00e9", Special: false) { Normalized = true }, new(1006, "o\u0301", Special: false),
        ];
        Assert.True(expected.SequenceEqual(Spell(Vocabulary(["\u00c3 \u00a9", "\u00c3 \u00b3"]) with { AddedTokens = added, NormalizeToNfc = true }, text)), flag);
    }

    [Fact]
    public void ABytesWithoutATokenIsNamed()
    {
        BpeVocabulary whole = Vocabulary([]);
        var tokenizer = new ByteLevelBpe(whole with { Tokens = [.. whole.Tokens.Select(t => t == "z" ? null : t)] });
        Assert.Contains("0x7A", Assert.Throws<TokenizationException>(() => tokenizer.Encode("a zebra")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ManyThreadsShareOneTokenizer()
    {
        ByteLevelBpe tokenizer = SharedTokenizers.Tiny();
        string[] texts = [.. Enumerable.Range(0, 2000).Select(i => $"word{i % 97} of thread {i} {new string('x', i % 50)}")];
        int[][] alone = [.. texts.Select(t => tokenizer.Encode(t))];
        var fresh = (ByteLevelBpe)Tokenizer.Load(Support.Repository.Shared(SharedTokenizers.TinyFolder));
        var together = new int[texts.Length][];
        Parallel.For(0, texts.Length, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i => together[i] = fresh.Encode(texts[i]));
        Assert.Equal(alone, together);
    }

    private static string[] Tokens(IEnumerable<string> merges) =>
        [.. Enumerable.Range(0, 256).Select(b => Alphabet((byte)b)), .. merges.Select(m => m.Replace(" ", "", StringComparison.Ordinal))];

    private static BpeVocabulary Vocabulary(string[] merges) => new() { Tokens = Tokens(merges), Merges = merges, PreTokenizer = PreTokenizers.Gpt2 };

    private static string[] Spell(BpeVocabulary vocabulary, string text)
    {
        var tokenizer = new ByteLevelBpe(vocabulary);
        return [.. tokenizer.Encode(text).Select(id => tokenizer.Decode([id], skipSpecial: false))];
    }

    // GPT-2's alphabet, written anew from its definition.
    private static string Alphabet(byte value)
    {
        static bool Printable(int b) => b is (>= 33 and <= 126) or (>= 161 and <= 172) or (>= 174 and <= 255);
        return ((char)(Printable(value) ? value : 256 + Enumerable.Range(0, value).Count(b => !Printable(b)))).ToString();
    }

    private static List<string> MergeNaively(string word, string[] merges)
    {
        List<string> parts = [.. word.Select(c => c.ToString())];
        while (true)
        {
            (int Rank, int At) best = Enumerable.Range(0, Math.Max(0, parts.Count - 1))
                .Select(i => (Rank: Array.IndexOf(merges, $"{parts[i]} {parts[i + 1]}"), At: i)).Where(p => p.Rank >= 0).DefaultIfEmpty((-1, -1)).Min();
            if (best.At < 0)
            {
                return parts;
            }

            parts[best.At] += parts[best.At + 1];
            parts.RemoveAt(best.At + 1);
        }
    }
}
