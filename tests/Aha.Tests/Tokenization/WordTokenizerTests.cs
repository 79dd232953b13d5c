using Aha.Tasks.Countdown;
using Aha.Tests.Support;
using Aha.Tokenization;

namespace Aha.Tests.Tokenization;

public class WordTokenizerTests
{
    private static readonly WordTokenizer s_nano = new(CountdownVocabulary.Words);

    private static readonly Gen<string> s_text = Gen.Int[0, CountdownVocabulary.Words.Count - 1].Select(i => CountdownVocabulary.Words[i]).Array[0, 40].Select(words => string.Join(' ', words));

    [Fact]
    public void TheNanoVocabularyHas144Ids() => Assert.Equal(144, s_nano.VocabularySize);

    [Fact]
    public void DecodeIsTheInverseOfEncode() => s_text.Sample(text => Assert.Equal(text, s_nano.Decode(s_nano.Encode(text))));

    [Fact]
    public void WhiteSpaceOnlySeparates() =>
        s_text.Sample(text => Assert.Equal(s_nano.Encode(text), s_nano.Encode($"\n {text.Replace(" ", " \t ", StringComparison.Ordinal)}  ")));

    [Fact]
    public void SavedAndLoadedItIsTheSame()
    {
        using var folder = new TemporaryFolder();
        s_nano.Save(folder.Path);
        var loaded = Assert.IsType<WordTokenizer>(Tokenizer.Load(folder.Path));
        Assert.Equal(s_nano.Words, loaded.Words);
        Assert.Equal(s_nano.EndIds, loaded.EndIds);
    }

    [Fact]
    public void SpecialTokensInUserTextAreRefused()
    {
        Assert.Throws<TokenizationException>(() => s_nano.Encode("make <eos> from"));
        Assert.Equal([2], s_nano.Encode("<eos>", parseSpecial: true));
    }

    [Fact]
    public void UnknownWordsAreNamed() => Assert.Contains("zebra", Assert.Throws<TokenizationException>(() => s_nano.Encode("make zebra")).Message, StringComparison.Ordinal);

    [Fact]
    public void DamagedFilesGiveTheNamedErrorOnly()
    {
        using var folder = new TemporaryFolder();
        s_nano.Save(folder.Path);
        string file = folder.File("tokenizer.json");
        byte[] good = File.ReadAllBytes(file);
        Gen.Select(Gen.Int[0, good.Length - 1], Gen.Byte).Sample(
            change =>
            {
                byte[] bad = [.. good];
                bad[change.Item1] = change.Item2;
                File.WriteAllBytes(file, bad);
                try
                {
                    Tokenizer.Load(folder.Path);
                }
                catch (TokenizationException)
                {
                }
            },
            threads: 1, iter: 300);
    }
}
