using System.Text.Json;
using Aha.Models;
using Aha.Tests.Generation;
using Aha.Tests.Models;
using Aha.Tokenization;

namespace Aha.Tests.EndToEnd;

/// <summary><c>aha logprobs</c> and <c>aha generate</c> on architectures other than the one Aha trains.</summary>
public class LogProbsCommandTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(2);

    [Theory]
    [InlineData("qwen3")]
    [InlineData("deepseek-v3-yarn")]
    public void LinesComeBackInOrderWithTheReferencesLogProbs(string name)
    {
        using var folder = new TemporaryFolder();
        GoldenModel golden = GoldenModel.Read(name);
        File.WriteAllLines(folder.File("in.jsonl"), golden.InputIds.Select((ids, i) => $$"""{"id": "row {{i}}", "ids": [{{string.Join(", ", ids)}}], "more": null}""").Append("""{"ids": [7]}"""));
        using AhaProcess aha = AhaProcess.Start(folder.Path, "logprobs", "--model", golden.Folder, "--input", "in.jsonl", "--top", "2");
        Assert.True(aha.Wait(s_limit) == 0, aha.Errors);
        JsonElement[] rows = [.. aha.Output.TrimEnd().Split('\n').Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal(3, rows.Length);
        for (int i = 0; i < 2; i++)
        {
            Assert.Equal($"row {i}", rows[i].GetProperty("id").GetString());
            Assert.Equal(golden.InputIds[i], rows[i].GetProperty("ids").Deserialize<long[]>());
            float[] logProbs = rows[i].GetProperty("logprobs").Deserialize<float[]>()!;
            CausalLanguageModelTests.AssertClose(golden.LogProbs[i], logProbs, 1e-4);
            JsonElement[] top = [.. rows[i].GetProperty("top").EnumerateArray()];
            Assert.Equal(logProbs.Length, top.Length);
            Assert.All(top.Zip(logProbs), pair => Assert.True(pair.First[0].GetProperty("logprob").GetSingle() >= pair.Second));
            Assert.All(top, position => Assert.Equal(2, position.GetArrayLength()));
        }

        Assert.Equal(0, rows[2].GetProperty("logprobs").GetArrayLength());
        Assert.Contains("parameters need", aha.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void TextIsEncodedAndABadLineIsNamed()
    {
        using var folder = new TemporaryFolder();
        string[] words = ["make", "24", "from", "6", "4", "."];
        var tokenizer = new WordTokenizer(words);
        Directory.CreateDirectory(folder.File("model"));
        tokenizer.Save(folder.File("model"));
        ModelConfig config = TestModel.Latent with { VocabSize = tokenizer.VocabularySize, EosTokenIds = tokenizer.EndIds, BosTokenId = tokenizer.BeginId };
        using (CausalLanguageModel model = CausalLanguageModel.Create(config, seed: 1)) model.Save(folder.File("model"));

        File.WriteAllLines(folder.File("in.jsonl"), ["""{"text": "make 24 from 6 4 ."}""", """{"ids": [1, 99]}"""]);
        using (AhaProcess aha = AhaProcess.Start(folder.Path, "logprobs", "--model", "model", "--input", "in.jsonl"))
        {
            Assert.Equal(2, aha.Wait(s_limit));
            JsonElement row = JsonDocument.Parse(aha.Output.TrimEnd()).RootElement;
            Assert.Equal(tokenizer.Encode("make 24 from 6 4 ."), row.GetProperty("ids").Deserialize<int[]>());
            Assert.Equal(5, row.GetProperty("logprobs").GetArrayLength());
            Assert.Contains("aha: in.jsonl:2: The sequence holds id 99", aha.Errors, StringComparison.Ordinal);
        }

        using AhaProcess generated = AhaProcess.Start(folder.Path, "generate", "--model", "model", "--prompt", "make 24 from 6 4 .", "--template", "{prompt}", "--max-new-tokens", "9", "--samples", "2");
        Assert.True(generated.Wait(s_limit) == 0, generated.Errors);
        Assert.Equal(2, generated.Output.Count(c => c == '\n'));
    }
}
