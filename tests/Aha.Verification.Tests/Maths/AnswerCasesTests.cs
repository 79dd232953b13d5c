using System.Text.Json;
using System.Text.Json.Nodes;
using Aha.Verification.Grading;
using Aha.Verification.Maths;

namespace Aha.Verification.Tests.Maths;

/// <summary>The cases of answers.tsv: what datasets and models write, and what comes close without being right.</summary>
public class AnswerCasesTests
{
    private sealed record Case(bool Same, string Gold, string Answer, MathOptions Options, bool HasConfig);

    private static IEnumerable<Case> Cases()
    {
        using var reader = new StreamReader(typeof(AnswerCasesTests).Assembly.GetManifestResourceStream("answers.tsv")!);
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith('#')) { continue; }
            string[] columns = line.Replace('⏎', '\n').Split('\t');
            var row = new JsonObject { ["config"] = columns.Length > 3 ? JsonNode.Parse(columns[3]) : null };
            yield return new(columns[0] == "=", columns[1], columns[2], MathGrader.Options(JsonSerializer.SerializeToElement(row)), columns.Length > 3);
        }
    }

    private static Verdict Judge(Case c) => MathVerifier.Judge(new(c.Gold), new(c.Answer), c.Options).Verdict;

    [Fact]
    public void Every_case_is_judged_as_written()
    {
        var cases = Cases().ToList();
        Assert.True(cases.Count > 900);
        Assert.Empty(cases.Where(static c => Judge(c) != (c.Same ? Verdict.Correct : Verdict.Wrong)).Select(static c => $"{(c.Same ? '=' : '!')} {c.Gold} | {c.Answer}: {Judge(c)}"));
    }

    /// <summary>A gold answers itself, bare and boxed, whatever it looks like.</summary>
    [Fact]
    public void Every_gold_answers_itself()
    {
        var golds = Cases().Where(static c => !c.HasConfig).Select(static c => c.Gold).Distinct().ToList();
        var bare = golds.FindAll(static g => MathVerifier.Judge(new(g), new(g)).Verdict != Verdict.Correct);
        var boxed = golds.FindAll(static g => !Announces(g) && MathVerifier.Judge(new(g), new($"Therefore \\boxed{{{g}}}.")).Verdict != Verdict.Correct);
        Assert.Empty(bare.Concat(boxed));
    }

    /// <summary>Whether the gold is a whole solution that says itself where its answer stands.</summary>
    private static bool Announces(string gold) => gold.Contains("boxed", StringComparison.Ordinal) || gold.Contains("####", StringComparison.Ordinal) || gold.Contains("answer", StringComparison.Ordinal);
}
