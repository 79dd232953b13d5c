using Aha.Runs;

namespace Aha.Tests.EndToEnd;

/// <summary>A reward model whose pairs a judge at a real endpoint labels, through the real command line.</summary>
public class JudgedPairsTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(2);
    private const int Pairs = 40;

    [Fact]
    public void PairsAreJudgedInBothOrdersAndRubbishStopsTheStageByName()
    {
        using var folder = new TemporaryFolder();
        bool usable = false;
        // It likes "yes"; of two equal responses it takes the one in the first place.
        using var server = new ChatServer(message => !usable ? "Both have their merits." : $"Preferred: {(Between(message, "response_b").Contains("yes") && !Between(message, "response_a").Contains("yes") ? "B" : "A")}");
        File.WriteAllText(folder.File("r.yaml"), $$"""
            name: judged
            backend: fused
            task: { limit: 60 }
            model: { hidden_size: 32, layers: 1, heads: 2, kv_heads: 1, intermediate_size: 64, max_positions: 96 }
            stages:
              - { name: base, kind: pretrain, steps: 2, batch_size: 2, sequence_length: 32 }
              - { name: helpful, kind: reward-model, from: base, data: pairs.jsonl, held_out: 0.4, judge: { url: "{{server.Url}}", attempts: 1, concurrency: 3 } }
            """);
        // Every fifth pair is of equal responses, every other one has the better response in the second place.
        static string Reply(bool good) => good ? "yes ." : "no .";
        File.WriteAllLines(folder.File("pairs.jsonl"), Enumerable.Range(0, Pairs).Select(i =>
            $$"""{"prompt": "make {{i}} from 1 2 3 .", "response_a": "{{Reply(i % 5 != 0 && i % 2 == 0)}}", "response_b": "{{Reply(i % 5 != 0 && i % 2 == 1)}}"}"""));

        using AhaProcess failed = AhaProcess.Start(folder.Path, "run", "r.yaml", "--output", "run");
        Assert.Equal(1, failed.Wait(s_limit));
        string line = Assert.Single(failed.Errors.Split('\n'), l => l.StartsWith("aha: ", StringComparison.Ordinal));
        Assert.Contains("stage helpful: judge: none of 24 pairs could be judged: the judge's answer ends in no preference", line, StringComparison.Ordinal);

        usable = true;
        int before = server.Requests;
        using AhaProcess mended = AhaProcess.Start(folder.Path, "run", "r.yaml", "--output", "run");
        Assert.True(mended.Wait(s_limit) == 0, mended.Errors);
        Assert.Contains("stage base: done before, kept", mended.Errors, StringComparison.Ordinal);
        Assert.Equal(2 * Pairs, server.Requests - before);
        StageResult helpful = RunReader.Load(folder.File("run")).Stages.Single(stage => stage.Name == "helpful");
        Assert.Equal((0.8, 0.2, 0.0, 0.5), (helpful.Metrics["judge/consistent"], helpful.Metrics["judge/order_decided"], helpful.Metrics["judge/unanswered"], helpful.Metrics["judge/agreement"]));
        Assert.Equal(Pairs, File.ReadAllLines(folder.File("run/stages/helpful/judged.jsonl")).Length);
        Assert.InRange(helpful.Metrics["trained_examples"], 1, 31);

        // Without a judge nobody says which response of such a pair is better.
        using AhaProcess unjudged = AhaProcess.Start(folder.Path, "run", "r.yaml", "--output", "other", "--set", "stages.helpful.judge={}");
        Assert.Equal(2, unjudged.Wait(s_limit));
        Assert.Contains("the line has no \"chosen\"", unjudged.Errors, StringComparison.Ordinal);
    }

    private static string Between(string text, string tag) => text.Split($"<{tag}>")[1].Split($"</{tag}>")[0];
}
