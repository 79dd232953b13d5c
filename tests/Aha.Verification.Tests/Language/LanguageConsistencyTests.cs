using System.Text.Json;
using Aha.Verification.Language;
using Aha.Verification.Rewards;
using Aha.Verification.Tests.Support;

namespace Aha.Verification.Tests.Language;

public class LanguageConsistencyTests
{
    private static double Share(string language, string thought) => new LanguageConsistency(language).Measure(thought).Share;

    [Theory]
    [InlineData("en", "First we try to add the numbers, but that is too high. Wait, let me check again.")]
    [InlineData("en", "We need $x^2 + y = 3$ so `int der = 1;` and ```python\nfür = 3\n``` hence x1 is 4, see https://de.wikipedia.org/wiki/Der_und_die")]
    [InlineData("en", @"The sum \frac{a}{b} is \(a + b\), so GRPO works. The roll of a die: 3.")]
    [InlineData("de", "Zuerst addieren wir die Zahlen, aber das ist zu hoch. Moment, ich prüfe das noch einmal.")]
    [InlineData("zh", "首先我们把这两个数相加,得到 12。等一下,再检查一遍。")]
    [InlineData("ja", "まず数字を足します。でも答えは違います。")]
    [InlineData("ru", "Сначала складываем числа, но это слишком много.")]
    [InlineData("en", "9 - 2 = 7 , 7 + 1 = 8")]
    public void PureThoughtsScoreOne(string language, string thought) => Assert.Equal(1, Share(language, thought));

    [Theory]
    [InlineData("en", "Zuerst addieren wir die Zahlen, aber das ist zu hoch.", 0, 0.05)]
    [InlineData("en", "首先我们相加。", 0, 0)]
    [InlineData("zh", "First we add the numbers.", 0, 0)]
    [InlineData("en", "First we add the numbers. Das ist aber zu hoch und nicht richtig.", 0.3, 0.5)]
    [InlineData("en", "We try the product, 但是 it is too high.", 0.7, 0.85)]
    [InlineData("de", "Wir addieren die Zahlen, but that is too high.", 0.4, 0.55)]
    [InlineData("en", "Primero sumamos los números, pero el resultado es muy alto.", 0, 0.1)]
    public void MixedThoughtsScoreTheirShare(string language, string thought, double low, double high) => Assert.InRange(Share(language, thought), low, high);

    /// <summary>Real English reasoning traces, full of formulas, must not look mixed.</summary>
    [Fact]
    public void RealTracesAreOfOneLanguage()
    {
        var consistency = new LanguageConsistency("en");
        int traces = 0;
        foreach (JsonElement row in SharedData.Lines("data/bench/distill_trace_samples.jsonl"))
        {
            string thought = row.GetProperty("message_thinking").GetString()!;
            Assert.Equal("en", LanguageIdentifier.Detect(thought));
            Assert.InRange(consistency.Measure(thought).Share, 0.97, 1);
            traces++;
        }
        Assert.Equal(10, traces);
    }

    [Fact]
    public void ALexiconDecidesTheWordsOfASmallWorld()
    {
        var consistency = new LanguageConsistency("en", new Dictionary<string, IReadOnlyCollection<string>> { ["en"] = ["high", "low"], ["de"] = ["hoch", "tief", "warte"] });
        Assert.Equal(new LanguageShare(2, 4), consistency.Measure("9 + 2 = 11 high , 3 + 4 = 7 tief , warte , low"));
    }

    [Fact]
    public void OnlyTheChainOfThoughtCounts()
    {
        var reward = new LanguageConsistencyReward("en");
        double Score(string completion) => reward.Score(new RewardInput("", completion, Judgement.Correct(), 1)).Value;
        Assert.Equal(1, Score("<think> we add the numbers </think> <answer> 答案是十二 </answer>"));
        Assert.Equal(0, Score("<think> 我们相加 </think> <answer> twelve </answer>"));
        Assert.Equal(0, Score("<think> </think> <answer> twelve </answer>"));
        Assert.Equal(1, Score("we add the numbers </think> 十二"));
    }

    [Fact]
    public void UnknownLanguagesAreRefused() => Assert.Throws<ArgumentException>(() => new LanguageConsistency("xx"));

    [Fact]
    public void AddingForeignWordsNeverRaisesTheShare() =>
        Gen.Select(Gen.OneOf("we", "add", "the", "numbers", "but", "check", "result", ".").Array[1, 12], Gen.OneOf("但是", "проверим", "ελέγχω", "確認").Array[1, 3]).Sample((words, foreign) =>
        {
            string text = string.Join(' ', words);
            LanguageShare before = new LanguageConsistency("en").Measure(text), after = new LanguageConsistency("en").Measure(text + " . " + string.Join(" . ", foreign));
            Assert.True(after.Words > before.Words && after.Share < 1 && after.Target == before.Target);
        });

    [Fact]
    public void LinearOnHostileText()
    {
        foreach (string piece in new[] { "$", "`", "<", "```", "\\(", "\\", "a", "_", "1", "$$", "http://", "\ud800", "的" })
            Assert.InRange(Share("en", string.Concat(Enumerable.Repeat(piece, 200_000))), 0, 1);
        Gen.String.Sample(text => Share("en", text) is >= 0 and <= 1);
    }
}
