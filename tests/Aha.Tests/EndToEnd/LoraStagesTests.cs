using Aha.Tasks.Countdown;

namespace Aha.Tests.EndToEnd;

/// <summary>Stages that train an adapter: killed in the middle and gone on with, handed on to each other, and written in PEFT's layout.</summary>
public class LoraStagesTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(4);
    private static readonly string[] s_stages = ["talk", "pupil", "zero"];

    private const string Recipe = """
        name: lora
        backend: fused
        task: { limit: 40 }
        evaluation: { problems: 2, samples: 2, max_new_tokens: 8 }
        stages:
          - { name: talk, kind: sft, from: ./tiny, data: talk.jsonl, validation_share: 0, epochs: 30, batch_size: 2, lora: { rank: 2 }, log_every: 5, checkpoint_every: 3 }
          - { name: pupil, kind: distill, from: talk, teacher: ./tiny, sampling: { problems: 10, samples: 2, max_new_tokens: 12, verified: false }, epochs: 6, batch_size: 2, lora: { rank: 2, targets: [v_proj] }, log_every: 2, checkpoint_every: 3 }
          - { name: zero, kind: grpo, from: pupil, steps: 100, prompts_per_step: 3, group_size: 3, max_new_tokens: 16, overlong_buffer: 15, kl_beta: 0.01, lora: { rank: 2, targets: [q_proj, down_proj] }, evaluate_every: 0, checkpoint_every: 2 }
        """;

    [Fact]
    public void KilledInTheMiddleTheyEndBitForBitLikeAnUninterruptedRun()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("r.yaml"), Recipe);
        TinyModel.Save(folder.File("tiny"), CountdownVocabulary.Words);
        File.WriteAllLines(folder.File("talk.jsonl"), Enumerable.Range(1, 12).Select(i => $$"""{"prompt": "make {{i + 1}} from {{i}} 1 .", "completion": "{{i}} + 1 = {{i + 1}}"}"""));
        using AhaProcess straight = AhaProcess.Start(folder.Path, "run", "r.yaml", "--output", "straight");
        Assert.True(straight.Wait(s_limit) == 0, straight.Errors);

        foreach (string stage in s_stages)
        {
            string metrics = $"{{\"metrics\":{{\"stage\":\"{stage}\"", checkpoint = folder.File($"killed/stages/{stage}/checkpoint/adapter_model.safetensors");
            StoppedRun.Kill(folder, "r.yaml", "killed", stage, run => run.Output.Contains(metrics, StringComparison.Ordinal) && File.Exists(checkpoint));
        }

        using AhaProcess resumed = AhaProcess.Start(folder.Path, "run", "r.yaml", "--output", "killed");
        Assert.True(resumed.Wait(s_limit) == 0, resumed.Errors);
        RunRecordsOf.RequireEqual(folder.File("straight"), folder.File("killed"));
        foreach (string stage in s_stages)
        {
            string adapter = $"stages/{stage}/adapter";
            Assert.Equal(File.ReadAllBytes(folder.File($"straight/{adapter}/adapter_model.safetensors")), File.ReadAllBytes(folder.File($"killed/{adapter}/adapter_model.safetensors")));

            // Merged into the model that it names, it is the model beside it.
            using AhaProcess merged = AhaProcess.Start(folder.Path, "convert", "--from", $"straight/{adapter}", "--to", $"merged-{stage}");
            Assert.True(merged.Wait(s_limit) == 0, merged.Errors);
            Assert.Equal(File.ReadAllBytes(folder.File($"straight/stages/{stage}/model/model.safetensors")), File.ReadAllBytes(folder.File($"merged-{stage}/model.safetensors")));
        }

        // An adapter's folder is a model to start from.
        using AhaProcess verb = AhaProcess.Start(
            folder.Path, "sft", "--model", "straight/stages/talk/adapter", "--data", "talk.jsonl", "--lora-rank", "2", "--epochs", "1", "--output", "verb");
        Assert.True(verb.Wait(s_limit) == 0, verb.Errors);
        Assert.True(File.Exists(folder.File("verb/stages/sft/adapter/adapter_config.json")));
    }
}
