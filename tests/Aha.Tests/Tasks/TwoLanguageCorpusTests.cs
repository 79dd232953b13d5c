using Aha.Tasks;
using Aha.Tasks.Countdown;
using Aha.Tasks.General;
using Aha.Tokenization;
using Aha.Verification;
using Aha.Verification.Format;
using Aha.Verification.Language;

namespace Aha.Tests.Tasks;

/// <summary>The countdown world told in two languages.</summary>
public class TwoLanguageCorpusTests
{
    private static readonly CountdownTask s_task = new(new CountdownOptions { Languages = ["en", "zh"] });
    private static readonly WordTokenizer s_words = new(CountdownVocabulary.Of(["en", "zh"]));

    [Fact]
    public void TheProblemsAreThoseOfTheEnglishWorldHalfOfThemInEachLanguage()
    {
        var english = new CountdownTask(new CountdownOptions());
        foreach (Split split in Enum.GetValues<Split>())
        {
            Assert.Equal(english.Problems(split).Select(p => p.Id), s_task.Problems(split).Select(p => p.Id));
            Assert.InRange(s_task.Problems(split).Count(p => p.Language == "zh") / (double)s_task.Problems(split).Count, 0.4, 0.6);
        }

        Assert.All(s_task.Problems(Split.Train), p => Assert.Equal(p.Language, LanguageIdentifier.Detect(p.Question)));
    }

    [Fact]
    public void FurtherLanguagesOnlyAddWords()
    {
        Assert.Equal(CountdownVocabulary.Words, CountdownVocabulary.Of(["en"]));
        Assert.Equal(CountdownVocabulary.Words, CountdownVocabulary.Of(["en", "zh"]).Take(CountdownVocabulary.Words.Count));
        Assert.NotEmpty(s_words.Encode("用 1 2 3 得到 6 ."));
    }

    [Fact]
    public void DocumentsAreWrittenInTheVocabularyAndBothLanguagesAreFrequent()
    {
        var corpus = new CountdownCorpus(s_task, new CorpusOptions(), seed: 7);
        int chinese = 0;
        for (int i = 0; i < 2000; i++)
        {
            string document = corpus.Document(i);
            Assert.NotEmpty(s_words.Encode(document));
            chinese += document.Contains("得到", StringComparison.Ordinal) || document.Contains("事实", StringComparison.Ordinal) ? 1 : 0;
        }

        Assert.InRange(chinese, 900, 1100);
    }

    [Theory]
    [InlineData(0.0, 1.0, 1.0)]
    [InlineData(0.2, 0.65, 0.85)]
    [InlineData(0.5, 0.5, 0.7)]
    public void ChainsAreMixedAsAsked(double mixing, double least, double most)
    {
        var writer = new ChainWriter(new CorpusOptions { Mixing = mixing }, 50, CountdownWords.All);
        var random = new Random(3);
        var shares = new List<double>();
        foreach (CountdownProblem problem in s_task.Countdowns(Split.Corpus))
        {
            if (writer.Write(problem, ChainStyle.Careful, random) is { Attempts: >= 3 } chain)
            {
                shares.Add(new LanguageConsistency(problem.Language, GeneralVocabulary.Lexicons).Measure(chain.Text).Share);
            }
        }

        Assert.InRange(shares.Average(), least, most);
    }

    [Fact]
    public void WithoutSlipsEveryEquationAndVerdictIsTrueInEitherLanguage()
    {
        var writer = new ChainWriter(new CorpusOptions { Slip = 0, FalseYes = 0 }, 50, CountdownWords.All);
        var random = new Random(5);
        int equations = 0;
        foreach (CountdownProblem problem in s_task.Countdowns(Split.Corpus))
        {
            if (writer.Write(problem, ChainStyle.Careful, random) is { } chain)
            {
                equations += RequireTrue(chain.Text, problem.Target);
                Assert.Equal(Verdict.Correct, problem.Judge($"<answer> {chain.Answer} </answer>").Verdict);
            }
        }

        Assert.True(equations > 1000);
    }

    [Fact]
    public void ARewrittenChainSaysTheSameInOneLanguage()
    {
        var writer = new ChainWriter(new CorpusOptions { Slip = 0, FalseYes = 0 }, 50, CountdownWords.All);
        var random = new Random(6);
        foreach (CountdownProblem problem in s_task.Countdowns(Split.Corpus).Take(300))
        {
            foreach (ChainStyle style in Enum.GetValues<ChainStyle>())
            {
                if (writer.Write(problem, style, random) is not { } chain)
                {
                    continue;
                }

                string rewritten = problem.Words.Rewrite(chain.Text);
                Assert.Equal(1, new LanguageConsistency(problem.Language, GeneralVocabulary.Lexicons).Measure(rewritten).Share);
                RequireTrue(rewritten, problem.Target);
                Assert.Equal(Numbers(chain.Text), Numbers(rewritten));
                Assert.Equal(rewritten, problem.Words.Rewrite(rewritten));
            }
        }
    }

    [Fact]
    public void ProbesAreInTheQuestionsLanguage()
    {
        List<VerdictProbe> probes = CountdownCorpus.Probes(s_task.Countdowns(Split.Test).Take(40), 50, seed: 1);
        Assert.Equal(["yes", "对"], probes.Select(p => p.Yes).Distinct().Order(StringComparer.Ordinal));
        Assert.All(probes, p => Assert.Equal(p.Yes == "对", p.Prefix.Contains("得到", StringComparison.Ordinal)));
        Assert.Contains(probes, p => p.IsMatch && p.Yes == "对");
    }

    [Fact]
    public void UnknownLanguagesAreNamed()
    {
        Assert.Contains("'xx'", Assert.Throws<TaskException>(() => new CountdownTask(new CountdownOptions { Languages = ["en", "xx"] })).Message, StringComparison.Ordinal);
        Assert.Throws<TaskException>(() => new CountdownTask(new CountdownOptions { Languages = [] }));
        Assert.Throws<TaskException>(() => new CountdownTask(new CountdownOptions { Languages = ["en", "zh"], Wording = CountdownWording.Natural }));
    }

    private static string[] Numbers(string text) => [.. text.Split(' ').Where(word => int.TryParse(word, out _))];

    private static int RequireTrue(string chain, int target)
    {
        string[] words = chain.Split(' ');
        int equations = 0;
        for (int i = 0; i < words.Length; i++)
        {
            if (words[i] != "=")
            {
                continue;
            }

            (int a, int b, int result) = (int.Parse(words[i - 3]), int.Parse(words[i - 1]), int.Parse(words[i + 1]));
            Assert.Equal(words[i - 2] switch { "+" => a + b, "-" => a - b, _ => a * b }, result);
            equations++;
            // After the last equation of an attempt comes its verdict; a second look says yes as well.
            if (i + 2 < words.Length && words[i + 2] != ",")
            {
                Assert.Contains(words[i + 2], CountdownWords.All.Select(language => language.Verdict(result, target)));
            }
        }

        return equations;
    }
}
