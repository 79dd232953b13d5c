using System.Text.Json;
using Aha.Verification.Grading;

namespace Aha.Verification.Code;

/// <summary>
/// <c>aha grade code</c>: <c>{"language", "code", "tests": {"inputs", "outputs"}}</c> or <c>{"language", "code", "asserts"}</c> (a text or a list of texts, with an optional
/// <c>"entry_point"</c> and <c>"prelude"</c>) in; verdict, passed, total, status of the first failure, seconds and reason out.
/// </summary>
public sealed class CodeLineGrader(CodeVerifier verifier, CodeLimits? limits = null) : ILineGrader
{
    /// <inheritdoc/>
    public string Kind => "code";

    /// <inheritdoc/>
    public void Grade(JsonElement input, Utf8JsonWriter output)
    {
        var submission = new CodeSubmission(Language(input), Text(input, "code"));
        var tests = Tests(input);
        var judgement = verifier.JudgeAsync(submission, tests, limits).GetAwaiter().GetResult();
        output.WriteVerdict(judgement.Verdict);
        output.WriteNumber("passed", judgement.Passed);
        output.WriteNumber("total", judgement.Total);
        output.WriteString("status", judgement.StatusName);
        output.WriteNumber("seconds", Math.Round(judgement.Seconds, 4));
        output.WriteString("reason", judgement.Reason);
    }

    internal static CodeLanguage Language(JsonElement input) => Text(input, "language").ToLowerInvariant() switch
    {
        "python" or "python3" or "py" => CodeLanguage.Python,
        "csharp" or "c#" or "cs" => CodeLanguage.CSharp,
        var other => throw new GradeInputException($"\"language\" is \"{other}\"; this judge knows \"python\" and \"csharp\""),
    };

    internal static CodeTests Tests(JsonElement input)
    {
        if (InputField.TryGet(input, "tests", out var streams) && streams.ValueKind == JsonValueKind.Object)
        {
            var (inputs, outputs) = (Texts(streams, "inputs"), Texts(streams, "outputs"));
            return inputs.Count == outputs.Count
                ? new StreamTests(inputs, outputs)
                : throw new GradeInputException($"\"tests\" has {inputs.Count} inputs but {outputs.Count} outputs");
        }
        if (!InputField.TryGet(input, "asserts", out _))
            throw new GradeInputException("the line has neither \"tests\": {\"inputs\", \"outputs\"} nor \"asserts\"");
        return new AssertTests(Texts(input, "asserts")) { Prelude = Optional(input, "prelude") ?? "", EntryPoint = Optional(input, "entry_point") };
    }

    private static List<string> Texts(JsonElement input, string name)
    {
        if (!InputField.TryGet(input, name, out var value))
            throw new GradeInputException($"\"{name}\" is missing");
        if (value.ValueKind == JsonValueKind.String)
            return [Read(value, name)];
        if (value.ValueKind != JsonValueKind.Array || value.EnumerateArray().Any(item => item.ValueKind != JsonValueKind.String))
            throw new GradeInputException($"\"{name}\" must be a list of texts");
        return [.. value.EnumerateArray().Select(item => Read(item, name))];
    }

    private static string Text(JsonElement input, string name) => Optional(input, name) ?? throw new GradeInputException($"\"{name}\" is missing");

    private static string? Optional(JsonElement input, string name)
    {
        if (input.ValueKind != JsonValueKind.Object)
            throw new GradeInputException("the line is not an object");
        if (!InputField.TryGet(input, name, out var value) || value.ValueKind == JsonValueKind.Null)
            return null;
        return value.ValueKind == JsonValueKind.String ? Read(value, name) : throw new GradeInputException($"\"{name}\" must be a text");
    }

    private static string Read(JsonElement value, string name)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw new GradeInputException($"\"{name}\" holds half of a surrogate pair, which is no text");
        }
    }
}
