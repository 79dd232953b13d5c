using Aha.Evaluation.RejectionSampling;
using Aha.Runs;
using Aha.Verification.Language;

namespace Aha.Tests.Evaluation;

public class AnswerFilterTests
{
    private static SampledAnswer Answer(string text, string problem = "p", string verdict = "correct", int tokens = 10, string finish = "stop", string question = "make 6 from 1 2 3 .") =>
        new(problem, 0, question, text, verdict, null, tokens, finish);

    private static string[] Kept(AnswerFilter filter, params SampledAnswer[] answers) => [.. filter.Keep(answers).Select(a => a.Text)];

    [Theory]
    [InlineData("make 6 from 1 2 3 .", "<think> 1 + 2 = 3 低 , 等等 , 3 + 3 = 6 yes </think> <answer> x </answer>", "<think> 1 + 2 = 3 low , wait , 3 + 3 = 6 yes </think> <answer> x </answer>")]
    [InlineData("用 1 2 3 得到 6 .", "<think> 1 + 2 = 3 低 , wait , 3 + 3 = 6 yes </think> <answer> x </answer>", "<think> 1 + 2 = 3 低 , 等等 , 3 + 3 = 6 对 </think> <answer> x </answer>")]
    [InlineData("1 2 3", "<think> low </think> <answer> x </answer>", null)]
    public void AMixedChainIsPutIntoTheQuestionsLanguage(string question, string text, string? expected) => Assert.Equal(expected, AnswerRewrites.OneLanguage(question, text));

    [Fact]
    public void EachRuleKeepsWhatItSays()
    {
        Assert.Equal(["a", "b"], Kept(AnswerFilters.Scorable, Answer("a"), Answer("b", verdict: "wrong"), Answer("c", verdict: "unscorable")));
        Assert.Equal(["a", "c"], Kept(AnswerFilters.Correct, Answer("a"), Answer("b", verdict: "wrong"), Answer("c", verdict: "unscorable")));
        Assert.Equal(["a"], Kept(AnswerFilters.Complete, Answer("a"), Answer("b", finish: "length")));
        Assert.Equal(["a"], Kept(AnswerFilters.NoCode, Answer("a"), Answer("x\n```python\n1\n```")));
        Assert.Equal(["b", "c"], Kept(AnswerFilters.Length(2, 3), Answer("a", tokens: 1), Answer("b", tokens: 2), Answer("c", tokens: 3), Answer("d", tokens: 4)));
        Assert.Equal(["c"], Kept(AnswerFilters.Length(3, 0), Answer("b", tokens: 2), Answer("c", tokens: 3)));
        Assert.Equal(["a  b", "a b"], Kept(AnswerFilters.Distinct, Answer("a  b"), Answer(" a b\n"), Answer("a b", problem: "other")));
        Assert.Equal(["a", "b", "d"], Kept(AnswerFilters.AtMost(2), Answer("a"), Answer("b"), Answer("c"), Answer("d", problem: "other")));
        Assert.Equal(["ab\n\ncd"], Kept(AnswerFilters.Paragraphs(2), Answer("ab\n\ncd"), Answer("abc"), Answer("ab\ncd")));
        Assert.Equal(["<think> t </think> <answer> 1 </answer>"], Kept(AnswerFilters.InFormat("think_answer"), Answer("<think> t </think> <answer> 1 </answer>"), Answer("<think> t <answer> 1 </answer>")));
    }

    [Fact]
    public void MixedLanguagesFall()
    {
        var english = new LanguageConsistency("en");
        AnswerFilter filter = AnswerFilters.OneLanguage(question => question.StartsWith("any", StringComparison.Ordinal) ? null : english, minShare: 1);
        Assert.Equal(["we try the first and then the second", "并 and"], Kept(
            filter, Answer("we try the first and then the second"), Answer("we try the first 然后 the second"), Answer("并 and", question: "any language")));
    }

    [Fact]
    public void AFunnelCountsEveryAnswerOnceAndSurvivesAsMetrics() => Gen.Select(
        Gen.OneOf("correct", "wrong", "unscorable"), Gen.OneOf("stop", "length"), Gen.Int[0, 20], Gen.Int[0, 3], Gen.OneOf("a", "b", "```")).Array[0, 60].Sample(rows =>
    {
        SampledAnswer[] answers = [.. rows.Select(r => Answer(r.Item5, $"p{r.Item4}", r.Item1, r.Item3, r.Item2))];
        AnswerFilter[] filters = [AnswerFilters.Scorable, AnswerFilters.Correct, AnswerFilters.Complete, AnswerFilters.Length(3, 15), AnswerFilters.NoCode, AnswerFilters.Distinct, AnswerFilters.AtMost(1)];
        (IReadOnlyList<SampledAnswer> kept, Funnel funnel) = AnswerFilters.Apply(answers, filters);
        Assert.Equal(answers.Length, kept.Count + funnel.Steps.Sum(s => s.Fell));
        Assert.Equal(kept.Count, funnel.Kept);
        Assert.Equal(filters.Select(f => f.Name), funnel.Steps.Select(s => s.Name));
        Assert.All(kept, a => Assert.True(a is { Verdict: "correct", FinishReason: "stop", Tokens: >= 3 and <= 15 }));
        Assert.Equal(kept.Count, kept.DistinctBy(a => a.Problem).Count());

        // Whatever order a store gives metrics back in.
        Funnel? read = Funnel.Of(new SortedDictionary<string, double>(funnel.ToMetrics(), StringComparer.Ordinal));
        Assert.Equal(funnel.Sampled, read!.Sampled);
        Assert.Equal(funnel.Steps, read.Steps);
    });

    [Fact]
    public void ColdStartIsThePapersFormat()
    {
        const string text = "<think> 1 + 2 = 3 , 3 + 3 = 6 yes </think> <answer> ( 1 + 2 ) + 3 </answer>";
        Assert.Equal(
            "|special_token| 1 + 2 = 3 , 3 + 3 = 6 yes |special_token| the answer is ( 1 + 2 ) + 3 .",
            AnswerRewrites.ColdStart(text, "|special_token|", "the answer is {answer} ."));
        Assert.Null(AnswerRewrites.ColdStart("no tags", "|special_token|", "{answer}"));
        AnswerFilter filter = AnswerRewrites.Named("cold_start", "|special_token|", "{answer}");
        Assert.Equal(["|special_token| t |special_token| 1"], Kept(filter, Answer("<think> t </think> <answer> 1 </answer>"), Answer("bare")));
        Assert.Equal("not rewritable", filter.Name);
    }

    [Theory]
    [InlineData("a low , wait , b high , no , c yes", "a low , wait , b high , no , c yes")]
    [InlineData("a low , wait , a low , hmm , c yes", "a low , hmm , c yes")]
    [InlineData("a low , wait , b low , no , a low , hmm , b low , wait , c yes", "a low , wait , b low , wait , c yes")]
    [InlineData("a yes", "a yes")]
    public void RepeatedAttemptsAreDropped(string thought, string expected) =>
        Assert.Equal($"<think> {expected} </think> <answer> x </answer>", AnswerRewrites.DropRepeats($"<think> {thought} </think> <answer> x </answer>"));

    [Fact]
    public void DroppingRepeatsTwiceIsDroppingThemOnce() => Gen.Select(Gen.OneOf("a", "b", "c"), Gen.OneOf("no", "wait", "hmm")).Array[1, 12].Sample(parts =>
    {
        string text = $"<think> {string.Join(" , ", parts.SelectMany(p => (string[])[p.Item1, p.Item2])) + " , end"} </think> <answer> x </answer>";
        string once = AnswerRewrites.DropRepeats(text)!;
        Assert.Equal(once, AnswerRewrites.DropRepeats(once));
    });
}
