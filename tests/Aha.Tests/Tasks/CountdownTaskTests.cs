using System.Security.Cryptography;
using System.Text;
using Aha.Tasks;
using Aha.Tasks.Countdown;
using Aha.Tokenization;
using Aha.Verification;

namespace Aha.Tests.Tasks;

public class CountdownTaskTests
{
    private static readonly CountdownTask s_three = new(new CountdownOptions());

    [Fact]
    public void TheWorldOfThreeNumbersHas2010SolvableProblems() =>
        Assert.Equal(2010, Enum.GetValues<Split>().Sum(s => s_three.Problems(s).Count));

    [Fact]
    public void SplitsAreDisjointAndDoNotDependOnEachOther()
    {
        var ids = Enum.GetValues<Split>().SelectMany(s => s_three.Problems(s).Select(p => p.Id)).ToList();
        Assert.Equal(ids.Count, ids.Distinct().Count());

        var limited = new CountdownTask(new CountdownOptions { Limit = 50 });
        var test = s_three.Problems(Split.Test).Select(p => p.Id).ToHashSet();
        Assert.All(limited.Problems(Split.Test), p => Assert.Contains(p.Id, test));
        Assert.Equal(50, limited.Problems(Split.Train).Count);
    }

    [Fact]
    public void EveryProblemHasASolutionThatTheVerifierAccepts()
    {
        foreach (CountdownProblem problem in s_three.Countdowns(Split.Test))
        {
            Attempt? solution = AttemptSearch.All(problem.Numbers, problem.Target, 50, shuffle: null).Find(a => a.Value == problem.Target);
            Assert.NotNull(solution);
            Assert.Equal(Verdict.Correct, problem.Judge($"<think> x </think> <answer> {solution.Expression} </answer>").Verdict);
        }
    }

    [Fact]
    public void AttemptsThatMissTheTargetAreWrong()
    {
        foreach (CountdownProblem problem in s_three.Countdowns(Split.Test).Take(60))
        {
            foreach (Attempt attempt in AttemptSearch.All(problem.Numbers, problem.Target, 50, shuffle: null))
            {
                Verdict expected = attempt.Value == problem.Target ? Verdict.Correct : Verdict.Wrong;
                Assert.Equal(expected, problem.Judge($"<answer> {attempt.Expression} </answer>").Verdict);
            }
        }
    }

    [Fact]
    public void EqualValuesVoteTogether()
    {
        CountdownProblem problem = CountdownProblem.Create([2, 3, 4], 24, CountdownWording.Nano);
        Assert.Equal(problem.VoteOf("<answer> 2 * 3 * 4 </answer>"), problem.VoteOf("<answer> ( 4 * 3 ) * 2 </answer>"));
        Assert.NotEqual(problem.VoteOf("<answer> 2 + 3 + 4 </answer>"), problem.VoteOf("<answer> 2 * 3 * 4 </answer>"));
        Assert.Null(problem.VoteOf(""));
    }

    [Theory]
    [InlineData(1, 10)]
    [InlineData(6, 10)]
    [InlineData(3, 0)]
    public void ImpossibleOptionsAreNamed(int numbers, int max) =>
        Assert.Throws<TaskException>(() => new CountdownTask(new CountdownOptions { Numbers = numbers, MaxNumber = max }));
}

public class CountdownCorpusTests
{
    private static readonly CountdownTask s_task = new(new CountdownOptions());
    private static readonly WordTokenizer s_words = new(CountdownVocabulary.Words);

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public void EveryDocumentIsWrittenInTheVocabulary(int numbers)
    {
        var task = new CountdownTask(new CountdownOptions { Numbers = numbers, Limit = 500 });
        var corpus = new CountdownCorpus(task, new CorpusOptions(), seed: 7);
        for (int i = 0; i < 2000; i++)
        {
            Assert.NotEmpty(s_words.Encode(corpus.Document(i)));
        }
    }

    /// <summary>Published results rest on these very documents: what is added to the world must not move them.</summary>
    [Theory]
    [InlineData(3, "9c10e58d82a2c26e0ce036a5b15692ffdd1c79ff1f160534be7bbd0aafad6265")]
    [InlineData(4, "c2b19495361c33ff8ac138d0ef5b752dd3abde4e8d08ee8705dac3cc33c4746f")]
    public void TheEnglishCorpusKeepsItsBits(int numbers, string hash)
    {
        var corpus = new CountdownCorpus(new CountdownTask(new CountdownOptions { Numbers = numbers }), new CorpusOptions(), seed: 1);
        string documents = string.Join('\n', Enumerable.Range(0, 1000).Select(i => corpus.Document(i)));
        Assert.Equal(hash, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(documents))));
    }

    [Fact]
    public void ADocumentFollowsFromSeedAndIndexAlone()
    {
        var first = new CountdownCorpus(s_task, new CorpusOptions(), seed: 3);
        var second = new CountdownCorpus(s_task, new CorpusOptions(), seed: 3);
        var other = new CountdownCorpus(s_task, new CorpusOptions(), seed: 4);
        string[] documents = [.. Enumerable.Range(0, 100).Select(i => first.Document(i))];
        Assert.Equal(documents.Reverse(), Enumerable.Range(0, 100).Reverse().Select(i => second.Document(i)));
        Assert.NotEqual(documents, Enumerable.Range(0, 100).Select(i => other.Document(i)));
    }

    [Fact]
    public void TestAndTrainingProblemsNeverStandInTheCorpus()
    {
        var corpus = new CountdownCorpus(s_task, new CorpusOptions(), seed: 1);
        var held = s_task.Countdowns(Split.Test).Concat(s_task.Countdowns(Split.Train))
            .Select(p => $"{p.Target} from {string.Join(' ', p.Numbers.Order())}").ToHashSet();
        for (int i = 0; i < 3000; i++)
        {
            string[] words = corpus.Document(i).Split(' ');
            int make = Array.IndexOf(words, "make");
            if (make < 0 || words[make + 6] != ".")
            {
                continue;
            }

            int[] numbers = [.. words[(make + 3)..(make + 6)].Select(int.Parse)];
            Assert.DoesNotContain($"{words[make + 1]} from {string.Join(' ', numbers.Order())}", held);
        }
    }

    [Fact]
    public void WithoutSlipsEveryEquationAndVerdictIsTrue()
    {
        var writer = new ChainWriter(new CorpusOptions { Slip = 0, FalseYes = 0 }, 50);
        var random = new Random(5);
        foreach (CountdownProblem problem in s_task.Countdowns(Split.Corpus).Take(200))
        {
            if (writer.Write(problem, ChainStyle.Careful, random) is not { } chain)
            {
                continue;
            }

            string[] words = chain.Text.Split(' ');
            for (int i = 0; i < words.Length; i++)
            {
                if (words[i] == "=")
                {
                    (int a, int b, int result) = (int.Parse(words[i - 3]), int.Parse(words[i - 1]), int.Parse(words[i + 1]));
                    Assert.Equal(words[i - 2] switch { "+" => a + b, "-" => a - b, _ => a * b }, result);
                }

                if (words[i] is "low" or "high" or "yes")
                {
                    int result = int.Parse(words[i - 1]);
                    Assert.Equal(result == problem.Target ? "yes" : result < problem.Target ? "low" : "high", words[i]);
                }
            }

            Assert.Equal(Verdict.Correct, problem.Judge($"<answer> {chain.Answer} </answer>").Verdict);
        }
    }

    [Fact]
    public void ProbesMarkMatchesAndMisses()
    {
        List<VerdictProbe> probes = CountdownCorpus.Probes(s_task.Countdowns(Split.Test).Take(40), 50, seed: 1);
        Assert.Contains(probes, p => p.IsMatch);
        Assert.Contains(probes, p => !p.IsMatch);
        Assert.All(probes, p => Assert.True(int.TryParse(p.Prefix.Split(' ')[^1], out _)));
    }
}
