namespace Aha.Tests.EndToEnd;

/// <summary>A stage that cannot be done stops the run with one line that names it; what was done before is kept, and the same run folder goes on when the cause is mended.</summary>
public class FailedStageTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(2);

    private const string Head = """
        name: failing
        backend: fused
        task: { limit: 60 }
        model: { hidden_size: 32, layers: 1, heads: 2, kv_heads: 1, intermediate_size: 64, max_positions: 96 }
        evaluation: { problems: 2, samples: 1, max_new_tokens: 8 }
        stages:
          - { name: base, kind: pretrain, steps: 2, batch_size: 2, sequence_length: 32 }

        """;

    [Theory]
    [InlineData(true, "safe")]
    [InlineData(false, "unsafe")]
    public void ARewardModelNeedsBothClasses(bool label, string named)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("r.yaml"), Head + "  - { name: harmless, kind: reward-model, objective: pointwise, from: base, data: labels.jsonl, held_out: 0.4 }\n");
        string Rows(Func<int, bool> isSafe) => string.Join('\n', Enumerable.Range(1, 40).Select(i => $$"""{"prompt": "make {{i}} from 1 2 3 .", "response": "{{i}} .", "label": {{(isSafe(i) ? "true" : "false")}}}"""));
        File.WriteAllText(folder.File("labels.jsonl"), Rows(_ => label));
        string line = Fails(folder, exitCode: 2);
        Assert.Matches($"aha: stage harmless: all \\d+ responses to learn from are labelled {named}; a pointwise reward model needs both classes", line);

        File.WriteAllText(folder.File("labels.jsonl"), Rows(i => i % 2 == 0));
        GoesOn(folder);
    }

    [Fact]
    public void PairsOfWhichNoneIsLeftAreNamed()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("r.yaml"), Head + "  - { name: helpful, kind: reward-model, from: base, data: pairs.jsonl, held_out: 0.4 }\n");
        File.WriteAllLines(folder.File("pairs.jsonl"), Enumerable.Range(1, 40).Select(i => $$"""{"prompt": "make {{i}} from 1 2 3 .", "chosen": "{{i}} . . .", "rejected": "{{i}} ."}"""));
        Assert.Contains("aha: stage helpful: of ", Fails(folder, exitCode: 2), StringComparison.Ordinal);
        GoesOn(folder, "--set", "stages.helpful.length_balanced=false");
    }

    [Fact]
    public void ARejectionThatKeepsNothingIsNamed()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("r.yaml"), Head + "  - { name: good, kind: sample, from: base, problems: 4, samples: 2, max_new_tokens: 8 }\n  - { name: tuned, kind: sft, from: base, data: good, epochs: 1, validation_share: 0 }\n");
        Assert.Contains("aha: stage good: none of 8 sampled answers was kept", Fails(folder, exitCode: 1), StringComparison.Ordinal);
        GoesOn(
            folder, "--set", "stages.good.verified=false", "--set", "stages.good.problems=40", "--set", "stages.good.samples=4", "--set", "stages.good.max_new_tokens=60");
    }

    private static string Fails(TemporaryFolder folder, int exitCode)
    {
        using AhaProcess failed = AhaProcess.Start(folder.Path, "run", "r.yaml", "--output", "run");
        int code = failed.Wait(s_limit);
        string line = Assert.Single(failed.Errors.Split('\n'), l => l.StartsWith("aha: ", StringComparison.Ordinal));
        Assert.Equal((exitCode, line), (code, line));
        Assert.DoesNotContain("   at ", failed.Errors, StringComparison.Ordinal);
        Assert.True(File.Exists(folder.File("run/stages/base/model/model.safetensors")));
        return line;
    }

    private static void GoesOn(TemporaryFolder folder, params string[] change)
    {
        DateTime made = File.GetLastWriteTimeUtc(folder.File("run/stages/base/model/model.safetensors"));
        using AhaProcess mended = AhaProcess.Start(folder.Path, ["run", "r.yaml", "--output", "run", .. change]);
        Assert.True(mended.Wait(s_limit) == 0, mended.Errors);
        Assert.Contains("stage base: done before, kept", mended.Errors, StringComparison.Ordinal);
        Assert.Equal(made, File.GetLastWriteTimeUtc(folder.File("run/stages/base/model/model.safetensors")));
    }
}
