using System.Text.Json;
using Aha.Runs;
using Aha.Tasks.Countdown;

namespace Aha.Tests.EndToEnd;

/// <summary>Pretraining, reinforcement learning, rejection sampling, fine-tuning and distillation in miniature, through the real command line.</summary>
public class MiniaturePipelineTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(4);

    // Nothing is solved at this size: verification is off, everything else is as in a real recipe.
    private const string Recipe = """
        name: pipeline
        backend: fused
        task: { limit: 150 }
        model: { hidden_size: 32, layers: 2, heads: 2, kv_heads: 1, intermediate_size: 64, max_positions: 160 }
        evaluation: { problems: 6, samples: 3, max_new_tokens: 40 }
        stages:
          - name: pupil
            kind: distill
            from: small
            teacher: zero
            data: extra.jsonl
            sampling: { problems: 100, samples: 2, max_new_tokens: 40, verified: false }
            epochs: 3
            batch_size: 8
            evaluate: true
            evaluate_every: 3
            evaluation_problems: 3
            log_every: 2
            checkpoint_every: 1
          - { name: stranger, kind: distill, from: ./llama, teacher: zero, sampling: { problems: 40, max_new_tokens: 40, verified: false }, epochs: 1 }
          - { name: tuned, kind: sft, from: base, data: [sampled], epochs: 3, batch_size: 8, validation_share: 0.2, evaluate: true, evaluate_every: 4, log_every: 2, checkpoint_every: 1 }
          - { name: sampled, kind: sample, from: zero, samples: 3, max_new_tokens: 40, verified: false, per_problem: 2, mix: [{ path: extra.jsonl, share: 0.1 }] }
          - { name: zero, kind: grpo, from: base, steps: 2, prompts_per_step: 4, group_size: 3, max_new_tokens: 24, evaluation_problems: 4 }
          - { name: base, kind: pretrain, steps: 60, batch_size: 4, sequence_length: 96 }
          - { name: small, kind: pretrain, model: { hidden_size: 16, layers: 1 }, steps: 20, batch_size: 2, sequence_length: 64 }
        """;

    [Fact]
    public void KilledInEveryStageAndResumedItEndsBitForBitLikeAnUninterruptedRun()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("pipeline.yaml"), Recipe);
        File.WriteAllLines(folder.File("extra.jsonl"), Enumerable.Range(1, 12).Select(i => $$"""{"prompt": "make {{i}} from 1 2 3 .", "completion": "{{i}} ."}"""));
        TinyModel.Save(folder.File("llama"), [.. CountdownVocabulary.Words.Reverse()], "llama");

        using AhaProcess straight = AhaProcess.Start(folder.Path, "run", "pipeline.yaml", "--output", "straight");
        Assert.True(straight.Wait(s_limit) == 0, straight.Errors);
        Assert.Contains("repeated", straight.Errors, StringComparison.Ordinal);

        foreach (string begun in (string[])["sampled/sampled.jsonl.state", "tuned/checkpoint/state.json", "pupil/sampled.jsonl.state", "pupil/checkpoint/state.json"])
        {
            string stage = begun.Split('/')[0];
            if (stage == "tuned")
            {
                StoppedRun.Interrupt(folder, "pipeline.yaml", "stopped", stage, HasBegun);
            }
            else
            {
                StoppedRun.Kill(folder, "pipeline.yaml", "stopped", stage, HasBegun);
            }

            bool HasBegun(AhaProcess run) => File.Exists(folder.File($"stopped/stages/{begun}"));
        }

        using AhaProcess resumed = AhaProcess.Start(folder.Path, "run", "pipeline.yaml", "--output", "stopped");
        Assert.True(resumed.Wait(s_limit) == 0, resumed.Errors);
        RequireEqual(folder);
        RequireTheReportTells(File.ReadAllText(folder.File("stopped/report.html")));
        RequireDataWithItsOrigin(File.ReadAllLines(folder.File("stopped/stages/sampled/data.jsonl")));
        RequireThePlanKnows(folder);
        RequireTheVerbs(folder);
    }

    private static void RequireEqual(TemporaryFolder folder)
    {
        foreach (string file in (string[])["tuned/model/model.safetensors", "pupil/model/model.safetensors", "stranger/model/model.safetensors", "sampled/data.jsonl", "sampled/sampled.jsonl", "pupil/data.jsonl"])
        {
            Assert.True(File.ReadAllBytes(folder.File($"straight/stages/{file}")).SequenceEqual(File.ReadAllBytes(folder.File($"stopped/stages/{file}"))), $"{file} differs");
        }

        RunData a = RunReader.Load(folder.File("straight")), b = RunReader.Load(folder.File("stopped"));
        Assert.Equal(a.Metrics.Select(m => (m.Stage, m.Step, m.Values["loss"], m.Values.GetValueOrDefault("validation_loss"))), b.Metrics.Select(m => (m.Stage, m.Step, m.Values["loss"], m.Values.GetValueOrDefault("validation_loss"))));
        Assert.Equal(a.Evaluations.Select(e => (e.Stage, e.Step, e.Metrics["pass@1"], e.Metrics["length"])), b.Evaluations.Select(e => (e.Stage, e.Step, e.Metrics["pass@1"], e.Metrics["length"])));
        static IEnumerable<string> Results(RunData run) => run.Stages.Select(s => $"{s.Name} " + string.Join(' ', s.Metrics.Where(m => !m.Key.StartsWith("time/", StringComparison.Ordinal)).OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => $"{m.Key}={m.Value:R}")));
        Assert.Equal(Results(a), Results(b));
        Assert.Equal(["base", "zero", "stranger", "sampled", "tuned", "small", "pupil"], b.Stages.Select(s => s.Name));
        Assert.True(b.Stages.Single(s => s.Name == "tuned").Metrics.ContainsKey("validation_loss"));
        // Text crossed, not ids: the student kept its own words in their own order.
        Assert.Equal(File.ReadAllBytes(folder.File("llama/tokenizer.json")), File.ReadAllBytes(folder.File("stopped/stages/stranger/model/tokenizer.json")));
    }

    private static void RequireTheReportTells(string report)
    {
        Assert.Contains("Stage by stage", report, StringComparison.Ordinal);
        Assert.Contains("Rejection sampling", report, StringComparison.Ordinal);
        Assert.Contains("more than wanted", report, StringComparison.Ordinal);
    }

    private static void RequireDataWithItsOrigin(string[] lines)
    {
        JsonElement first = JsonDocument.Parse(lines[0]).RootElement;
        Assert.StartsWith("countdown/", first.GetProperty("problem").GetString(), StringComparison.Ordinal);
        Assert.Equal("zero", first.GetProperty("model").GetString());
        Assert.Equal(1, first.GetProperty("seed").GetInt32());
        Assert.Equal(16, first.GetProperty("policy_version").GetString()!.Length);
        Assert.True(JsonDocument.Parse(lines[^1]).RootElement.TryGetProperty("messages", out _), "what was mixed in stands at the end");
    }

    private static void RequireThePlanKnows(TemporaryFolder folder)
    {
        using AhaProcess plan = AhaProcess.Start(folder.Path, "run", "pipeline.yaml", "--output", "stopped", "--dry-run", "--json", "--set", "stages.sampled.per_problem=1");
        Assert.True(plan.Wait(s_limit) == 0, plan.Errors);
        JsonElement root = JsonDocument.Parse(plan.Output).RootElement.GetProperty("plan");
        Dictionary<string, string> actions = root.GetProperty("stages").EnumerateArray().ToDictionary(s => s.GetProperty("name").GetString()!, s => s.GetProperty("action").GetString()!);
        Assert.Equal(["sampled", "tuned"], actions.Where(a => a.Value == "start anew").Select(a => a.Key).Order());
        Assert.All(actions.Where(a => a.Key is not ("sampled" or "tuned")), a => Assert.Equal("done", a.Value));
        Assert.All(root.GetProperty("stages").EnumerateArray().Where(s => s.GetProperty("action").GetString() != "done"), s => Assert.True(s.GetProperty("seconds").GetDouble() > 0));
    }

    private static void RequireTheVerbs(TemporaryFolder folder)
    {
        const string model = "straight/stages/base/model", few = "evaluation={problems: 2, samples: 2, max_new_tokens: 8}";
        using AhaProcess sampled = AhaProcess.Start(
            folder.Path, "sample", "--model", model, "--problems", "10", "--samples", "2", "--max-new-tokens", "40", "--verified", "false", "--mix", "{path: ./extra.jsonl, share: 0.5}", "--output", "s");
        Assert.True(sampled.Wait(s_limit) == 0, sampled.Errors);
        Assert.True(File.Exists(folder.File("s/stages/sample/data.jsonl")));

        using AhaProcess tuned = AhaProcess.Start(folder.Path, "sft", "--model", model, "--data", "extra.jsonl", "--data", "s/stages/sample/data.jsonl", "--epochs", "1", "--evaluate", "true", "--set", few, "--output", "t");
        Assert.True(tuned.Wait(s_limit) == 0, tuned.Errors);
        Assert.True(File.Exists(folder.File("t/stages/sft/model/model.safetensors")));

        using AhaProcess distilled = AhaProcess.Start(
            folder.Path, "distill", "--model", "llama", "--teacher", model, "--sampling-problems", "10", "--sampling-max-new-tokens", "40", "--sampling-verified", "false", "--epochs", "1", "--output", "d");
        Assert.True(distilled.Wait(s_limit) == 0, distilled.Errors);

        using AhaProcess empty = AhaProcess.Start(folder.Path, "sample", "--model", "llama", "--problems", "4", "--max-new-tokens", "4", "--output", "e");
        Assert.Equal(1, empty.Wait(s_limit));
        Assert.Matches("aha: stage sample: none of 16 sampled answers was kept; most fell as '(wrong|cut short)' \\(\\d+\\)", empty.Errors);
    }
}
