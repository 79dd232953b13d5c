using System.Text.Json;
using System.Text.RegularExpressions;
using Aha.Verification.Answers;
using Aha.Verification.Maths;
using Aha.Verification.Rewards;

namespace Aha.Verification.Tests;

/// <summary>The README of the package: its examples stand here word for word, compiled and run.</summary>
public partial class PackageReadmeTests
{
    [Fact]
    public void The_examples_do_what_they_say()
    {
        var gold = new GoldAnswer(@"\frac{1}{2}");
        Judgement judgement = MathVerifier.Judge(gold, new PredictedAnswer(@"so the answer is \boxed{0.5}"));
        Assert.Equal(Verdict.Correct, judgement.Verdict);

        var rewards = new RewardSet(new WeightedReward(RewardFunctions.Create("accuracy"), 1), new WeightedReward(RewardFunctions.Create("format"), 0.1));
        RewardTotal total = rewards.Score(new RewardInput("2 + 3?", "<think> ... </think> <answer> 5 </answer>", Judgement.Correct("5"), Tokens: 12));
        Assert.Equal(1.1, total.Total, 12);

        using JsonDocument row = JsonDocument.Parse("""{"answer": "B", "choices": ["red", "green"], "verifier": "choice"}""");
        AnswerVerifier verifier = AnswerVerifiers.Create("choice", row.RootElement);
        Judgement chosen = verifier.Judge("I think the answer is (B).");
        Assert.Equal(Verdict.Correct, chosen.Verdict);
    }

    [Fact]
    public void Every_statement_of_the_examples_is_compiled_here()
    {
        string here = Read("tests/Aha.Verification.Tests/PackageReadmeTests.cs"), readme = Read("src/Aha.Verification/README.md");
        var statements = Examples().Matches(readme).SelectMany(block => block.Groups[1].Value.Split('\n'))
            .Where(line => line.Trim().Length > 0 && !line.StartsWith("using Aha", StringComparison.Ordinal) && !line.StartsWith("using System", StringComparison.Ordinal) && !line.StartsWith("Console", StringComparison.Ordinal)).ToList();
        Assert.True(statements.Count >= 7);
        Assert.All(statements, line => Assert.Contains(line, here, StringComparison.Ordinal));
    }

    private static string Read(string path)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Aha.slnx"))) folder = folder.Parent!;
        return File.ReadAllText(Path.Combine(folder.FullName, path));
    }

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Examples();
}
