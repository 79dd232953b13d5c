using Aha.Runs;
using Aha.Tests.Reporting;

namespace Aha.Tests.EndToEnd;

/// <summary>Disks that are full, folders that cannot be written, files that are damaged: a clear line, and the last good checkpoint intact.</summary>
public class HostileFolderTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(4);

    private const string Recipe = """
        name: hostile
        backend: fused
        task: { limit: 40 }
        model: { hidden_size: 16, layers: 1, heads: 2, kv_heads: 1, intermediate_size: 32, max_positions: 128 }
        evaluation: { samples: 16, max_new_tokens: 16 }
        stages:
          - { name: base, kind: pretrain, steps: 200, batch_size: 2, sequence_length: 64, log_every: 7, checkpoint_every: 3 }
          - { name: zero, kind: grpo, from: base, steps: 24, prompts_per_step: 3, group_size: 3, max_new_tokens: 16, overlong_buffer: 15, evaluate_every: 2, checkpoint_every: 2, samples_every: 3 }
        """;

    [Theory]
    [InlineData("state.json")]
    [InlineData("optimizer.bin")]
    [InlineData("model.safetensors")]
    public void ADamagedCheckpointIsNamedAndKept(string file)
    {
        using TemporaryFolder folder = Interrupted();
        string damaged = folder.File($"run/stages/base/checkpoint/{file}");
        Assert.True(File.Exists(damaged), $"{damaged} is not there: the stage ended before it was interrupted");
        File.WriteAllBytes(damaged, File.ReadAllBytes(damaged)[..^7]);
        using AhaProcess again = AhaProcess.Start(folder.Path, "run", "r.yaml", "--output", "run");
        Assert.Equal(1, again.Wait(s_limit));
        RequireOneLine(again.Errors, "checkpoint", "delete that folder");
        Assert.True(File.Exists(damaged));
    }

    [Fact]
    public void ADamagedDatabaseIsNamedAndMovedAwayTheRunGoesOnFromItsCheckpoint()
    {
        using TemporaryFolder folder = Interrupted();
        byte[] checkpoint = File.ReadAllBytes(folder.File("run/stages/base/checkpoint/model.safetensors"));
        File.WriteAllBytes(folder.File("run/run.db"), new byte[20_000]);
        foreach (string arguments in (string[])["run r.yaml --output run", "report run", "runs show run"])
        {
            using AhaProcess refused = AhaProcess.Start(folder.Path, arguments.Split(' '));
            Assert.Equal(2, refused.Wait(s_limit));
            RequireOneLine(refused.Errors, "run.db is damaged", "move it away");
        }

        Assert.Equal(checkpoint, File.ReadAllBytes(folder.File("run/stages/base/checkpoint/model.safetensors")));
        File.Delete(folder.File("run/run.db"));
        using AhaProcess again = AhaProcess.Start(folder.Path, "run", "r.yaml", "--output", "run");
        Assert.True(again.Wait(s_limit) == 0, again.Errors);
        Assert.Contains("resumed at step", again.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void AFileInPlaceOfTheFolderIsNamed()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("r.yaml"), Recipe);
        File.WriteAllText(folder.File("taken"), "a file where the run folder should be");
        using AhaProcess aha = AhaProcess.Start(folder.Path, "run", "r.yaml", "--output", "taken");
        Assert.Equal(2, aha.Wait(s_limit));
        RequireOneLine(aha.Errors, "taken");
    }

    /// <summary>A disk of 20 MB with so much left on it that it fills in pretraining (its checkpoints) or in reinforcement learning (the records).</summary>
    [Theory]
    [InlineData(150_000)]
    [InlineData(1_200_000)]
    public void AFullDiskStopsTheRunWithOneLineAndWithRoomItGoesOnBitForBit(int room)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("r.yaml"), Recipe);
        Directory.CreateDirectory(folder.File("disk"));
        string aha = string.Join(' ', AhaProcess.Command);
        string script = $"""
            head -c {20_000_000 - room} /dev/zero > disk/filler
            {aha} run r.yaml --output disk/run 2> full.txt
            echo $? > code.txt
            {aha} runs show disk/run --json > shown.txt
            rm disk/filler
            {aha} run r.yaml --output disk/run || exit 9
            cp -r disk/run after
            """;
        using AhaProcess disk = AhaProcess.StartProgram(folder.Path, [.. Bubblewrap("--dev-bind", "/", "/", "--size", "20000000", "--tmpfs", folder.File("disk")), "bash", "-c", script]);
        Assert.True(disk.Wait(s_limit) == 0, disk.Errors);
        Assert.Contains(File.ReadAllText(folder.File("code.txt")).Trim(), (string[])["1", "2"]);
        string errors = File.ReadAllText(folder.File("full.txt"));
        RequireOneLine(errors);
        Assert.True(errors.Contains("disk is full", StringComparison.Ordinal) || errors.Contains("No space left on device", StringComparison.Ordinal), errors);
        Assert.Contains("\"name\":\"hostile\"", File.ReadAllText(folder.File("shown.txt")), StringComparison.Ordinal);

        using AhaProcess straight = AhaProcess.Start(folder.Path, "run", "r.yaml", "--output", "straight");
        Assert.True(straight.Wait(s_limit) == 0, straight.Errors);
        RunRecordsOf.RequireEqual(folder.File("straight"), folder.File("after"));
    }

    /// <summary>A finished run, and one that was killed: its log is not merged, and its shared memory may be lost on the way.</summary>
    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public void AReadOnlyFolderCanBeReadAndNotRunIn(bool finished, bool withSharedMemory)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("r.yaml"), Recipe);
        RunData run = SyntheticRun.Create(steps: 20);
        SyntheticRun.Write(run with { Metrics = [.. run.Metrics.Take(3)] }, folder.File("run"));
        if (!finished)
        {
            using var writer = RunFolder.Open(folder.File("run"));
            writer.StepCompleted(run.Metrics[^1], []);
            Directory.CreateDirectory(folder.File("killed"));
            foreach (string suffix in (string[])["", "-wal", .. withSharedMemory ? (string[])["-shm"] : []])
            {
                File.Copy(folder.File($"run/run.db{suffix}"), folder.File($"killed/run.db{suffix}"));
            }
        }

        string name = finished ? "run" : "killed";
        string[] readOnly = [.. Bubblewrap("--dev-bind", "/", "/", "--ro-bind", folder.File(name), folder.File(name))];
        using AhaProcess exported = AhaProcess.StartProgram(folder.Path, [.. readOnly, .. AhaProcess.Command, "runs", "export", name, "--table", "metrics"]);
        Assert.True(exported.Wait(s_limit) == 0, exported.Errors);
        Assert.Equal(finished ? 3 : 4, exported.Output.TrimEnd().Split('\n').Length);

        using AhaProcess reported = AhaProcess.StartProgram(folder.Path, [.. readOnly, .. AhaProcess.Command, "report", name, "--output", "r.html"]);
        Assert.True(reported.Wait(s_limit) == 0, reported.Errors);

        using AhaProcess refused = AhaProcess.StartProgram(folder.Path, [.. readOnly, .. AhaProcess.Command, "run", "r.yaml", "--output", name]);
        Assert.Equal(2, refused.Wait(s_limit));
        RequireOneLine(refused.Errors, "cannot write", name);
    }

    /// <summary>A run stopped in pretraining, with a checkpoint.</summary>
    private static TemporaryFolder Interrupted()
    {
        var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("r.yaml"), Recipe);
        using AhaProcess stopped = AhaProcess.Start(folder.Path, "run", "r.yaml", "--output", "run", "--json");
        stopped.Until(() => stopped.Output.Contains("{\"checkpoint\":{\"stage\":\"base\"", StringComparison.Ordinal), s_limit);
        stopped.Interrupt();
        stopped.Wait(s_limit);
        return folder;
    }

    private static string[] Bubblewrap(params string[] arguments)
    {
        Assert.True(File.Exists("/usr/bin/bwrap"), "bubblewrap is missing: run ./test.sh, which installs what the tests need");
        return ["bwrap", .. arguments];
    }

    private static void RequireOneLine(string errors, params string[] words)
    {
        string line = Assert.Single(errors.Split('\n'), line => line.StartsWith("aha: ", StringComparison.Ordinal));
        Assert.All(words, word => Assert.Contains(word, line, StringComparison.Ordinal));
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
    }
}
