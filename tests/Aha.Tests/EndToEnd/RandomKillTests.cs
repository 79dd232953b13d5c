using Aha.Runs;

namespace Aha.Tests.EndToEnd;

/// <summary>A run killed again and again, in every stage, at moments nobody chose, and started again with the same command.</summary>
public class RandomKillTests(ITestOutputHelper output)
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(4);

    private const string Recipe = """
        name: stubborn
        backend: fused
        task: { limit: 40 }
        model: { hidden_size: 16, layers: 1, heads: 2, kv_heads: 1, intermediate_size: 32, max_positions: 128 }
        evaluation: { samples: 48, max_new_tokens: 64 }
        stages:
          - { name: base, kind: pretrain, steps: 900, batch_size: 2, sequence_length: 64, log_every: 7, checkpoint_every: 3 }
          - { name: gate, kind: gate, from: base, problems: 40, required: false }
          - { name: zero, kind: grpo, from: base, steps: 60, prompts_per_step: 3, group_size: 3, max_new_tokens: 16, overlong_buffer: 15, evaluate_every: 2, evaluation_problems: 2, checkpoint_every: 2, samples_every: 3 }
          - { name: test, kind: eval, from: zero }
        """;

    // What a kill waits for: at most so many signs of life of a stage, at least one, then at most so many milliseconds. What is met is another matter.
    private static readonly (int Kills, string Sign, int Signs, int Within)[] s_aims =
    [
        (6, "{\"metrics\":{\"stage\":\"base\"", 12, 150),
        (3, "{\"stage\":{\"name\":\"gate\"", 1, 100),
        (2, "{\"stage\":{\"name\":\"zero\"", 1, 150),
        (7, "{\"metrics\":{\"stage\":\"zero\"", 6, 200),
        (3, "{\"stage\":{\"name\":\"test\"", 1, 100),
    ];

    [Fact]
    public void AfterKillsInEveryStageWeightsAndRecordsAreThoseOfAnUninterruptedRun()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("r.yaml"), Recipe);
        using AhaProcess straight = AhaProcess.Start(folder.Path, "run", "r.yaml", "--output", "straight");
        Assert.True(straight.Wait(s_limit) == 0, straight.Errors);

        var random = new Random(11);
        var met = new List<string>();
        foreach ((int kills, string sign, int signs, int within) in s_aims)
        {
            for (int kill = 0; kill < kills; kill++)
            {
                using AhaProcess killed = AhaProcess.Start(folder.Path, "run", "r.yaml", "--output", "killed", "--json");
                // In a step, in a commit, in a checkpoint, between two files: any moment will do.
                int wanted = 1 + random.Next(signs);
                killed.Until(() => killed.Output.AsSpan().Count(sign) >= wanted, s_limit);
                Thread.Sleep(random.Next(within));
                killed.Kill();
                RunStatus status = RunStatus.Of(RunReader.Load(folder.File("killed")));
                met.Add(status.Open?.Name ?? "the end");
                output.WriteLine($"kill {met.Count}: {met[^1]} at step {status.Step}");
            }
        }

        using AhaProcess last = AhaProcess.Start(folder.Path, "run", "r.yaml", "--output", "killed");
        Assert.True(last.Wait(s_limit) == 0, last.Errors);
        RunRecordsOf.RequireEqual(folder.File("straight"), folder.File("killed"));
        Assert.True(met.Count >= 20);
        Assert.All((string[])["base", "gate", "zero", "test"], stage => Assert.True(met.Count(m => m == stage) >= 2, $"{stage} was met less than twice: {string.Join(", ", met)}"));
    }
}
