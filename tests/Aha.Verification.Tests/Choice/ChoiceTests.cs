using System.Text.Json;
using Aha.Verification.Choice;
using Aha.Verification.Grading;
using Aha.Verification.Tests.Support;
using Aha.Verification.Votes;

namespace Aha.Verification.Tests.Choice;

public class ChoiceTests
{
    /// <summary>
    /// Every published letter of 2,000 MMLU-Pro outputs. One model's file was graded by the first rule alone. Two other files hold "G" for
    /// outputs without any letter: their authors' guess, not an extraction, so there we only ask that nothing is found.
    /// </summary>
    [Fact]
    public void TheOfficialRulesReproduceEveryPublishedLetter()
    {
        int guesses = 0;
        foreach (JsonElement row in SharedData.Lines("data/graded/mmlu_pro_extraction.jsonl"))
        {
            string text = row.GetProperty("model_outputs").GetString()!;
            string? published = row.GetProperty("pred").GetString();
            string model = row.GetProperty("model").GetString()!;
            ChoiceRules rules = model == "Qwen1.5-7B-Chat" ? ChoiceRules.MmluProFirstRule : ChoiceRules.MmluPro;
            string? found = ChoiceExtraction.Letter(text, 10, rules)?.ToString();
            if (found is null && published == "G")
            {
                guesses++;
                continue;
            }
            Assert.Equal(published, found);
        }
        Assert.Equal(40, guesses);
    }

    /// <summary>Our own reading finds nothing where a response refuses to choose; where an answer is stated once it finds the letter that the official rule finds, where several are the last one.</summary>
    [Fact]
    public void ExplicitRulesAgreeWhereverAnAnswerIsStated()
    {
        int stated = 0, agreed = 0, refusals = 0;
        foreach (JsonElement row in SharedData.Lines("data/graded/mmlu_pro_extraction.jsonl"))
        {
            string text = row.GetProperty("model_outputs").GetString()!;
            char? own = ChoiceExtraction.Letter(text);
            if (ChoiceExtraction.Letter(text, 10, ChoiceRules.MmluProFirstRule) is not { } official)
            {
                if (!text.Contains("I cannot", StringComparison.Ordinal)) continue;
                refusals++;
                Assert.Null(own);
                continue;
            }
            stated++;
            if (own == official) agreed++;
            else Assert.NotEqual(text.IndexOf("answer is", StringComparison.OrdinalIgnoreCase), text.LastIndexOf("answer is", StringComparison.OrdinalIgnoreCase));
        }
        Assert.Equal(1732 + 1, stated);
        Assert.Equal(stated - 11, agreed);
        Assert.True(refusals >= 10);
    }

    /// <summary>lighteval's GPQA metrics: a single response by its letter, several by the unbiased pass@k.</summary>
    [Fact]
    public void ReproducesTheRecordedGpqaMetrics()
    {
        int rows = 0;
        foreach (JsonElement row in SharedData.Lines("data/graders/metrics.jsonl").Where(row => row.GetProperty("suite").GetString()!.StartsWith("gpqa_instruct", StringComparison.Ordinal)))
        {
            string gold = ((char)('A' + row.GetProperty("doc").GetProperty("gold_index").GetInt32())).ToString();
            string[] texts = [.. row.GetProperty("model_response").GetProperty("text").EnumerateArray().Select(text => text.GetString()!)];
            int k = row.GetProperty("metric_params").TryGetProperty("k", out JsonElement given) ? given.GetInt32() : 1;
            double expected = row.GetProperty("expected_output").EnumerateObject().First().Value.GetDouble();
            Assert.Equal(expected, PassAtK.Estimate(texts.Length, texts.Count(text => ChoiceVerifier.Judge(text, gold).Verdict == Verdict.Correct), k), 6);
            rows++;
        }
        Assert.Equal(24, rows);
    }

    [Theory]
    [InlineData("The answer is B.", 8, 'B')]
    [InlineData("Answer: C", 8, 'C')]
    [InlineData("My choice is D", 8, 'D')]
    [InlineData("E is the correct option", 8, 'E')]
    [InlineData("Final answer: B", 8, 'B')]
    [InlineData("the final option is C", 8, 'C')]
    [InlineData("we ruled out A, then B, settled on C", 8, 'C')]
    [InlineData("Let me think… Answer: A is wrong.</think>The answer is B.", 8, 'B')]
    [InlineData("Answer: C, but actually A was right, no wait B.", 2, 'B')]
    [InlineData("", 8, null)]
    [InlineData("random text", 8, null)]
    [InlineData("Therefore I cannot answer this question.", 10, null)]
    [InlineData("<think>A or B</think> <answer> (C) </answer>", 4, 'C')]
    [InlineData("so \\boxed{\\text{D}}.", 4, 'D')]
    [InlineData("**Answer:** **(B) Paris**", 4, 'B')]
    [InlineData("The correct answer is option C.", 4, 'C')]
    [InlineData("c", 4, null)]
    [InlineData("<answer>c</answer>", 4, 'C')]
    [InlineData("(c)", 4, 'C')]
    [InlineData("The answer is C.\n\nAnswer: A", 4, 'A')]
    [InlineData("The answer is A. Wait, no: the answer is B.", 4, 'B')]
    [InlineData("B is correct at first sight, but the final option is D.", 4, 'D')]
    [InlineData("B) 12 metres", 4, 'B')]
    [InlineData("<think> the answer is A </think>", 4, null)]
    [InlineData("The answer is Because", 4, null)]
    [InlineData("The correct options are (A, C, D).", 4, null)]
    public void ExplicitRules(string response, int letters, char? expected) => Assert.Equal(expected, ChoiceExtraction.Letter(response, letters));

    [Theory]
    [InlineData("explicit", "Therefore I cannot answer.", null)]
    [InlineData("mmlu_pro", "Therefore I cannot answer.", "I")]
    [InlineData("mmlu_pro_first", "answer: B", null)]
    [InlineData("mmlu_pro", "answer: B", "B")]
    public void ARowNamesTheRules(string rules, string response, string? letter)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            new ChoiceGrader().Grade(JsonSerializer.SerializeToElement(new { response, gold = "B", rules }), writer);
            writer.WriteEndObject();
        }
        Assert.Equal(letter, JsonDocument.Parse(buffer.ToArray()).RootElement.GetProperty("answer").GetString());
    }

    [Fact]
    public void GoldsAreLettersOrOptions()
    {
        string[] choices = ["alpha", "beta", "gamma"];
        Assert.Equal(Verdict.Correct, ChoiceVerifier.Judge("Answer: C", "(c)", choices).Verdict);
        Assert.Equal(Verdict.Correct, ChoiceVerifier.Judge("Answer: C", "gamma", choices).Verdict);
        Assert.Equal(Verdict.Correct, ChoiceVerifier.Judge("<answer>Gamma.</answer>", "C", choices).Verdict);
        Assert.Equal(Verdict.Wrong, ChoiceVerifier.Judge("Answer: B", "C", choices).Verdict);
        Assert.Equal(Verdict.Wrong, ChoiceVerifier.Judge("no idea", "C", choices).Verdict);
        Assert.Equal(Verdict.Unscorable, ChoiceVerifier.Judge("Answer: B", "delta", choices).Verdict);
        Assert.Equal(Verdict.Unscorable, ChoiceVerifier.Judge("Answer: B", "D", choices).Verdict);
    }

    [Fact]
    public void NeverThrows() =>
        Gen.OneOf("A", "B", "answer is ", "Answer:", "(", ")", "\\boxed{", "}", "\n", " ", "is the correct", "<answer>", "</answer>", "</think>", "\\text{", "\ud800").Array[0, 20]
            .Select(string.Concat).Sample(text =>
            {
                foreach (ChoiceRules rules in Enum.GetValues<ChoiceRules>())
                    Assert.True(ChoiceExtraction.Letter(text, 2, rules) is null or 'A' or 'B');
            }, iter: 5000);

    [Fact]
    public void LinearOnHostileText()
    {
        foreach (string piece in new[] { "\\boxed{", "answer is ", "answer:", "answer", "A ", "A)", "(", "<answer>", "</think>", "option is ", " " })
            foreach (ChoiceRules rules in Enum.GetValues<ChoiceRules>())
                Assert.True(ChoiceExtraction.Letter(string.Concat(Enumerable.Repeat(piece, 100_000)), 10, rules) is null or 'A');
    }
}
