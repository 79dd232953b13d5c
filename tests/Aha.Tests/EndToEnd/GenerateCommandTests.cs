using System.Text.Json;
using Aha.Tests.Models;
using Aha.Tests.Support;

namespace Aha.Tests.EndToEnd;

/// <summary><c>aha generate --input</c>, on a real model against transformers and on a tiny one for everything else.</summary>
public class GenerateCommandTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(3);
    private static readonly string[] s_words = ["make", "24", "from", "6", "4", "."];

    // Below this, another order of summation may flip a token.
    private const double Undecided = 0.02;

    [Fact]
    public void GreedyTokensAndLogProbsOfSmolLm2AreTransformers()
    {
        string model = Repository.Shared("models/smollm2-135m-instruct");
        using JsonDocument golden = JsonDocument.Parse(File.ReadAllBytes(Repository.Shared("golden/smollm2/generation.json")));
        JsonElement[] expected = [.. golden.RootElement.GetProperty("rows").EnumerateArray()];
        using var folder = new TemporaryFolder();
        File.WriteAllLines(folder.File("in.jsonl"), expected.Select((row, i) => $$"""{"id": {{i}}, "ids": {{row.GetProperty("prompt_ids").GetRawText()}}}"""));
        using AhaProcess aha = AhaProcess.Start(folder.Path, "generate", "--model", model, "--input", "in.jsonl", "--temperature", "0", "--max-new-tokens", "48", "--ignore-eos");
        Assert.True(aha.Wait(s_limit) == 0, aha.Errors);
        JsonElement[] rows = Rows(aha.Output);
        Assert.Equal(expected.Length, rows.Length);
        int compared = 0;
        for (int i = 0; i < rows.Length; i++)
        {
            Assert.Equal(i, rows[i].GetProperty("id").GetInt32());
            int[] wanted = expected[i].GetProperty("greedy_fp32").Deserialize<int[]>()!, tokens = rows[i].GetProperty("ids").Deserialize<int[]>()!;
            double[] logProbs = rows[i].GetProperty("logprobs").Deserialize<double[]>()!;
            double[] reference = expected[i].GetProperty("logprobs_all").Deserialize<double[]>()!;
            int same = wanted.Zip(tokens).TakeWhile(pair => pair.First == pair.Second).Count();
            Assert.True(same == wanted.Length || expected[i].GetProperty("smallest_top2_gap").GetDouble() < Undecided, $"row {i} parts from the reference at token {same}");
            // The reference scores the whole sequence; the new tokens are its last ones.
            CausalLanguageModelTests.AssertClose(reference[^wanted.Length..][..same], [.. logProbs[..same].Select(value => (float)value)], 1e-3);
            compared += same;
        }

        int all = expected.Sum(row => row.GetProperty("greedy_fp32").GetArrayLength());
        Assert.True(compared > all / 2, $"only {compared} of {all} tokens could be compared");
    }

    [Fact]
    public void LinesComeBackInOrderWhateverIsBesideThemAndBadOnesAreNamed()
    {
        using var folder = new TemporaryFolder();
        TinyModel.Save(folder.File("model"), s_words);
        string[] good = ["""{"id": "a", "text": "make 24 from 6 4 ."}""", """{"ids": [4, 5, 6], "id": 7}""", """{"text": "from 4"}"""];
        string[] bad = ["no json", """{"ids": [99]}""", """{"ids": []}""", """{"messages": [{"role": "user", "content": "6"}], "id": 8}""", """{"prompt": "6"}"""];
        File.WriteAllLines(folder.File("in.jsonl"), [good[0], bad[0], good[1], .. bad[1..], good[2]]);
        string[] options = ["generate", "--model", "model", "--input", "in.jsonl", "--max-new-tokens", "9", "--seed", "5"];
        using AhaProcess all = AhaProcess.Start(folder.Path, options);
        Assert.True(all.Wait(s_limit) == 0, all.Errors);
        JsonElement[] rows = Rows(all.Output);
        Assert.Equal(8, rows.Length);
        Assert.Equal(["a", "7", "8"], rows.Where(row => row.TryGetProperty("id", out _)).Select(row => row.GetProperty("id").ToString()));
        Assert.Equal([1, 3, 4, 5, 6], Enumerable.Range(0, 8).Where(i => rows[i].TryGetProperty("error", out _)));
        foreach (string message in (string[])["in.jsonl:2: not JSON", "in.jsonl:4: id 99 at index 0", "in.jsonl:5: the prompt is empty", "in.jsonl:6: \"messages\" need a chat template", "in.jsonl:7: the line has neither", "5 of 8 lines were malformed"])
        {
            Assert.Contains(message, all.Errors, StringComparison.Ordinal);
        }

        foreach (JsonElement row in rows.Where(row => !row.TryGetProperty("error", out _)))
        {
            int count = row.GetProperty("ids").GetArrayLength();
            Assert.Equal(count, row.GetProperty("logprobs").GetArrayLength());
            Assert.Equal(row.GetProperty("finish_reason").GetString() == "length", count == 9);
        }

        // The same lines with other text in place of the bad ones, several samples each: the first sample is the single one.
        File.WriteAllLines(folder.File("in.jsonl"), [good[0], good[2], good[1], good[2], good[2], good[2], good[2], good[2]]);
        using AhaProcess several = AhaProcess.Start(folder.Path, [.. options, "--samples", "3", "--ignore-eos"]);
        Assert.True(several.Wait(s_limit) == 0, several.Errors);
        JsonElement[] groups = Rows(several.Output);
        foreach (int i in (int[])[0, 2, 7])
        {
            JsonElement[] samples = [.. groups[i].GetProperty("samples").EnumerateArray()];
            Assert.Equal(3, samples.Length);
            Assert.All(samples, sample => Assert.Equal(9, sample.GetProperty("ids").GetArrayLength()));
            int[] single = rows[i].GetProperty("ids").Deserialize<int[]>()!;
            Assert.Equal(single, samples[0].GetProperty("ids").Deserialize<int[]>()![..single.Length]);
        }

        File.WriteAllLines(folder.File("in.jsonl"), [good[0], bad[0], good[1]]);
        using AhaProcess stopped = AhaProcess.Start(folder.Path, [.. options, "--stop"]);
        Assert.Equal(2, stopped.Wait(s_limit));
        Assert.Single(Rows(stopped.Output));
        Assert.Contains("aha: in.jsonl:2: not JSON", stopped.Errors, StringComparison.Ordinal);

        using AhaProcess neither = AhaProcess.Start(folder.Path, "generate", "--model", "model");
        Assert.Equal(2, neither.Wait(s_limit));
        Assert.Contains("give either --prompt or --input", neither.Errors, StringComparison.Ordinal);
    }

    private static JsonElement[] Rows(string output) => [.. output.TrimEnd().Split('\n').Select(line => JsonDocument.Parse(line).RootElement)];
}
