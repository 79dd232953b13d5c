using System.Text.Json;
using Aha.Verification.Answers;
using Aha.Verification.Code;
using Aha.Verification.Grading;

namespace Aha.Verification.Tests.Answers;

/// <summary>Verifiers that a row names: each reads its own fields, and judges completions by them.</summary>
public class AnswerVerifiersTests
{
    private static AnswerVerifier Create(string name, string row) => AnswerVerifiers.Create(name, JsonDocument.Parse(row).RootElement);

    [Theory]
    [InlineData("exact", """{"answer": "Paris"}""", "<answer> paris. </answer>", "<answer> Rome </answer>")]
    [InlineData("exact", """{"answer": ["Rome", "Roma"]}""", "Answer: Roma", "Answer: Rom")]
    [InlineData("text", """{"answer": "The Beatles"}""", "<answer>beatles!</answer>", "<answer>The Beagles</answer>")]
    [InlineData("text", """{"answer": "Tchaikovsky", "threshold": 0.8}""", "<answer>Tchaikowsky</answer>", "<answer>Dvorak</answer>")]
    [InlineData("number", """{"answer": 2.5}""", "Answer: 2.50", "Answer: 25")]
    [InlineData("number", """{"answer": "12345678901234567890"}""", "12,345,678,901,234,567,890", "12345678901234567891")]
    [InlineData("number", """{"answer": 3.14159, "tolerance": 0.01}""", "Answer: 3.15", "Answer: 3.2")]
    [InlineData("number", """{"answer": 1000, "relative_tolerance": 0.05}""", "Answer: 951", "Answer: 949")]
    [InlineData("math", """{"answer": "\\frac{1}{2}"}""", "So \\boxed{0.5}.", "So \\boxed{0.51}.")]
    [InlineData("math", """{"answer": "1/3", "config": {"precision": 2}}""", "\\boxed{0.33}", "\\boxed{0.3}")]
    [InlineData("choice", """{"answer": "B", "choices": ["red", "green", "blue"]}""", "The answer is (B).", "The answer is (C).")]
    [InlineData("choice", """{"answer": 2, "choices": ["red", "green", "blue"]}""", "<answer>blue</answer>", "<answer>red</answer>")]
    [InlineData("countdown", """{"numbers": [2, 9, 1], "target": 19}""", "<answer>9 * 2 + 1</answer>", "<answer>9 * 2 + 1 * 1</answer>")]
    [InlineData("json", """{"schema": {"type": "object", "required": ["a"]}}""", "<think>{}</think>```json\n{\"a\": 1}\n```", "{\"b\": 1}")]
    [InlineData("function-call", """{"functions": [{"name": "f", "parameters": {"properties": {"a": {"type": "integer"}}}}], "expected": [{"f": {"a": [1]}}]}""", "<think>2?</think>f(a=1)", "f(a=2)")]
    [InlineData("ifeval", """{"instruction_id_list": ["punctuation:no_comma"], "kwargs": [{}]}""", "<think>well, yes</think>No comma here.", "One, two.")]
    public void A_row_names_its_verifier(string name, string row, string right, string wrong)
    {
        AnswerVerifier verifier = Create(name, row);
        Assert.Equal(Verdict.Correct, verifier.Judge(right).Verdict);
        Assert.Equal(Verdict.Wrong, verifier.Judge(wrong).Verdict);
        Assert.Equal(Verdict.Wrong, verifier.Judge("").Verdict);
    }

    [Theory]
    [InlineData("magic", "{}", "unknown verifier 'magic'")]
    [InlineData("exact", "{}", "'answer' is missing")]
    [InlineData("math", """{"answer": true}""", "'answer' must be a string")]
    [InlineData("math", """{"answer": []}""", "'answer' is an empty list")]
    [InlineData("math", """{"answer": "1", "config": {"precision": "x"}}""", "precision")]
    [InlineData("text", """{"answer": "a", "threshold": 2}""", "'threshold' must be a number from 0 to 1")]
    [InlineData("number", """{"answer": 1, "tolerance": -1}""", "'tolerance' must be a number of at least 0")]
    [InlineData("choice", """{"answer": 30}""", "'answer' is no index")]
    [InlineData("countdown", """{"numbers": 3, "target": 1}""", "'numbers' must be an array")]
    [InlineData("json", "{}", "'schema' is missing")]
    [InlineData("function-call", """{"functions": []}""", "'expected' is missing")]
    [InlineData("ifeval", """{"instruction_id_list": ["a:b"], "kwargs": [{}]}""", "unknown instruction id 'a:b'")]
    [InlineData("ifeval", """{"instruction_id_list": ["length_constraints:number_words"], "kwargs": [{}]}""", "missing")]
    [InlineData("code", """{"language": "python", "asserts": "assert True"}""", "needs a sandbox")]
    public void A_row_that_lacks_what_its_verifier_needs_is_named(string name, string row, string message) =>
        Assert.Contains(message, Assert.Throws<GradeInputException>(() => Create(name, row)).Message, StringComparison.Ordinal);

    [Fact]
    public void Votes_go_by_meaning()
    {
        AnswerVerifier math = Create("math", """{"answer": "1/2"}""");
        Assert.True(math.IsSameVote(math.VoteOf("\\boxed{0.5}")!, math.VoteOf("Answer: $\\frac{2}{4}$")!));
        Assert.False(math.IsSameVote("1/2", "1/3"));
        AnswerVerifier number = Create("number", """{"answer": 1000}""");
        Assert.Equal(number.VoteOf("Answer: 1,000.0"), number.VoteOf("1000"));
        AnswerVerifier countdown = Create("countdown", """{"numbers": [2, 3], "target": 6}""");
        Assert.Equal(countdown.VoteOf("<answer>2 * 3</answer>"), countdown.VoteOf("<answer>3 * 2</answer>"));
        AnswerVerifier choice = Create("choice", """{"answer": "A"}""");
        Assert.Equal("B", choice.VoteOf("I think the answer is (B)."));
        Assert.Null(choice.VoteOf("no idea"));
    }

    /// <summary>No completion makes a verifier throw, whatever it looks like.</summary>
    [Fact]
    public void Judging_never_throws()
    {
        AnswerVerifier[] verifiers =
        [
            Create("exact", """{"answer": "a"}"""), Create("text", """{"answer": "a", "threshold": 0.5}"""), Create("number", """{"answer": 1}"""), Create("math", """{"answer": "1"}"""), Create("choice", """{"answer": "A"}"""),
            Create("countdown", """{"numbers": [1], "target": 1}"""), Create("json", """{"schema": {"type": "string", "pattern": "^a"}}"""),
            Create("function-call", """{"functions": [{"name": "f"}], "expected": [{"f": {}}]}"""), Create("ifeval", """{"instruction_id_list": ["change_case:english_capital"], "kwargs": [null]}"""),
        ];
        Gen.OneOf("<think>", "</think>", "<answer>", "</answer>", "Answer:", "```", "json", "\n", "{", "}", "[", "\"", "\ud800", "\0", "f(", ")", "a", "1", ",", "\\boxed{", "A", "-", ".", "e", "%", "$").Array[0, 30].Select(string.Concat).Sample(text =>
        {
            foreach (AnswerVerifier verifier in verifiers)
            {
                Assert.True(Enum.IsDefined(verifier.Judge(text).Verdict));
                _ = verifier.VoteOf(text) is { } vote && verifier.IsSameVote(vote, vote);
            }
        }, iter: 3000);
    }

    [Theory]
    [InlineData("<think>```python\nbad\n```</think>Here:\n```python\ndef f():\n    return 1\n```\nDone.", "def f():\n    return 1")]
    [InlineData("```python\nfirst\n```\nand\n```py\nsecond\n```", "second")]
    [InlineData("```python\ncode\n```\nIt prints:\n```\n42\n```", "code")]
    [InlineData("```\nplain\n```", "plain")]
    [InlineData("print(1)\n", "print(1)")]
    [InlineData("<answer>\n```python\nx = '```'\n```\n</answer>", "x = '```'")]
    [InlineData("  ```Python\n  x\n  ```", "  x")]
    [InlineData("```python\nnever closed", "never closed")]
    [InlineData("```csharp\nother\n```", "other")]
    [InlineData("", "")]
    public void Code_is_found_in_a_completion(string completion, string code) => Assert.Equal(code, CodeBlock.Of(completion, CodeLanguage.Python));

    [Fact]
    public void Finding_code_is_bounded_and_never_throws() =>
        Gen.OneOf("```", "python", "\n", " ", "x", "<answer>", "</answer>", "</think>").Array[0, 40].Select(string.Concat).Sample(text => Assert.NotNull(CodeBlock.Of(text, CodeLanguage.CSharp)));
}
