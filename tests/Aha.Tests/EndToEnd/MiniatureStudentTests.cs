using System.Text.Json;
using Aha.Runs;

namespace Aha.Tests.EndToEnd;

/// <summary>A student of another family than its teacher, with a tokenizer trained for it, in miniature, through the real command line.</summary>
public class MiniatureStudentTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(4);

    private const string Recipe = """
        name: students
        backend: fused
        task: { limit: 150 }
        model: { hidden_size: 32, layers: 2, heads: 2, kv_heads: 1, intermediate_size: 64, max_positions: 160 }
        evaluation: { problems: 6, samples: 3, max_new_tokens: 40 }
        stages:
          - { name: teacher, kind: pretrain, steps: 60, batch_size: 4, sequence_length: 96 }
          - { name: llama, kind: pretrain, model: { architecture: llama, tokenizer: bpe, vocabulary: 320 }, steps: 60, batch_size: 4, sequence_length: 96, checkpoint_every: 10, log_every: 5 }
          - name: pupil
            kind: distill
            from: llama
            teacher: teacher
            sampling: { problems: 100, samples: 2, max_new_tokens: 40, verified: false }
            epochs: 2
            batch_size: 8
            evaluate: true
            evaluate_every: 0
            checkpoint_every: 1
          - { name: alone, kind: grpo, from: llama, steps: 2, prompts_per_step: 4, group_size: 3, max_new_tokens: 40, evaluation_problems: 4 }
          - { name: by-rl, kind: grpo, from: pupil, steps: 3, prompts_per_step: 4, group_size: 3, max_new_tokens: 40, evaluation_problems: 4, checkpoint_every: 1 }
        """;

    [Fact]
    public void ALlamaStudentWithItsOwnTokenizerIsMadeTaughtAndTrainedAndResumesBitForBit()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("students.yaml"), Recipe);
        using AhaProcess straight = AhaProcess.Start(folder.Path, "run", "students.yaml", "--output", "straight");
        Assert.True(straight.Wait(s_limit) == 0, straight.Errors);

        foreach (string begun in (string[])["llama/checkpoint/state.json", "pupil/sampled.jsonl.state", "pupil/checkpoint/state.json", "by-rl/checkpoint/state.json"])
        {
            StoppedRun.Kill(folder, "students.yaml", "stopped", begun.Split('/')[0], _ => File.Exists(folder.File($"stopped/stages/{begun}")));
        }

        using AhaProcess resumed = AhaProcess.Start(folder.Path, "run", "students.yaml", "--output", "stopped");
        Assert.True(resumed.Wait(s_limit) == 0, resumed.Errors);
        RunRecordsOf.RequireEqual(folder.File("straight"), folder.File("stopped"));
        RequireAStandardLlama(folder);
        RequireTextCrossed(folder);
        RequireTheTable(folder, straight.Errors);
    }

    private static void RequireTheTable(TemporaryFolder folder, string said)
    {
        string[] rows = ["as pretrained", "by reinforcement learning", "distilled", "distilled, then reinforcement learning"];
        Distillation table = Assert.Single(Distillation.Of(RunReader.Load(folder.File("stopped"))));
        Assert.Equal("llama", table.Student);
        Assert.Equal(rows, table.Rows.Select(row => row.Label));
        Assert.All(table.Rows, row => Assert.True(row.Metrics.ContainsKey("pass@1")));
        Assert.All(table.Rows.Skip(1), row => Assert.True(row.Seconds > 0 && row.Operations > 0));
        Assert.True(table.Rows[3].Operations > table.Rows[2].Operations);
        string report = File.ReadAllText(folder.File("stopped/report.html"));
        using AhaProcess shown = AhaProcess.Start(folder.Path, "runs", "show", "stopped");
        Assert.Equal(0, shown.Wait(s_limit));
        foreach (string row in rows)
        {
            Assert.Contains($"<th>{row}</th>", report, StringComparison.Ordinal);
            Assert.Contains(row + "  ", said, StringComparison.Ordinal);
            Assert.Contains(row + "  ", shown.Output, StringComparison.Ordinal);
        }
    }

    private static void RequireAStandardLlama(TemporaryFolder folder)
    {
        JsonElement config = JsonDocument.Parse(File.ReadAllText(folder.File("stopped/stages/llama/model/config.json"))).RootElement;
        JsonElement tokenizer = JsonDocument.Parse(File.ReadAllText(folder.File("stopped/stages/llama/model/tokenizer.json"))).RootElement;
        Assert.Equal("llama", config.GetProperty("model_type").GetString());
        Assert.Equal("LlamaForCausalLM", config.GetProperty("architectures")[0].GetString());
        Assert.Equal("BPE", tokenizer.GetProperty("model").GetProperty("type").GetString());
        Assert.Equal(320, config.GetProperty("vocab_size").GetInt32());
        Assert.Equal(320, tokenizer.GetProperty("model").GetProperty("vocab").EnumerateObject().Count());
        Assert.Equal(1, config.GetProperty("eos_token_id").GetInt32());
        foreach (string file in (string[])["tokenizer.json", "tokenizer_config.json"])
        {
            byte[] own = File.ReadAllBytes(folder.File($"straight/stages/llama/model/{file}"));
            foreach (string stage in (string[])["llama", "pupil", "by-rl"])
            {
                Assert.Equal(own, File.ReadAllBytes(folder.File($"stopped/stages/{stage}/model/{file}")));
            }
        }
    }

    private static void RequireTextCrossed(TemporaryFolder folder)
    {
        // The teacher's words are what the student reads, and what the student writes is words again.
        string[] data = [.. File.ReadLines(folder.File("stopped/stages/pupil/data.jsonl")).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("completion").GetString()!)];
        Assert.All(data, text => Assert.Equal(text, string.Join(' ', text.Split(' ', StringSplitOptions.RemoveEmptyEntries))));
        SampleRecord[] written = [.. RunReader.AllSamples(folder.File("stopped")).Where(s => s.Stage == "pupil")];
        Assert.NotEmpty(written);
        Assert.Contains(written, s => s.Response.Contains(" = ", StringComparison.Ordinal));
        Assert.All(written, s => Assert.DoesNotContain("<|", s.Response, StringComparison.Ordinal));
        Assert.All(written, s => Assert.InRange(s.Tokens, 1, 40));
    }
}
