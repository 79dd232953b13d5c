using System.Text.Json;
using Aha.Tests.Support;

namespace Aha.Tests.EndToEnd;

/// <summary><c>aha grade</c>, <c>aha rating</c> and <c>aha tasks</c> through the real command line.</summary>
public class GradingCommandTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(2);

    public static TheoryData<string, string, string, string> Kinds => new()
    {
        { "math", """{"gold": "\\frac{1}{2}", "pred": "so \\boxed{0.5}"}""", "verdict", "correct" },
        { "math", """{"gold": "4", "pred": "4\\sqrt{2}"}""", "verdict", "wrong" },
        { "latex", """{"latex": "\\frac{3}{6}"}""", "value", "1/2" },
        { "countdown", """{"numbers": [2, 3], "target": 8, "response": "<answer> 2 ** 3 </answer>"}""", "verdict", "wrong" },
        { "choice", """{"response": "The answer is (C).", "gold": "C"}""", "verdict", "correct" },
        { "ifeval", """{"prompt": "p", "instruction_id_list": ["punctuation:no_comma"], "kwargs": [{}], "response": "no comma here"}""", "prompt_strict", "True" },
        { "json", """{"schema": {"type": "integer"}, "text": "1.5"}""", "verdict", "wrong" },
        { "function-call", """{"functions": [{"name": "f"}], "expected": [{"f": {}}], "response": "f()"}""", "verdict", "correct" },
        { "code", """{"language": "python", "code": "print(int(input()) * 2)", "tests": {"inputs": ["4\n"], "outputs": ["8\n"]}}""", "verdict", "correct" },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void EveryKindGradesALine(string kind, string line, string field, string expected)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("in.jsonl"), $$"""{"id": "a",{{line[1..]}}""" + "\n");
        using AhaProcess aha = AhaProcess.Start(folder.Path, "grade", kind, "--input", "in.jsonl");
        Assert.True(aha.Wait(s_limit) == 0, aha.Errors);
        JsonElement row = JsonDocument.Parse(aha.Output).RootElement;
        Assert.Equal("a", row.GetProperty("id").GetString());
        Assert.Equal(expected, row.GetProperty(field).ToString());
    }

    [Fact]
    public void MalformedLinesAreReportedByNumberAndHoldTheirPlace()
    {
        using var folder = new TemporaryFolder();
        var lines = new List<string>();
        for (int i = 0; i < 700; i++)
        {
            lines.Add(i % 100 == 7 ? "{ not json" : i == 350 ? """{"id": 350, "\ud800": 1}""" : i == 450 ? """{"id": 450, "target": 1}""" : $$"""{"id": {{i}}, "numbers": [1, {{i}}], "target": {{i + 1}}, "response": "<answer>1 + {{i}}</answer>"}""");
        }

        File.WriteAllLines(folder.File("in.jsonl"), lines);
        using AhaProcess aha = AhaProcess.Start(folder.Path, "grade", "countdown", "--input", "in.jsonl");
        Assert.Equal(0, aha.Wait(s_limit));
        JsonElement[] rows = [.. aha.Output.TrimEnd().Split('\n').Select(l => JsonDocument.Parse(l).RootElement)];
        Assert.Equal(700, rows.Length);
        for (int i = 0; i < rows.Length; i++)
        {
            bool malformed = i % 100 == 7 || i is 350 or 450;
            Assert.Equal(malformed ? "unscorable" : "correct", rows[i].GetProperty("verdict").GetString());
            Assert.True((malformed && i != 450) || rows[i].GetProperty("id").GetInt32() == i);
        }

        Assert.Contains("in.jsonl:108:", aha.Errors, StringComparison.Ordinal);
        Assert.Contains("in.jsonl:451: the field 'numbers' is missing", aha.Errors, StringComparison.Ordinal);
        Assert.Contains("9 of 700", aha.Errors, StringComparison.Ordinal);

        using AhaProcess stopped = AhaProcess.Start(folder.Path, "grade", "countdown", "--input", "in.jsonl", "--stop");
        Assert.Equal(2, stopped.Wait(s_limit));
        Assert.Contains("in.jsonl:8:", stopped.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void RatingFollowsTheContest()
    {
        string contest = Repository.Shared("data/elo/cf_round_1350-641-div2.csv");
        using AhaProcess first = AhaProcess.Start(Path.GetTempPath(), "rating", "--contest", contest, "--points", "99999", "--penalty", "0");
        Assert.True(first.Wait(s_limit) == 0, first.Errors);
        using AhaProcess last = AhaProcess.Start(Path.GetTempPath(), "rating", "--contest", contest, "--points", "0", "--penalty", "0");
        Assert.True(last.Wait(s_limit) == 0, last.Errors);
        JsonElement best = JsonDocument.Parse(first.Output).RootElement;
        JsonElement worst = JsonDocument.Parse(last.Output).RootElement;
        Assert.Equal(0, best.GetProperty("rank").GetInt32());
        Assert.True(best.GetProperty("rating").GetDouble() > worst.GetProperty("rating").GetDouble() + 1000);
        Assert.True(best.GetProperty("percentile").GetDouble() > worst.GetProperty("percentile").GetDouble());

        string[] truth = [.. File.ReadLines(contest).Skip(1).Select(l => l.Split(',')[4])];
        using AhaProcess deltas = AhaProcess.Start(Path.GetTempPath(), "rating", "--contest", contest, "--deltas");
        Assert.Equal(0, deltas.Wait(s_limit));
        Assert.Equal(truth, deltas.Output.TrimEnd().Split('\n').Select(l => JsonDocument.Parse(l).RootElement.GetProperty("delta").ToString()));
    }

    [Fact]
    public void PuzzlesAreListedAndShown()
    {
        using AhaProcess list = AhaProcess.Start(Path.GetTempPath(), "tasks");
        Assert.Equal(0, list.Wait(s_limit));
        string[] names = list.Output.TrimEnd().Split('\n');
        Assert.True(names.Length >= 25);
        using AhaProcess show = AhaProcess.Start(Path.GetTempPath(), "tasks", names[0], "--count", "2");
        Assert.Equal(0, show.Wait(s_limit));
        Assert.Contains("answer:", show.Output, StringComparison.Ordinal);
    }
}
