using System.Text;
using Aha.Tests.Support;
using Aha.Tokenization;
using Aha.Tokenization.Bpe;
using Aha.Tokenization.PreTokenization;
using Aha.Tokenization.Training;

namespace Aha.Tests.Tokenization;

public class BpeTrainerTests
{
    private static readonly Gen<string> s_words = Gen.Char["aaabbc"].Array[1, 9].Select(c => new string(c));

    [Fact]
    public void EveryMergeIsTheMostFrequentPairThatIsLeft() =>
        Gen.Select(s_words.Array[1, 30], Gen.Int[1, 4]).Sample((words, minCount) =>
        {
            var options = new BpeTrainerOptions { VocabularySize = 257 + 12, PreTokenizer = PreTokenizers.Gpt2, MinCount = minCount };
            Assert.Equal(TrainNaively(words, 12, minCount), Train(words, options).Merges);
        });

    [Fact]
    public void TheResultDependsOnTheTextAlone()
    {
        string[] lines = [.. File.ReadLines(Repository.Shared("data/text/tinyshakespeare.txt")).Take(3000)];
        var options = new BpeTrainerOptions { VocabularySize = 600 };
        BpeVocabulary one = Train(lines, options);
        BpeVocabulary other = Train(lines.Reverse(), options);
        Assert.Equal(600, one.Tokens.Count);
        Assert.Equal(one.Tokens, other.Tokens);
        Assert.Equal(one.Merges, other.Merges);
    }

    [Fact]
    public void WhatItTrainsEncodesShorterLosesNothingAndLoads()
    {
        string text = File.ReadAllText(Repository.Shared("data/text/tinyshakespeare.txt"))[..200_000];
        var tokenizer = new ByteLevelBpe(Train([text], new BpeTrainerOptions
        {
            VocabularySize = 1000, SpecialTokens = ["<bos>", "<|endoftext|>"], BeginToken = "<bos>",
        }));
        using var folder = new TemporaryFolder();
        tokenizer.Save(folder.Path);
        ITokenizer loaded = Tokenizer.Load(folder.Path);
        int[] ids = loaded.Encode(text);
        Assert.Equal(text, loaded.Decode(ids));
        Assert.True(ids.Length < text.Length / 2, $"{ids.Length} ids for {text.Length} characters");
        Assert.Equal((1000, 0, 1), (loaded.VocabularySize, loaded.BeginId, loaded.EndIds[0]));
        Assert.Equal([0, .. ids], loaded.Encode(text, addSpecial: true));
        Texts.WellFormed.Sample(any => Assert.Equal(Nfc.Compose(any).ToString(), loaded.Decode(loaded.Encode(any), skipSpecial: false)), iter: 200);
    }

    [Fact]
    public void SpecialTokensAreNeitherLearntNorSpelt()
    {
        string[] texts = [.. Enumerable.Repeat("<s>abab<s> ab<s>", 50)];
        BpeVocabulary vocabulary = Train(texts, new BpeTrainerOptions { VocabularySize = 300, SpecialTokens = ["<s>", "ab"], EndToken = "<s>" });
        Assert.DoesNotContain(vocabulary.Merges, m => m.Contains('<', StringComparison.Ordinal) || m == "a b");
    }

    [Theory]
    [InlineData(200, "<e>", "<e>", "256 bytes")]
    [InlineData(300, "<e>", "<x>", "<x>")]
    [InlineData(300, "e", "e", "two characters")]
    public void OptionsThatCannotBeMetAreRefused(int size, string special, string end, string named) =>
        Assert.Contains(named, Assert.Throws<TokenizationException>(() =>
            Train(["a"], new BpeTrainerOptions { VocabularySize = size, SpecialTokens = [special], EndToken = end })).Message, StringComparison.Ordinal);

    [Fact]
    public void ChunksAreTheTextAndCutWherePiecesEnd()
    {
        Gen<string> text = Gen.Frequency((3, Texts.WellFormed), (2, Gen.OneOf("\n", "\r\n", "\n\n", " \n", "\nx"))).Array[0, 30].Select(string.Concat);
        Gen.Select(text, Gen.Int[1, 40]).Sample((whole, blockSize) =>
        {
            string[] chunks = [.. TextChunks.Read(new StringReader(whole), blockSize)];
            Assert.Equal(whole, string.Concat(chunks));
            foreach (PreTokenizer known in PreTokenizers.All)
            {
                Assert.Equal(Pieces(known, whole), chunks.SelectMany(c => Pieces(known, c)));
            }
        });
    }

    private static BpeVocabulary Train(IEnumerable<string> texts, BpeTrainerOptions options) => BpeTrainer.Train(texts, options, TestContext.Current.CancellationToken);

    private static List<string> Pieces(PreTokenizer scanner, string text)
    {
        var pieces = new List<string>();
        for (int start = 0; start < text.Length;)
        {
            int end = scanner.PieceEnd(text, start);
            pieces.Add(text[start..end]);
            start = end;
        }

        return pieces;
    }

    // Counts everything anew before each merge. Ids order the pairs that are equally frequent: letters first, then merges as they came.
    private static List<string> TrainNaively(string[] words, int most, int minCount)
    {
        List<List<string>> split = [.. words.Select(w => w.Select(c => c.ToString()).ToList())];
        List<string> tokens = ["a", "b", "c"];
        var merges = new List<string>();
        while (merges.Count < most)
        {
            var pairs = split.SelectMany(w => w.Zip(w.Skip(1))).CountBy(p => p).Where(p => p.Value >= minCount && !merges.Contains($"{p.Key.First} {p.Key.Second}"))
                .OrderByDescending(p => p.Value).ThenBy(p => tokens.IndexOf(p.Key.First)).ThenBy(p => tokens.IndexOf(p.Key.Second)).ToList();
            if (pairs.Count == 0)
            {
                break;
            }

            (string left, string right) = pairs[0].Key;
            merges.Add($"{left} {right}");
            if (!tokens.Contains(left + right))
            {
                tokens.Add(left + right);
            }

            foreach (List<string> word in split)
            {
                for (int i = 0; i + 1 < word.Count; i++)
                {
                    if (word[i] == left && word[i + 1] == right)
                    {
                        word[i] += right;
                        word.RemoveAt(i + 1);
                    }
                }
            }
        }

        return merges;
    }
}
