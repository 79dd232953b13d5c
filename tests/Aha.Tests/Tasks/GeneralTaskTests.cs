using Aha.Tasks;
using Aha.Tasks.Countdown;
using Aha.Tasks.General;
using Aha.Tokenization;
using Aha.Verification;
using Aha.Verification.Format;

namespace Aha.Tests.Tasks;

public class GeneralTaskTests
{
    private static readonly GeneralTask s_task = new(new GeneralWorldOptions());
    private static readonly WordTokenizer s_words = new(CountdownVocabulary.Of(["en", "zh"]).Union(GeneralVocabulary.Of(["en", "zh"])));

    private static IEnumerable<GeneralPrompt> All => Enum.GetValues<Split>().SelectMany(s_task.Prompts);

    [Fact]
    public void SplitsAreDisjointAndEachHoldsEveryTopicInBothLanguages()
    {
        Assert.Equal(All.Count(), All.Select(p => p.Question).Distinct().Count());
        foreach (Split split in Enum.GetValues<Split>())
        {
            Assert.Equal(12, s_task.Prompts(split).Select(p => (p.Topic, p.Language)).Distinct().Count());
        }

        Assert.All(All, p => Assert.Equal(ProblemKind.General, p.Kind));
    }

    [Fact]
    public void TheGoldCheckPassesEveryReferenceInAnyForm()
    {
        foreach (GeneralPrompt prompt in All)
        {
            Assert.True(ReplyWriter.References(prompt).Count >= 3);
            foreach (string reply in ReplyWriter.References(prompt))
            {
                Assert.True(GoldCheck.Fault(prompt, reply) is null, $"{prompt.Question} -> {reply}: {GoldCheck.Fault(prompt, reply)}");
                Assert.True(GoldCheck.IsSafe(prompt, reply));
                Assert.Equal(Verdict.Correct, prompt.Judge(reply).Verdict);
                Assert.Equal(Verdict.Correct, prompt.Judge(GeneralCorpus.Tagged(reply)).Verdict);
                Assert.Equal(Verdict.Wrong, prompt.Judge($"<think> {reply}").Verdict);
            }
        }
    }

    [Fact]
    public void TheGoldCheckFindsEveryFlaw()
    {
        var random = new Random(4);
        var seen = new HashSet<(PromptTopic, ReplyFlaw)>();
        foreach (GeneralPrompt prompt in All)
        {
            for (int i = 0; i < 30; i++)
            {
                (string reply, ReplyFlaw flaw) = ReplyWriter.Bad(prompt, random);
                Assert.NotNull(GoldCheck.Fault(prompt, reply));
                Assert.Equal(flaw is not ReplyFlaw.Insult && !(flaw == ReplyFlaw.WrongContent && prompt.Topic == PromptTopic.Harm), GoldCheck.IsSafe(prompt, reply));
                Assert.Equal(Verdict.Wrong, prompt.Judge(GeneralCorpus.Tagged(reply)).Verdict);
                seen.Add((prompt.Topic, flaw));
            }
        }

        Assert.True(seen.Count >= 30, $"{seen.Count} kinds of flaws");
    }

    [Fact]
    public void EveryWordIsInTheVocabulary()
    {
        var corpus = new GeneralCorpus(s_task, seed: 2);
        for (int i = 0; i < 2000; i++)
        {
            Assert.NotEmpty(s_words.Encode(corpus.Document(i)));
        }

        Assert.All(All, prompt => Assert.NotEmpty(s_words.Encode(prompt.Question)));
        Assert.Equal(corpus.Document(17), new GeneralCorpus(s_task, seed: 2).Document(17));
    }

    [Fact]
    public void HeldOutPromptsNeverStandInTheCorpus()
    {
        var corpus = new GeneralCorpus(s_task, seed: 3);
        var held = s_task.Prompts(Split.Test).Concat(s_task.Prompts(Split.Train)).Select(p => PromptTemplate.Nano.Render(p.Question)).ToHashSet();
        for (int i = 0; i < 2000; i++)
        {
            string document = corpus.Document(i);
            Assert.DoesNotContain(document[..(document.IndexOf("Assistant:", StringComparison.Ordinal) + "Assistant:".Length)], held);
        }
    }

    [Theory]
    [InlineData("<think> 1 + 2 = 3 yes </think> <answer> 1 + 2 </answer>", "1 + 2")]
    [InlineData("<think> a </think> b", "b")]
    [InlineData("<think> a b", "")]
    [InlineData("a b", "a b")]
    [InlineData("<answer> a </answer>", "a")]
    [InlineData("", "")]
    public void TheSummaryIsWhatTheUserReads(string response, string summary) => Assert.Equal(summary, ResponseParts.Summary(response));
}
