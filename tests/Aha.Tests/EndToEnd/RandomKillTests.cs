using Aha.Runs;

namespace Aha.Tests.EndToEnd;

/// <summary>A run killed again and again, in every stage, at moments nobody chose, and started again with the same command.</summary>
public class RandomKillTests(ITestOutputHelper output)
{
    private const string TheEnd = "the end";
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
          - { name: zero, kind: grpo, from: base, steps: 120, prompts_per_step: 3, group_size: 3, max_new_tokens: 16, overlong_buffer: 15, evaluate_every: 4, evaluation_problems: 2, checkpoint_every: 2, samples_every: 3 }
          - { name: test, kind: eval, from: zero }
        """;

    /// <summary>A stage to be killed in, until it was met so often, in at most so many tries.</summary>
    /// <param name="Sign">A line that tells of the stage's life; a kill waits for up to <paramref name="Signs"/> of them, then up to <paramref name="Within"/> milliseconds.</param>
    private sealed record Aim(string Stage, int Hits, int Tries, string Sign, int Signs, int Within);

    private static readonly Aim[] s_aims =
    [
        new("base", 7, 9, "{\"metrics\":{\"stage\":\"base\"", 8, 100),
        new("gate", 3, 12, "{\"stage\":{\"name\":\"gate\"", 1, 100),
        new("zero", 2, 4, "{\"stage\":{\"name\":\"zero\"", 1, 100),
        new("zero", 6, 8, "{\"metrics\":{\"stage\":\"zero\"", 5, 100),
        new("test", 3, 12, "{\"stage\":{\"name\":\"test\"", 1, 100),
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
        foreach (Aim aim in s_aims)
        {
            int hits = 0;
            for (int i = 0; i < aim.Tries && hits < aim.Hits; i++)
            {
                string stage = Kill(folder, aim, random);
                met.Add(stage);
                if (stage == aim.Stage)
                {
                    hits++;
                }
                else if (aim.Stage is "gate" or "test")
                {
                    // Over before the blow fell. Without its folder a stage is made again, and nothing but it.
                    Directory.Delete(folder.File($"killed/stages/{aim.Stage}"), recursive: true);
                }
            }
        }

        using AhaProcess last = AhaProcess.Start(folder.Path, "run", "r.yaml", "--output", "killed");
        Assert.True(last.Wait(s_limit) == 0, last.Errors);
        RunRecordsOf.RequireEqual(folder.File("straight"), folder.File("killed"));
        string all = string.Join(", ", met);
        Assert.True(met.Count(stage => stage != TheEnd) >= 20, all);
        Assert.All((string[])["base", "gate", "zero", "test"], stage => Assert.True(met.Count(m => m == stage) >= 2, $"{stage} was met less than twice: {all}"));
    }

    /// <summary>Goes on with the run, kills it, and returns the stage it was in.</summary>
    private string Kill(TemporaryFolder folder, Aim aim, Random random)
    {
        using AhaProcess killed = AhaProcess.Start(folder.Path, "run", "r.yaml", "--output", "killed", "--json");
        int wanted = 1 + random.Next(aim.Signs);
        // In a step, in a commit, in a checkpoint, between two files: any moment will do.
        if (killed.HoldsBeforeTheEnd(() => killed.Output.AsSpan().Count(aim.Sign) >= wanted, s_limit))
        {
            Thread.Sleep(random.Next(aim.Within));
        }

        killed.Kill();
        RunStatus status = RunStatus.Of(RunReader.Load(folder.File("killed")));
        string stage = status.Open?.Name ?? TheEnd;
        output.WriteLine($"aimed at {aim.Stage}, met {stage} at step {status.Step}");
        return stage;
    }
}
