using System.Text.Json;
using Aha.Runs;

namespace Aha.Tests.EndToEnd;

/// <summary>The whole recipe in miniature, through the real command line: nothing is mocked but its size.</summary>
public class MiniatureRecipeTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(4);

    private const string Recipe = """
        name: mini
        backend: BACKEND
        task: { limit: 60 }
        model: { hidden_size: 32, layers: 2, heads: 2, kv_heads: 1, intermediate_size: 64, max_positions: 160 }
        evaluation: { problems: 8, samples: 4, max_new_tokens: 40 }
        stages:
          - { name: base, kind: pretrain, steps: 60, batch_size: 4, sequence_length: 96, log_every: 10, checkpoint_every: 15 }
          - { name: gate, kind: gate, from: base, problems: 8, required: false }
          - name: zero
            kind: grpo
            from: base
            steps: 8
            prompts_per_step: 6
            group_size: 4
            max_new_tokens: 40
            overlong_buffer: 39
            kl_beta: 0.01
            reference_refresh_every: 3
            updates_per_rollout: 2
            sampling_rounds: 2
            overlap_rollouts: OVERLAP
            evaluate_every: 3
            evaluation_problems: 4
            checkpoint_every: 2
            samples_every: 2
            rollout_precision: ROLLOUTS
          - { name: test, kind: eval, from: zero }
        """;

    [Theory]
    [InlineData("fused", "fp32", "false")]
    [InlineData("fused_bf16", "bf16", "true")]
    [InlineData("libtorch_fp32", "q4_0", "false")]
    public void KilledInterruptedAndResumedItEndsBitForBitLikeAnUninterruptedRun(string backend, string rollouts, string overlap)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("mini.yaml"), Recipe.Replace("BACKEND", backend, StringComparison.Ordinal).Replace("ROLLOUTS", rollouts, StringComparison.Ordinal)
            .Replace("OVERLAP", overlap, StringComparison.Ordinal));

        using AhaProcess straight = AhaProcess.Start(folder.Path, "run", "mini.yaml", "--output", "straight", "--json");
        Assert.True(straight.Wait(s_limit) == 0, straight.Errors);
        RequireSummary(straight.Output);

        StoppedRun.Kill(folder, "mini.yaml", "stopped", "base", _ => File.Exists(folder.File("stopped/stages/base/checkpoint/state.json")));
        string said = StoppedRun.Interrupt(folder, "mini.yaml", "stopped", "zero", run => run.Output.Contains("{\"metrics\":{\"stage\":\"zero\"", StringComparison.Ordinal));
        Assert.Contains("nothing is lost. To go on: aha run mini.yaml --output stopped", said, StringComparison.Ordinal);

        using AhaProcess resumed = AhaProcess.Start(folder.Path, "run", "mini.yaml", "--output", "stopped");
        Assert.True(resumed.Wait(s_limit) == 0, resumed.Errors);

        foreach (string stage in (string[])["base", "zero"])
        {
            Assert.Equal(File.ReadAllBytes(folder.File($"straight/stages/{stage}/model/model.safetensors")), File.ReadAllBytes(folder.File($"stopped/stages/{stage}/model/model.safetensors")));
        }

        RunRecordsOf.RequireEqual(folder.File("straight"), folder.File("stopped"));
        RequireMetricNames(RunReader.Load(folder.File("straight")));
        Assert.Contains("<svg", File.ReadAllText(folder.File("stopped/report.html")), StringComparison.Ordinal);

        if (backend == "fused")
        {
            RequireNothingIsDoneTwice(folder);
            RequireTheModelIsUsable(folder);
        }
    }

    private static void RequireSummary(string output)
    {
        string last = output.TrimEnd().Split('\n')[^1];
        JsonElement summary = JsonDocument.Parse(last).RootElement.GetProperty("summary");
        JsonElement[] stages = [.. summary.GetProperty("stages").EnumerateArray()];
        Assert.Equal(["base", "gate", "zero", "test"], stages.Select(s => s.GetProperty("name").GetString()));
        JsonElement metrics = stages[2].GetProperty("metrics");
        foreach (string name in (string[])["pass@1", "cons@4", "format", "length", "reflection", "before/pass@1", "before/length"])
        {
            Assert.True(metrics.TryGetProperty(name, out _), $"the summary lacks {name}");
        }

        Assert.All(output.TrimEnd().Split('\n'), line => JsonDocument.Parse(line));
    }

    // TRL's names for everything that applies to this recipe, and the phases of a step.
    private static void RequireMetricNames(RunData run)
    {
        string[] names =
        [
            "reward", "reward_std", "rewards/accuracy/mean", "rewards/accuracy/std", "rewards/format/mean", "rewards/format/std", "frac_reward_zero_std",
            .. ((string[])["mean", "min", "max"]).SelectMany(of => (string[])[$"completions/{of}_length", $"completions/{of}_terminated_length", $"sampling/importance_sampling_ratio/{of}"]),
            "completions/clipped_ratio", "kl", "entropy", "clip_ratio/low_mean", "clip_ratio/low_min", "clip_ratio/high_mean", "clip_ratio/high_max", "clip_ratio/region_mean",
            "sampling/sampling_logp_difference/mean", "sampling/sampling_logp_difference/max", "num_tokens", "step_time", "grad_norm", "learning_rate", "loss",
            "time/rollout", "time/reward", "time/update", "time/evaluation", "time/other",
        ];
        MetricRecord[] steps = [.. run.Metrics.Where(m => m.Kind == "grpo")];
        Assert.Equal(Enumerable.Range(1, 8).Select(i => (long)i), steps.Select(m => m.Step));
        Assert.All(steps, step => Assert.Empty(names.Except(step.Values.Keys)));
        Assert.All(steps, step => Assert.All(step.Values, value => Assert.True(double.IsFinite(value.Value), $"step {step.Step}: {value.Key} is {value.Value}")));
        Assert.All(run.Metrics.Where(m => m.Kind == "pretrain"), step => Assert.Empty(((string[])["loss", "grad_norm", "learning_rate", "num_tokens"]).Except(step.Values.Keys)));
    }

    private static void RequireNothingIsDoneTwice(TemporaryFolder folder)
    {
        using AhaProcess again = AhaProcess.Start(folder.Path, "run", "mini.yaml", "--output", "stopped");
        Assert.True(again.Wait(s_limit) == 0, again.Errors);
        Assert.Contains("stage zero: done before", again.Errors, StringComparison.Ordinal);

        // A changed option undoes its stage and what follows from it, and nothing else.
        using AhaProcess changed = AhaProcess.Start(folder.Path, "run", "mini.yaml", "--output", "stopped", "--set", "stages.zero.steps=2");
        Assert.True(changed.Wait(s_limit) == 0, changed.Errors);
        Assert.Contains("stage base: done before", changed.Errors, StringComparison.Ordinal);
        Assert.Contains("stage zero starts anew: steps: 8 -> 2", changed.Errors, StringComparison.Ordinal);
    }

    private static void RequireTheModelIsUsable(TemporaryFolder folder)
    {
        const string model = "straight/stages/zero/model";
        using AhaProcess generated = AhaProcess.Start(folder.Path, "generate", "--model", model, "--prompt", "make 6 from 1 2 3 .", "--samples", "2", "--max-new-tokens", "12");
        Assert.True(generated.Wait(s_limit) == 0, generated.Errors);
        Assert.Equal(2, generated.Output.TrimEnd('\n').Split('\n').Length);

        File.WriteAllLines(folder.File("mine.jsonl"), ["""{"numbers": [1, 2, 3], "target": 6}""", """{"prompt": "make 7 from 1 2 3 .", "answer": "7"}"""]);
        using AhaProcess evaluated = AhaProcess.Start(folder.Path, "eval", "--model", model, "--benchmark", "mine.jsonl", "--samples", "3", "--max-new-tokens", "12", "--output", "evaluation");
        Assert.True(evaluated.Wait(s_limit) == 0, evaluated.Errors);
        Assert.Equal([0, 1, 2, 0, 1, 2], RunReader.AllSamples(folder.File("evaluation")).Select(s => s.Sample));

        using AhaProcess trained = AhaProcess.Start(folder.Path, "grpo", "--model", model, "--steps", "1", "--prompts-per-step", "2", "--group-size", "2", "--max-new-tokens", "8",
            "--lora-rank", "2", "--lora-targets", "q_proj", "--lora-targets", "down_proj", "--set", "evaluation={problems: 2, samples: 2, max_new_tokens: 8}", "--output", "more");
        Assert.True(trained.Wait(s_limit) == 0, trained.Errors);
        Assert.True(File.Exists(folder.File("more/stages/grpo/model/tokenizer.json")));
        // The adapter beside it, merged into the model that it names, is that model.
        using AhaProcess merged = AhaProcess.Start(folder.Path, "convert", "--from", "more/stages/grpo/adapter", "--to", "merged");
        Assert.True(merged.Wait(s_limit) == 0, merged.Errors);
        Assert.Equal(File.ReadAllBytes(folder.File("more/stages/grpo/model/model.safetensors")), File.ReadAllBytes(folder.File("merged/model.safetensors")));
        Assert.True(File.Exists(folder.File("merged/tokenizer.json")));

        using AhaProcess listed = AhaProcess.Start(folder.Path, "runs", "list", "--runs", ".");
        Assert.Equal(0, listed.Wait(s_limit));
        Assert.Contains("straight", listed.Output, StringComparison.Ordinal);
    }
}
