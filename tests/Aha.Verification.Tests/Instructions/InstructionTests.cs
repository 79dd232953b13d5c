using System.Text.Json;
using Aha.Verification.Instructions;
using Aha.Verification.Tests.Support;

namespace Aha.Verification.Tests.Instructions;

public class InstructionTests
{
    [Fact]
    public void PublishedUnitCases()
    {
        var wrong = new List<string>();
        int cases = 0;
        foreach (JsonElement row in SharedData.Lines("data/graders/ifeval_units.jsonl"))
        {
            cases++;
            string id = row.GetProperty("registry_id").GetString()!, response = row.GetProperty("response").GetString()!;
            // Where the original raises, the response does not follow.
            bool expected = row.GetProperty("op").GetString() == "==" && row.GetProperty("expected").GetBoolean();
            if (InstructionChecks.FollowsStrictly(id, row.GetProperty("kwargs"), response) != expected) wrong.Add($"{row.GetProperty("id")} {id}");
        }
        Assert.Empty(wrong);
        Assert.Equal(55, cases);
    }

    [Fact]
    public void EveryInstructionOfTheBenchmarkIsKnownAndNeverThrows()
    {
        IReadOnlyList<JsonElement> rows = SharedData.Lines("data/bench/ifeval.jsonl");
        string[] responses = ["", "x", "\n\n***\n", "******", "[", "<<", "P.S.", "* a\n- b\n*", "\"", "{}", "Section 1 Section 2", new string('*', 1000), "I like it. You too? Mr. X."];
        foreach (JsonElement row in rows)
        {
            int i = 0;
            foreach (JsonElement id in row.GetProperty("instruction_id_list").EnumerateArray())
            {
                JsonElement arguments = row.GetProperty("kwargs")[i++];
                foreach (string response in responses)
                {
                    bool strict = InstructionChecks.FollowsStrictly(id.GetString()!, arguments, response);
                    // Loose accepts whatever strict accepts.
                    Assert.True(!strict || InstructionChecks.FollowsLoosely(id.GetString()!, arguments, response));
                }
            }
        }
        Assert.Equal(541, rows.Count);
    }

    [Theory]
    [InlineData("punctuation:no_comma", "{}", "Sure, here it is:\nno commas here", false, true)]
    [InlineData("startend:end_checker", """{"end_phrase":"The end."}""", "This is it. The end.\nHope this helps!", false, true)]
    [InlineData("detectable_format:json_format", "{}", "```json\n{\"a\": [1, 2]}\n```", true, true)]
    [InlineData("detectable_format:json_format", "{}", "Here:\n{\"a\": 1}", false, true)]
    [InlineData("detectable_format:title", "{}", "<<A title>>\ntext", true, true)]
    [InlineData("detectable_format:title", "{}", "<< >>\ntext", false, false)]
    [InlineData("length_constraints:number_words", """{"relation":"at least","num_words":5}""", "one two-three four's", true, true)]
    [InlineData("length_constraints:number_words", """{"relation":"less than","num_words":5}""", "one two-three four's", false, false)]
    [InlineData("change_case:capital_word_frequency", """{"capital_relation":"at least","capital_frequency":3}""", "DON'T ask, I said", true, true)]
    [InlineData("keywords:forbidden_words", """{"forbidden_words":["rock"]}""", "rocket", true, true)]
    [InlineData("keywords:forbidden_words", """{"forbidden_words":["rock"]}""", "a Rock!", false, false)]
    [InlineData("detectable_format:multiple_sections", """{"section_spliter":"Section","num_sections":2}""", "Section 1\na\nSection 2\nb", true, true)]
    [InlineData("detectable_format:number_bullet_lists", """{"num_bullets":2}""", "* a\n- b\n** c", true, true)]
    [InlineData("detectable_content:number_placeholders", """{"num_placeholders":2}""", "[a] and [b", false, false)]
    public void StrictAndLoose(string id, string arguments, string response, bool strict, bool loose)
    {
        JsonElement values = JsonDocument.Parse(arguments).RootElement;
        Assert.Equal(strict, InstructionChecks.FollowsStrictly(id, values, response));
        Assert.Equal(loose, InstructionChecks.FollowsLoosely(id, values, response));
    }

    [Theory]
    [InlineData("Hello there. How are you? Fine!", 3)]
    [InlineData("Mr. Smith met Dr. J. Doe at 5 p.m. on Monday.", 1)]
    [InlineData("He said \"Go.\" Then he left.", 2)]
    [InlineData("It costs 3.50 euros. Really?! Yes.", 3)]
    [InlineData("Well... maybe. Wait... What?", 3)]
    [InlineData("A heading\nand a line", 1)]
    [InlineData("", 0)]
    public void SentencesAreCounted(string text, int expected)
    {
        JsonElement exactly = JsonDocument.Parse($$"""{"relation":"at least","num_sentences":{{expected}}}""").RootElement;
        JsonElement below = JsonDocument.Parse($$"""{"relation":"less than","num_sentences":{{expected + 1}}}""").RootElement;
        Assert.Equal(text.Length > 0, InstructionChecks.FollowsStrictly("length_constraints:number_sentences", exactly, text));
        Assert.Equal(text.Length > 0, InstructionChecks.FollowsStrictly("length_constraints:number_sentences", below, text));
    }

    [Fact]
    public void BadArgumentsAreNamed()
    {
        JsonElement none = JsonDocument.Parse("{}").RootElement;
        Assert.Equal("unknown instruction id 'a:b'", Assert.Throws<InstructionArgumentException>(() => InstructionChecks.FollowsStrictly("a:b", none, "x")).Message);
        Assert.Equal("keywords:frequency: the argument 'keyword' is missing", Assert.Throws<InstructionArgumentException>(() => InstructionChecks.FollowsStrictly("keywords:frequency", none, "x")).Message);
        Assert.Equal("detectable_content:number_placeholders: the argument 'num_placeholders' must be an integer",
            Assert.Throws<InstructionArgumentException>(() => InstructionChecks.FollowsStrictly("detectable_content:number_placeholders", JsonDocument.Parse("""{"num_placeholders":"x"}""").RootElement, "x")).Message);
    }

    /// <summary>One example of each instruction of the benchmark on long runs of what its scan looks for.</summary>
    [Fact]
    public void LinearOnHostileText()
    {
        var examples = new Dictionary<string, JsonElement>();
        foreach (JsonElement row in SharedData.Lines("data/bench/ifeval.jsonl"))
            foreach ((JsonElement id, JsonElement arguments) in row.GetProperty("instruction_id_list").EnumerateArray().Zip(row.GetProperty("kwargs").EnumerateArray()))
                examples.TryAdd(id.GetString()!, arguments);
        Assert.Equal(25, examples.Count);
        var watch = System.Diagnostics.Stopwatch.StartNew();
        foreach (string piece in new[] { "*", "***", "[", "<<", "p.", "a", "a ", ". ", "\n", "Section ", "\"", "{", "a.b." })
        {
            string text = string.Concat(Enumerable.Repeat(piece, 20_000));
            foreach ((string id, JsonElement arguments) in examples) InstructionChecks.FollowsLoosely(id, arguments, text);
        }
        // 13 texts x 25 checks x 8 variants, two milliseconds each on a busy machine; one quadratic check would take minutes.
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(30), $"{watch.Elapsed}");
    }

    /// <summary>Whatever the arguments and the response are: an answer, or a complaint that names the argument.</summary>
    [Fact]
    public void AnyArgumentsAreUsedOrRefused()
    {
        Gen<string> value = Gen.OneOf("1", "-1", "0", "1e999", "1.5", "null", "true", "\"\"", "\"a\"", "\"at least\"", "\"less than\"", "\"\\ud800\"", "[]", "[1]", "[\"a\", \"\"]", "{}", "\"P.P.S\"", "\"en\"", "\"{'a', 'b'}\"", "99999999");
        Gen<string> name = Gen.OneOf("keywords", "keyword", "relation", "frequency", "forbidden_words", "letter", "let_relation", "let_frequency", "num_sentences", "key_sentences", "language", "capital_relation", "capital_frequency",
            "num_paragraphs", "num_words", "nth_paragraph", "first_word", "num_placeholders", "postscript_marker", "original_paragraph", "low", "high", "num_bullets", "num_highlights", "section_spliter", "num_sections",
            "original_message", "prompt_to_repeat", "end_phrase", "starter", "\\ud800");
        Gen<string> response = Gen.OneOf("", " ", "a", "A.", "* ", "**", "***", "<<a>>", "[x]", "\n", "\n\n", "P.S. b", "{", "\"", "******", "\ud800", "1", "the", "é", "中").Array[0, 12].Select(string.Concat);
        Gen.Select(Gen.OneOf([.. InstructionChecks.Ids]), Gen.Select(name, value, (n, v) => $"\"{n}\":{v}").Array[0, 5], response).Sample((id, fields, text) =>
        {
            using JsonDocument arguments = JsonDocument.Parse("{" + string.Join(',', fields) + "}");
            try
            {
                bool strict = InstructionChecks.FollowsStrictly(id, arguments.RootElement, text);
                Assert.True(!strict || InstructionChecks.FollowsLoosely(id, arguments.RootElement, text));
            }
            catch (InstructionArgumentException refusal)
            {
                Assert.StartsWith(id, refusal.Message, StringComparison.Ordinal);
            }
        }, iter: 20_000);
    }
}
