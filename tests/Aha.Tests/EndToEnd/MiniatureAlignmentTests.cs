using Aha.Runs;

namespace Aha.Tests.EndToEnd;

/// <summary>Two languages, reward models and reinforcement learning on mixed requests in miniature, through the real command line.</summary>
public class MiniatureAlignmentTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(4);

    private const string Recipe = """
        name: alignment
        backend: fused
        threads: 1
        task: { limit: 60, languages: [en, zh] }
        general: { source: nano }
        rewards: { accuracy: 1, format: 0.2, language_consistency: 0 }
        reflective_words: [wait, hmm, 等等, 嗯]
        model: { hidden_size: 32, layers: 2, heads: 2, kv_heads: 1, intermediate_size: 64, max_positions: 160 }
        evaluation: { problems: 6, samples: 3, max_new_tokens: 40 }
        stages:
          - { name: base, kind: pretrain, steps: 60, batch_size: 4, sequence_length: 96 }
          - { name: helpful, kind: reward-model, from: base, generate: 400, batch_size: 16, checkpoint_every: 3 }
          - { name: safe, kind: reward-model, objective: pointwise, from: base, generate: 300, batch_size: 16 }
          - name: all
            kind: grpo
            from: base
            rewards:
              accuracy: 1
              format: { weight: 0.2, for: all }
              language_consistency: 0.2
              helpful: { model: helpful, weight: 0.5 }
              safe: { model: safe, on: response }
            general_share: 0.5
            general_from: 0.5
            stop_on_divergence: 5
            steps: 6
            prompts_per_step: 6
            group_size: 3
            max_new_tokens: 30
            evaluate_every: 3
            evaluation_problems: 4
            checkpoint_every: 1
        """;

    [Fact]
    public void KilledInEveryStageAndResumedItEndsBitForBitLikeAnUninterruptedRun()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("alignment.yaml"), Recipe);
        using AhaProcess straight = AhaProcess.Start(folder.Path, "run", "alignment.yaml", "--output", "straight");
        Assert.True(straight.Wait(s_limit) == 0, straight.Errors);

        foreach (string begun in (string[])["helpful", "all"])
        {
            StoppedRun.Kill(folder, "alignment.yaml", "stopped", begun, _ => File.Exists(folder.File($"stopped/stages/{begun}/checkpoint/state.json")));
        }

        using AhaProcess resumed = AhaProcess.Start(folder.Path, "run", "alignment.yaml", "--output", "stopped");
        Assert.True(resumed.Wait(s_limit) == 0, resumed.Errors);
        foreach (string stage in (string[])["base", "helpful", "safe", "all"])
        {
            Assert.Equal(File.ReadAllBytes(folder.File($"straight/stages/{stage}/model/model.safetensors")), File.ReadAllBytes(folder.File($"stopped/stages/{stage}/model/model.safetensors")));
        }

        RunData run = RunReader.Load(folder.File("straight"));
        Assert.Equal(Values(run), Values(RunReader.Load(folder.File("stopped"))));
        RequireReports(run);
    }

    [Fact]
    public void AJudgeThatAnswersRubbishStopsTheStageByNameAndOneThatAnswersLetsItGoOn()
    {
        using var folder = new TemporaryFolder();
        TinyModel.Save(folder.File("tiny"), Aha.Tasks.Countdown.CountdownVocabulary.Words);
        string answer = "I would rather not say.";
        using var server = new ChatServer(_ => answer);
        File.WriteAllText(folder.File("judged.yaml"), $$"""
            name: judged
            backend: fused
            task: { limit: 20 }
            model: { load: tiny }
            evaluation: { problems: 2, samples: 1, max_new_tokens: 8 }
            stages:
              - { name: zero, kind: grpo, steps: 2, prompts_per_step: 2, group_size: 2, max_new_tokens: 8, rewards: { accuracy: 1, opinion: { judge: { url: "{{server.Url}}", attempts: 1 } } } }
            """);

        using AhaProcess failed = AhaProcess.Start(folder.Path, "run", "judged.yaml", "--output", "run");
        Assert.Equal(1, failed.Wait(s_limit));
        string line = Assert.Single(failed.Errors.Split('\n'), l => l.StartsWith("aha: ", StringComparison.Ordinal));
        Assert.Contains("stage zero: opinion: none of", line, StringComparison.Ordinal);
        Assert.Contains("no verdict", line, StringComparison.Ordinal);

        answer = "Verdict: correct";
        using AhaProcess resumed = AhaProcess.Start(folder.Path, "run", "judged.yaml", "--output", "run");
        Assert.True(resumed.Wait(s_limit) == 0, resumed.Errors);
        Assert.All(RunReader.Load(folder.File("run")).Metrics, m => Assert.Equal(1, m.Values["rewards/opinion/mean"]));
    }

    private static void RequireReports(RunData run)
    {
        StageResult helpful = run.Stages.Single(s => s.Name == "helpful"), safe = run.Stages.Single(s => s.Name == "safe"), all = run.Stages.Single(s => s.Name == "all");
        foreach (string metric in (string[])["accuracy", "ece", "length_correlation"])
        {
            Assert.True(helpful.Metrics.ContainsKey(metric) && safe.Metrics.ContainsKey(metric), metric);
        }

        Assert.True(helpful.Metrics["left_out_for_length"] > 0);
        foreach (string metric in (string[])["pass@1", "language_consistency", "general/gold", "general/format", "helpful", "safe", "before/general/gold"])
        {
            Assert.True(all.Metrics.ContainsKey(metric), metric);
        }

        MetricRecord[] steps = [.. run.Metrics.Where(m => m.Stage == "all")];
        string[] watched = ["general/gold", "general/proxy", "general/gold_correlation", "general/length_correlation", "general/divergence", "general/reward", "reasoning/reward"];
        foreach (MetricRecord step in steps)
        {
            // Preference rewards come in the last part only.
            Assert.All(watched, name => Assert.Equal(step.Step > 3, step.Values.ContainsKey(name)));
        }
    }

    private static string[] Values(RunData run) =>
    [
        .. run.Metrics.Select(m => $"{m.Stage} {m.Step} " + Line(m.Values.Where(v => !v.Key.StartsWith("time/", StringComparison.Ordinal) && !v.Key.Contains("per_second", StringComparison.Ordinal) && v.Key != "step_time"))),
        .. run.Evaluations.Select(e => $"{e.Stage} {e.Step} " + Line(e.Metrics)),
    ];

    private static string Line(IEnumerable<KeyValuePair<string, double>> values) => string.Join(' ', values.OrderBy(v => v.Key, StringComparer.Ordinal).Select(v => $"{v.Key}={v.Value:R}"));
}
