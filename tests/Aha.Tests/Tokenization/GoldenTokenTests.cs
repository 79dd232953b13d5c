using System.Text.Json;
using Aha.Tests.Support;
using Aha.Tokenization;
using Aha.Tokenization.Bpe;

namespace Aha.Tests.Tokenization;

/// <summary>Ids and texts of the reference implementations, line by line.</summary>
public class GoldenTokenTests
{
    [Theory]
    [InlineData("deepseek_v3")]
    [InlineData("qwen2_5")]
    [InlineData("qwen3")]
    [InlineData("llama3_1")]
    public void IdsAndTextsAreThoseOfTheReference(string name)
    {
        ByteLevelBpe tokenizer = SharedTokenizers.Real(name);
        int rows = 0;
        foreach (string line in File.ReadLines(Repository.Shared($"golden/tokenizers/{name}.jsonl")))
        {
            rows++;
            JsonElement row = JsonDocument.Parse(line).RootElement;
            string text = row.GetProperty("text").GetString()!;
            int[] ids = Ids(row, "ids");
            Assert.Equal(ids, tokenizer.Encode(text, parseSpecial: true));
            Assert.Equal(Ids(row, "ids_with_special"), tokenizer.Encode(text, parseSpecial: true, addSpecial: true));
            Assert.Equal(row.GetProperty("decoded").GetString(), tokenizer.Decode(ids, skipSpecial: false));
            Assert.Equal(row.GetProperty("decoded_skip").GetString(), tokenizer.Decode(ids, skipSpecial: true));
        }

        Assert.True(rows > 500, $"{rows} rows");
    }

    [Fact]
    public void AGgufFilesVocabularyGivesLlamaCppsIds()
    {
        GgufMetadata metadata = GgufMetadata.Read(Repository.Shared("models/smollm2-135m-instruct/SmolLM2-135M-Instruct.Q4_1.gguf"));
        var tokenizer = new ByteLevelBpe(BpeVocabulary.FromGguf(
            "SmolLM2", metadata.Strings("tokenizer.ggml.tokens"), metadata.Numbers("tokenizer.ggml.token_type"), metadata.Strings("tokenizer.ggml.merges"),
            metadata.String("tokenizer.ggml.pre"), metadata.Number("tokenizer.ggml.bos_token_id"), addBegin: false, [metadata.Number("tokenizer.ggml.eos_token_id")]));
        using JsonDocument golden = JsonDocument.Parse(File.ReadAllBytes(Repository.Shared("golden/smollm2/tokens.json")));
        JsonElement[] rows = [.. golden.RootElement.GetProperty("rows").EnumerateArray()];
        Assert.NotEmpty(rows);
        foreach (JsonElement row in rows)
        {
            string text = row.GetProperty("text").GetString()!;
            Assert.Equal(Ids(row, "ids"), tokenizer.Encode(text));
            Assert.Equal(Ids(row, "ids_parse_special"), tokenizer.Encode(text, parseSpecial: true));
            Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text), skipSpecial: false));
        }

        // Saved as a model folder it goes on giving them.
        using var folder = new TemporaryFolder();
        tokenizer.Save(folder.Path);
        ITokenizer saved = Tokenizer.Load(folder.Path);
        Assert.All(rows, row => Assert.Equal(Ids(row, "ids_parse_special"), saved.Encode(row.GetProperty("text").GetString()!, parseSpecial: true)));
        Assert.Equal(tokenizer.EndIds, saved.EndIds);
    }

    [Theory]
    [InlineData("deepseek_v3", 0, new[] { 1 })]
    [InlineData("qwen2_5", null, new[] { 151645 })]
    [InlineData("qwen3", null, new[] { 151645 })]
    [InlineData("llama3_1", 128000, new[] { 128009 })]
    public void BeginAndEndComeFromTheFilesBesideIt(string name, int? begin, int[] ends)
    {
        ByteLevelBpe tokenizer = SharedTokenizers.Real(name);
        Assert.Equal(begin, tokenizer.BeginId);
        Assert.Equal(ends, tokenizer.EndIds);
    }

    [Fact]
    public void FurtherEndsComeFromTheGenerationConfig() => Assert.Equal([2, 0], SharedTokenizers.Tiny().EndIds);

    private static int[] Ids(JsonElement row, string name) => [.. row.GetProperty(name).EnumerateArray().Select(id => id.GetInt32())];
}
