using System.Text.Json;
using Aha.Tests.Support;

namespace Aha.Tests.EndToEnd;

/// <summary><c>aha tokenize</c> and <c>aha tokenizer train</c> through the real command line.</summary>
public class TokenizeCommandTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(1);

    [Fact]
    public void LinesGoToIdsAndBack()
    {
        string model = Repository.Shared("models/tokenizers/llama3_1");
        JsonElement[] golden = [.. File.ReadLines(Repository.Shared("golden/tokenizers/llama3_1.jsonl")).Take(60).Select(l => JsonDocument.Parse(l).RootElement)];
        using var folder = new TemporaryFolder();
        File.WriteAllLines(folder.File("texts.jsonl"), golden.Select((row, i) => JsonSerializer.Serialize(new { id = $"row{i}", text = row.GetProperty("text").GetString() })));
        JsonElement[] encoded = Run(folder, "tokenize", "--model", model, "--input", "texts.jsonl", "--special", "--parse-special");
        Assert.Equal(golden.Select(r => r.GetProperty("ids_with_special").ToString().Replace(" ", "", StringComparison.Ordinal)), encoded.Select(r => r.GetProperty("ids").ToString()));
        Assert.Equal(golden.Select((_, i) => $"row{i}"), encoded.Select(r => r.GetProperty("id").GetString()));

        File.WriteAllLines(folder.File("ids.jsonl"), golden.Select(row => $$"""{"ids": {{row.GetProperty("ids_with_special")}}}"""));
        JsonElement[] decoded = Run(folder, "tokenize", "--model", model, "--input", "ids.jsonl", "--decode");
        Assert.Equal(golden.Select(r => $"<|begin_of_text|>{r.GetProperty("decoded").GetString()}"), decoded.Select(r => r.GetProperty("text").GetString()));
    }

    [Theory]
    [InlineData("ids")]
    [InlineData("ids_parse_special", "--parse-special")]
    public void AGgufFileServesAsAModel(string field, params string[] options)
    {
        JsonElement rows = JsonDocument.Parse(File.ReadAllBytes(Repository.Shared("golden/smollm2/tokens.json"))).RootElement.GetProperty("rows");
        using var folder = new TemporaryFolder();
        File.WriteAllLines(folder.File("texts.jsonl"), rows.EnumerateArray().Select(row => $$"""{"text": {{row.GetProperty("text").GetRawText()}}}"""));
        JsonElement[] encoded = Run(folder, ["tokenize", "--model", Repository.Shared("models/smollm2-135m-instruct"), "--input", "texts.jsonl", .. options]);
        Assert.Equal(
            rows.EnumerateArray().Select(r => r.GetProperty(field).ToString().Replace(" ", "", StringComparison.Ordinal)), encoded.Select(r => r.GetProperty("ids").ToString()));
    }

    [Theory]
    [InlineData("""{"text": "\ud800"}""", "texts.jsonl:2")]
    [InlineData("""{"txt": "a"}""", "\"text\"")]
    [InlineData("{", "not JSON")]
    [InlineData("[]", "\"text\"")]
    public void ABadLineIsNamedAndEndsIt(string line, string named)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllLines(folder.File("texts.jsonl"), ["""{"text": "fine"}""", line]);
        using AhaProcess aha = AhaProcess.Start(folder.Path, "tokenize", "--model", Repository.Shared("golden/models/qwen3"), "--input", "texts.jsonl");
        Assert.Equal(2, aha.Wait(s_limit));
        Assert.Contains(named, aha.Errors, StringComparison.Ordinal);
        Assert.Single(aha.Errors.TrimEnd().Split('\n'));
        Assert.Single(aha.Output.TrimEnd().Split('\n'));
    }

    [Fact]
    public void ATrainedVocabularyIsUsedLikeAnyOther()
    {
        string text = Repository.Shared("data/text/tinyshakespeare.txt");
        using var folder = new TemporaryFolder();
        using AhaProcess train = AhaProcess.Start(folder.Path, "tokenizer", "train", "--input", text, "--vocabulary", "400", "--output", "mine/tokenizer");
        Assert.True(train.Wait(s_limit) == 0, train.Errors);
        Assert.Contains("400 ids", train.Output, StringComparison.Ordinal);

        File.WriteAllText(folder.File("texts.jsonl"), """{"text": "Speak, the citizens <|im_end|>"}""");
        int[] ids = [.. Run(folder, "tokenize", "--model", "mine/tokenizer", "--input", "texts.jsonl", "--parse-special")[0].GetProperty("ids").EnumerateArray().Select(i => i.GetInt32())];
        Assert.Equal(2, ids[^1]);
        Assert.InRange(ids.Length, 4, 20);

        File.WriteAllBytes(folder.File("bad.txt"), [0x61, 0xff, 0x62]);
        using AhaProcess bad = AhaProcess.Start(folder.Path, "tokenizer", "train", "--input", "bad.txt", "--vocabulary", "400", "--output", "x");
        Assert.Equal(2, bad.Wait(s_limit));
        Assert.Contains("bad.txt", bad.Errors, StringComparison.Ordinal);
    }

    private static JsonElement[] Run(TemporaryFolder folder, params string[] arguments)
    {
        using AhaProcess aha = AhaProcess.Start(folder.Path, arguments);
        Assert.True(aha.Wait(s_limit) == 0, aha.Errors);
        return [.. aha.Output.TrimEnd().Split('\n').Select(l => JsonDocument.Parse(l).RootElement)];
    }
}
