using System.Text.Json;

namespace Aha.Tests.EndToEnd;

/// <summary><c>aha bench</c> through the real command line.</summary>
public class BenchCommandTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(2);

    [Fact]
    public void FiguresComeAsOneLineWithTheirShares()
    {
        using AhaProcess bench = AhaProcess.Start(Path.GetTempPath(), "bench", "--model", "N", "--only", "decode", "--only", "train", "--only", "grpo-step", "--batch", "4", "--repeats", "1", "--json");
        Assert.True(bench.Wait(s_limit) == 0, bench.Errors);
        JsonElement line = JsonDocument.Parse(bench.Output).RootElement;
        foreach (string figure in (string[])["N/decode@4/tokens_per_second", "N/decode@4/share", "N/train/tokens_per_second", "N/train/share", "N/grpo-step/seconds", "N/grpo-step/share", "N/grpo-step-ragged/seconds"])
        {
            Assert.True(line.GetProperty(figure).GetDouble() > 0, figure);
        }
    }

    [Theory]
    [InlineData("bench --only magic", "magic")]
    [InlineData("bench --model nowhere", "nowhere")]
    [InlineData("bench --threads 0", "threads")]
    public void WhatCannotBeMeasuredIsNamed(string arguments, string named)
    {
        using AhaProcess bench = AhaProcess.Start(Path.GetTempPath(), arguments.Split(' '));
        Assert.Equal(2, bench.Wait(s_limit));
        Assert.Contains(named, bench.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", bench.Errors, StringComparison.Ordinal);
    }
}
