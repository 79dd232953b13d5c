using System.Text.Json.Nodes;
using Aha.Tests.Support;
using Aha.Tokenization;
using Aha.Tokenization.Bpe;
using Aha.Tokenization.PreTokenization;

namespace Aha.Tests.Tokenization;

/// <summary>tokenizer.json read, refused, and kept.</summary>
public class TokenizerFileTests
{
    [Fact]
    public void SavedFilesAreThoseThatWereReadByteForByte()
    {
        string source = Repository.Shared(SharedTokenizers.TinyFolder);
        using var folder = new TemporaryFolder();
        Tokenizer.Load(source).Save(folder.Path);
        string[] saved = [.. Directory.GetFiles(folder.Path).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal)];
        Assert.Equal(["chat_template.jinja", "tokenizer.json", "tokenizer_config.json"], saved);
        Assert.All(saved, name => Assert.Equal(File.ReadAllBytes(Path.Combine(source, name)), File.ReadAllBytes(folder.File(name))));
    }

    public static TheoryData<string> Names => [.. PreTokenizers.All.Select(p => p.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void AVocabularyWrittenAsFilesIsTheSameTokenizer(string preTokenizer)
    {
        BpeVocabulary read = BpeVocabulary.Load(Repository.Shared(SharedTokenizers.TinyFolder)) with
        {
            PreTokenizer = PreTokenizers.Named(preTokenizer), NormalizeToNfc = true, IgnoreMerges = true, Prefix = [1], Suffix = [2, 0], BeginId = 1, EndIds = [2],
        };
        var made = new ByteLevelBpe(read);
        using var folder = new TemporaryFolder();
        made.Save(folder.Path);
        ITokenizer loaded = Tokenizer.Load(folder.Path);
        Assert.Equal((made.BeginId, made.VocabularySize), (loaded.BeginId, loaded.VocabularySize));
        Assert.Equal(made.EndIds, loaded.EndIds);
        Gen.Select(Texts.WellFormed, Gen.Bool, Gen.Bool).Sample(
            (text, parse, add) => Assert.Equal(made.Encode($"<|im_end|>{text}", parse, add), loaded.Encode($"<|im_end|>{text}", parse, add)), iter: 200);
    }

    [Theory]
    [InlineData("pre_tokenizer.pretokenizers.0.pattern.Regex", "\"\\\\w+\"", @"\w+")]
    [InlineData("pre_tokenizer.pretokenizers.0.behavior", "\"Removed\"", "Removed")]
    [InlineData("pre_tokenizer.pretokenizers.1.add_prefix_space", "true", "add_prefix_space")]
    [InlineData("pre_tokenizer", "null", "ByteLevel")]
    [InlineData("pre_tokenizer", """{"type": "Metaspace", "replacement": "_"}""", "Metaspace")]
    [InlineData("normalizer", """{"type": "Lowercase"}""", "Lowercase")]
    [InlineData("post_processor", """{"type": "RobertaProcessing"}""", "RobertaProcessing")]
    [InlineData("decoder", """{"type": "WordPiece"}""", "WordPiece")]
    [InlineData("decoder", "null", "decoder")]
    [InlineData("model.type", "\"Unigram\"", "Unigram")]
    [InlineData("model.byte_fallback", "true", "byte_fallback")]
    [InlineData("model.end_of_word_suffix", "\"</w>\"", "end_of_word_suffix")]
    [InlineData("model.dropout", "0.1", "dropout")]
    [InlineData("model.merges.3", "\"a b c\"", "merge 3")]
    [InlineData("model.merges.3", "[\"qq\", \"zz\"]", "'qq'")]
    [InlineData("model.vocab.!", "4", "id 4")]
    [InlineData("model.vocab.!", "-1", "id -1")]
    [InlineData("model.vocab.!", "2000000000", "id 2000000000")]
    [InlineData("added_tokens.0.id", "2000000000", "2000000000")]
    [InlineData("model.vocab", "[]", "tokenizer.json")]
    public void WhatWouldChangeIdsIsRefusedByName(string path, string value, string named)
    {
        using var folder = new TemporaryFolder();
        JsonNode root = JsonNode.Parse(File.ReadAllText(Repository.Shared($"{SharedTokenizers.TinyFolder}/tokenizer.json")))!;
        string[] steps = path.Split('.');
        JsonNode at = steps[..^1].Aggregate(root, (node, step) => node is JsonArray ? node[int.Parse(step)]! : node[step]!);
        if (at is JsonArray array)
        {
            array[int.Parse(steps[^1])] = JsonNode.Parse(value);
        }
        else
        {
            at[steps[^1]] = JsonNode.Parse(value);
        }

        File.WriteAllText(folder.File("tokenizer.json"), root.ToJsonString());
        var error = Assert.Throws<TokenizationException>(() => Tokenizer.Load(folder.Path));
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
        Assert.Contains(folder.File("tokenizer.json"), error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void AFolderWithoutATokenizerIsNamed()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains(folder.File("tokenizer.json"), Assert.Throws<TokenizationException>(() => Tokenizer.Load(folder.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void DamagedFilesGiveTheNamedErrorOnly()
    {
        string source = Repository.Shared(SharedTokenizers.TinyFolder);
        byte[] tokenizer = File.ReadAllBytes(Path.Combine(source, "tokenizer.json"));
        byte[] config = File.ReadAllBytes(Path.Combine(source, "tokenizer_config.json"));
        using var folder = new TemporaryFolder();

        // The first kilobytes hold everything but the vocabulary, and are hit most.
        Gen<int> place = Gen.OneOf(Gen.Int[0, 2500], Gen.Int[0, tokenizer.Length - 1]);
        // A backslash fewer in the pattern of a split: the line break that is left of it is quoted in the error.
        Damage(836, 68, 3, 76);
        Gen.Select(place, Gen.Byte, Gen.Int[0, 3], Gen.Int[0, config.Length - 1]).Sample(Damage, threads: 1, iter: 500);

        void Damage(int at, byte value, int kind, int inConfig)
        {
            byte[] bad = kind == 0 ? tokenizer[..at] : [.. tokenizer];
            if (kind > 0)
            {
                bad[at] = value;
            }

            byte[] badConfig = [.. config];
            badConfig[inConfig] = kind == 3 ? value : badConfig[inConfig];
            File.WriteAllBytes(folder.File("tokenizer.json"), bad);
            File.WriteAllBytes(folder.File("tokenizer_config.json"), badConfig);
            try
            {
                Tokenizer.Load(folder.Path).Encode("some text 123");
            }
            catch (TokenizationException e)
            {
                Assert.DoesNotContain('\n', e.Message);
            }
        }
    }

    [Fact]
    public void AGgufVocabularyIsCheckedToo()
    {
        static BpeVocabulary Make(string pre, int[] types, int begin) => BpeVocabulary.FromGguf("m.gguf", ["a", "b", "<s>"], types, [], pre, begin, addBegin: true, [2]);
        Assert.Contains("tekken", Assert.Throws<TokenizationException>(() => Make("tekken", [1, 1, 3], 2)).Message, StringComparison.Ordinal);
        Assert.Contains("2 token types", Assert.Throws<TokenizationException>(() => Make("gpt-2", [1, 1], 2)).Message, StringComparison.Ordinal);
        Assert.Contains("id 7", Assert.Throws<TokenizationException>(() => new ByteLevelBpe(Make("gpt-2", [1, 1, 3], 7))).Message, StringComparison.Ordinal);
        var tokenizer = new ByteLevelBpe(Make("gpt-2", [1, 1, 3], 2));
        Assert.Equal([2, 0, 1], tokenizer.Encode("ab", addSpecial: true));
        Assert.Equal([2], tokenizer.Encode("<s>", parseSpecial: true));
        Assert.Throws<TokenizationException>(() => tokenizer.Encode("<s>"));
    }
}
