using System.Text;
using System.Text.Json;
using Aha.Verification.Grading;

namespace Aha.Verification.Tests.Grading;

public class LineGraderTests
{
    private static readonly Dictionary<string, ILineGrader> s_graders = new ILineGrader[]
        { new CountdownGrader(), new ChoiceGrader(), new InstructionGrader(), new JsonGrader(), new FunctionCallGrader(), new MathGrader(), new LatexGrader() }.ToDictionary(grader => grader.Kind);

    private static string Grade(string kind, string line)
    {
        using var buffer = new MemoryStream();
        using (var output = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            output.WriteStartObject();
            s_graders[kind].Grade(JsonDocument.Parse(line).RootElement, output);
            output.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    [Theory]
    [InlineData("countdown", """{"numbers":[2,9,1],"target":19,"response":"<answer>9*2+1</answer>"}""", """{"verdict":"correct","value":"19"}""")]
    [InlineData("countdown", """{"numbers":[2,9,1.0],"target":19.0,"response":"Answer: 9*2"}""", """{"verdict":"wrong","value":"18","reason":"does not use 1"}""")]
    [InlineData("countdown", """{"numbers":[3,2],"target":1,"response":"3/2"}""", """{"verdict":"wrong","value":"3/2","reason":"gives 3/2, not 1"}""")]
    [InlineData("countdown", """{"numbers":[],"target":1,"response":"3/2"}""", """{"verdict":"unscorable","value":null,"reason":"0 numbers given; 1 to 64 are supported"}""")]
    [InlineData("choice", """{"response":"The answer is (C).","gold":"C"}""", """{"verdict":"correct","answer":"C"}""")]
    [InlineData("choice", """{"response":"The answer is (C).","gold":1,"choices":["x","y","z"]}""", """{"verdict":"wrong","answer":"C"}""")]
    [InlineData("choice", """{"response":"dunno","gold":"A"}""", """{"verdict":"wrong","answer":null,"reason":"no letter is chosen"}""")]
    [InlineData("ifeval", """{"key":1,"prompt":"p","instruction_id_list":["punctuation:no_comma","startend:quotation"],"kwargs":[{},null],"response":"\"a\"\n, b"}""",
        """{"strict":[false,false],"loose":[true,true],"prompt_strict":false,"prompt_loose":true}""")]
    [InlineData("json", """{"schema":{"type":"object"},"instance":{}}""", """{"verdict":"correct","errors":[]}""")]
    [InlineData("json", """{"schema":{"type":"object"},"instance":null}""", """{"verdict":"wrong","errors":["#: is null, not object"]}""")]
    [InlineData("json", """{"schema":{"type":"object"},"text":"{"}""", """{"verdict":"wrong","errors":["#: not JSON (line 1, byte 2)"]}""")]
    [InlineData("json", """{"schema":{"type":"thing"},"text":"{}"}""", """{"verdict":"unscorable","errors":["unknown type 'thing'"]}""")]
    [InlineData("function-call", """{"functions":[{"name":"f","parameters":{"type":"dict","properties":{"a":{"type":"integer"}},"required":["a"]}}],"expected":[{"f":{"a":[1,2]}}],"response":"f(a=2)"}""",
        """{"verdict":"correct","answer":"f"}""")]
    [InlineData("function-call", """{"functions":[{"name":"f"}],"expected":null,"response":"No."}""", """{"verdict":"correct","answer":null,"reason":"no call"}""")]
    [InlineData("function-call", """{"functions":[],"expected":[{"f":{}}],"response":[{"name":"f","arguments":{}}]}""", """{"verdict":"wrong","answer":"f","reason":"f is not among the functions"}""")]
    public void LinesInLinesOut(string kind, string line, string expected) => Assert.Equal(expected, Grade(kind, line));

    [Theory]
    [InlineData("countdown", "[]", "the line is not a JSON object")]
    [InlineData("countdown", "{}", "the field 'numbers' is missing")]
    [InlineData("countdown", """{"numbers":3}""", "the field 'numbers' must be an array of integers, not a number")]
    [InlineData("countdown", """{"numbers":[1,"2"]}""", "'numbers[1]' must be an integer, not a string")]
    [InlineData("countdown", """{"numbers":[1.5]}""", "'numbers[0]' must be an integer, not 1.5")]
    [InlineData("countdown", """{"numbers":[9999999999]}""", "'numbers[0]' is out of range: 9999999999")]
    [InlineData("countdown", """{"numbers":[1],"target":1,"response":null}""", "the field 'response' must be a string, not null")]
    [InlineData("countdown", """{"numbers":[1],"target":1,"response":"\ud800"}""", "the field 'response' is not valid Unicode text")]
    [InlineData("choice", """{"response":"A"}""", "the field 'gold' is missing")]
    [InlineData("choice", """{"response":"A","gold":99}""", "the field 'gold' is no index of an option: 99")]
    [InlineData("ifeval", """{"instruction_id_list":["a:b"],"kwargs":[{}],"response":""}""", "unknown instruction id 'a:b'")]
    [InlineData("ifeval", """{"instruction_id_list":["punctuation:no_comma"],"kwargs":[],"response":""}""", "the field 'kwargs' must be an array of 1 objects, one per instruction")]
    [InlineData("json", """{"schema":{}}""", "neither the field 'instance' nor the field 'text' is there")]
    [InlineData("function-call", """{"functions":[]}""", "the field 'expected' is missing")]
    public void BadLinesNameTheField(string kind, string line, string message) =>
        Assert.Equal(message, Assert.Throws<GradeInputException>(() => Grade(kind, line)).Message);

    /// <summary>Any value in any field: a verdict or a named complaint, nothing else.</summary>
    [Fact]
    public void OnlyGradeInputExceptionsEscape()
    {
        Gen<string> value = Gen.OneOf("1", "-1", "1e999", "null", "true", "\"\"", "\"A\"", "\"\\ud800\"", "[]", "{}", "[1]", "[null]", "[[]]", "[\"A\"]", "[{}]", """[{"f":{"a":[1]}}]""",
            """[{"name":"f"}]""", """["punctuation:no_comma"]""", """["keywords:existence"]""", """[{"keywords":[1]}]""", "\"f(a=1)\"", "\"1+1\"", """{"strict":1}""", """{"precision":2,"match_types":["latex","\ud800"]}""", """{"\ud800":1}""");
        Gen<string> field = Gen.OneOf("numbers", "target", "response", "gold", "choices", "instruction_id_list", "kwargs", "schema", "instance", "text", "functions", "expected", "pred", "latex", "config", "\\ud800");
        Gen.Select(field, value, (f, v) => $"\"{f}\":{v}").Array[2, 7].Select(Gen.OneOf([.. s_graders.Keys])).Sample((fields, kind) =>
        {
            try
            {
                Assert.StartsWith("{", Grade(kind, "{" + string.Join(',', fields) + "}"), StringComparison.Ordinal);
            }
            catch (GradeInputException error)
            {
                Assert.NotEmpty(error.Message);
            }
        }, iter: 5000);
    }
}
