using Aha.Tasks;
using Aha.Tasks.Countdown;
using Aha.Tasks.Files;
using Aha.Tests.Support;
using Aha.Verification;

namespace Aha.Tests.Tasks;

public class ProblemFileTests
{
    private static IReadOnlyList<Problem> Load(string text, string verifier = "exact")
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("p.jsonl"), text);
        return ProblemFile.Load(folder.File("p.jsonl"), verifier, CountdownWording.Nano);
    }

    [Fact]
    public void AUsersOwnProblemsAreJudgedByTheRuleTheyName()
    {
        IReadOnlyList<Problem> problems = Load("""
            {"prompt": "capital of France", "answer": "Paris"}
            {"prompt": "half of 5", "answer": 2.5, "verifier": "number", "id": "half"}
            """);
        Assert.Equal(["capital of France", "half of 5"], problems.Select(p => p.Question));
        Assert.Equal(Verdict.Correct, problems[0].Judge("<think> hm </think> <answer> paris. </answer>").Verdict);
        Assert.Equal(Verdict.Wrong, problems[0].Judge("<answer> Rome </answer>").Verdict);
        Assert.Equal("half", problems[1].Id);
        Assert.Equal(Verdict.Correct, problems[1].Judge("<answer> 2.50 </answer>").Verdict);
        Assert.Equal(Verdict.Wrong, problems[1].Judge("<answer> 25 </answer>").Verdict);
    }

    [Fact]
    public void AGoldThatIsNoNumberIsUnscorableNotWrong() =>
        Assert.Equal(Verdict.Unscorable, Load("""{"prompt": "x", "answer": "many"}""", "number")[0].Judge("<answer> 3 </answer>").Verdict);

    [Fact]
    public void ARowNamesAnyVerifierOfTheLibrary()
    {
        IReadOnlyList<Problem> problems = Load("""
            {"prompt": "half?", "answer": "\\frac12", "verifier": "math"}
            {"prompt": "pick", "answer": "B", "choices": ["a", "b"], "verifier": "choice"}
            {"prompt": "an object", "schema": {"type": "object"}, "verifier": "json"}
            {"prompt": "19 from 2 9 1", "numbers": [2, 9, 1], "target": 19, "verifier": "countdown"}
            """);
        string[] right = ["\\boxed{0.5}", "The answer is B", "{}", "<answer>9*2+1</answer>"];
        Assert.All(problems.Zip(right), pair => Assert.Equal(Verdict.Correct, pair.First.Judge(pair.Second).Verdict));
        Assert.All(problems, p => Assert.Equal(Verdict.Wrong, p.Judge("<answer>7</answer>").Verdict));
        Assert.True(problems[0].IsSameVote("0.5", "1/2"));
    }

    [Fact]
    public void PublishedMathematicsIsReadAsItIs()
    {
        IReadOnlyList<Problem> problems = Load("""
            {"question": "How many eggs?", "answer": "16 - 3 = <<16-3=13>>13 eggs, and then\n#### 1,018"}
            {"problem": "Simplify.", "solution": "...", "answer": "\\frac{1}{2}", "level": 3}
            """);
        Assert.Equal(["How many eggs?", "Simplify."], problems.Select(p => p.Question));
        Assert.Equal(Verdict.Correct, problems[0].Judge("16 - 3 = 13. The answer is 1018.").Verdict);
        Assert.Equal(Verdict.Wrong, problems[0].Judge("The answer is 13.").Verdict);
        Assert.Equal(Verdict.Correct, problems[1].Judge("\\boxed{0.5}").Verdict);
    }

    [Theory]
    [InlineData("{\"question\": \"x\"}", "p.jsonl:1", "answer")]
    [InlineData("{\"prompt\": \"x\", \"verifier\": \"json\"}", "p.jsonl:1", "schema")]
    [InlineData("{\"prompt\": \"x\"}", "p.jsonl:1", "answer")]
    [InlineData("{\"prompt\": \"x\", \"answer\": \"1\"}\n{\"answer\": \"1\"}", "p.jsonl:2", "prompt")]
    [InlineData("\n\nnot json", "p.jsonl:3", "JSON")]
    [InlineData("[1, 2]", "p.jsonl:1", "object")]
    [InlineData("{\"prompt\": \"x\", \"answer\": \"1\", \"verifier\": \"magic\"}", "p.jsonl:1", "magic")]
    [InlineData("{\"numbers\": [1, -2], \"target\": 3}", "p.jsonl:1", "numbers")]
    [InlineData("{\"Puzzles\": \"1 x\"}", "p.jsonl:1", "Puzzles")]
    [InlineData("", "p.jsonl", "no problem")]
    public void BadLinesAreNamedByFileAndLine(string text, string where, string what)
    {
        TaskException e = Assert.Throws<TaskException>(() => Load(text));
        Assert.Contains(where, e.Message, StringComparison.Ordinal);
        Assert.Contains(what, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
    }

    [Fact]
    public void GameOf24IsReadWhole()
    {
        IReadOnlyList<Problem> problems = ProblemFile.Load(Repository.Shared("data/bench/game24.jsonl"), "exact", CountdownWording.Nano);
        Assert.Equal(File.ReadLines(Repository.Shared("data/bench/game24.jsonl")).Count(), problems.Count);
        Assert.All(problems, p => Assert.StartsWith("make 24 from ", p.Question, StringComparison.Ordinal));
        Assert.Equal(Verdict.Correct, CountdownProblem.Create([1, 1, 4, 6], 24, CountdownWording.Nano).Judge("<answer> 4 * 6 * 1 * 1 </answer>").Verdict);
    }

    [Fact]
    public void CountdownRowsOfReasoningGymAcceptTheirOwnAnswers()
    {
        string file = Repository.Shared("data/bench/reasoning_gym_gallery.jsonl");
        IReadOnlyList<Problem> problems = ProblemFile.Load(file, "exact", CountdownWording.Natural);
        string[] answers = [.. File.ReadLines(file).Select(l => System.Text.Json.JsonDocument.Parse(l).RootElement).Where(r => r.GetProperty("dataset").ValueEquals("countdown")).Select(r => r.GetProperty("answer").GetString()!)];
        Assert.Equal(answers.Length, problems.Count);
        Assert.NotEmpty(problems);
        for (int i = 0; i < answers.Length; i++)
        {
            Assert.Equal(Verdict.Correct, problems[i].Judge($"<answer>{answers[i]}</answer>").Verdict);
        }
    }
}
