using System.Text.Json;
using Aha.Runs;
using Aha.Tests.Reporting;

namespace Aha.Tests.EndToEnd;

/// <summary><c>aha runs</c> through the real command line.</summary>
public class RunsCommandTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(1);

    [Fact]
    public void RunsAreListedShownComparedAndExported()
    {
        using var folder = new TemporaryFolder();
        SyntheticRun.Write(SyntheticRun.Create(1), folder.File("runs/nano"));
        SyntheticRun.Write(SyntheticRun.Create(2), folder.File("runs/nano-seed2"));
        RunData whole = SyntheticRun.Create(3);
        SyntheticRun.Write(whole with { Stages = [.. whole.Stages.SkipLast(1)] }, folder.File("runs/stopped"));
        Directory.CreateDirectory(folder.File("runs/damaged"));
        File.WriteAllText(folder.File("runs/damaged/run.db"), new string('x', 5000));

        string[] listed = [.. Lines(folder, "runs", "list").Where(line => line.Contains("nano", StringComparison.Ordinal) || line.Contains("stopped", StringComparison.Ordinal))];
        Assert.Equal(3, listed.Length);
        Assert.Contains("finished", listed[0], StringComparison.Ordinal);
        Assert.Contains("unfinished, r1-zero at step 100", listed[2], StringComparison.Ordinal);

        JsonElement[] json = [.. Lines(folder, "runs", "list", "--json").Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal(4, json.Length);
        Assert.Single(json, run => run.TryGetProperty("error", out JsonElement error) && error.GetString()!.Contains("damaged", StringComparison.Ordinal));
        JsonElement nano = json.Single(run => run.GetProperty("run").GetString() == folder.File("runs/nano"));
        Assert.Equal(("finished", 1, 0.84), (nano.GetProperty("state").GetString(), nano.GetProperty("seed").GetInt32(), nano.GetProperty("metrics").GetProperty("pass@1").GetDouble()));

        string shown = string.Join('\n', Lines(folder, "runs", "show", "runs/stopped"));
        foreach (string part in (string[])["aha 0.1.0", "a test's imagination", "seed=3", "100/100", "countdown-3", "to go on: dotnet run"])
        {
            Assert.Contains(part, shown, StringComparison.Ordinal);
        }

        JsonElement one = JsonDocument.Parse(Assert.Single(Lines(folder, "runs", "show", "runs/nano", "--json"))).RootElement;
        Assert.Equal((11, 10, "nano"), (one.GetProperty("evaluations").GetArrayLength(), one.GetProperty("checkpoints").GetArrayLength(), one.GetProperty("run").GetProperty("name").GetString()));

        string compared = string.Join('\n', Lines(folder, "runs", "compare", "runs/nano", "runs/nano-seed2"));
        Assert.Contains("mean ± s.d. of 2", compared, StringComparison.Ordinal);
        Assert.Contains("0.840 ± 0.000", compared, StringComparison.Ordinal);
        JsonElement groups = JsonDocument.Parse(Assert.Single(Lines(folder, "runs", "compare", "runs/nano", "runs/nano-seed2", "--json"))).RootElement.GetProperty("groups");
        Assert.Equal(2, groups[0].GetProperty("metrics").GetProperty("pass@1").GetProperty("runs").GetInt32());

        Assert.Equal(whole.Metrics.Count + 1, Lines(folder, "runs", "export", "runs/stopped", "--table", "metrics", "--format", "csv").Length);
    }

    [Theory]
    [InlineData("runs show nowhere", "nowhere")]
    [InlineData("runs compare nowhere", "nowhere")]
    [InlineData("runs export . --table metrics", "no run")]
    [InlineData("runs export . --table everything", "everything")]
    public void BadInputIsOneLine(string arguments, string named)
    {
        using var folder = new TemporaryFolder();
        using AhaProcess aha = AhaProcess.Start(folder.Path, arguments.Split(' '));
        Assert.Equal(2, aha.Wait(s_limit));
        Assert.Contains(named, Assert.Single(aha.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    private static string[] Lines(TemporaryFolder folder, params string[] arguments)
    {
        using AhaProcess aha = AhaProcess.Start(folder.Path, arguments);
        Assert.True(aha.Wait(s_limit) == 0, aha.Errors);
        Assert.DoesNotContain("   at ", aha.Errors, StringComparison.Ordinal);
        return [.. aha.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.TrimEnd('\r'))];
    }
}
