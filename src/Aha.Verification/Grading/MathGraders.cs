using System.Text.Json;
using Aha.Verification.Maths;

namespace Aha.Verification.Grading;

/// <summary>
/// <c>aha grade math</c>: {"gold", "pred", "config"?} to {"verdict", "gold", "answer", "reason"}. The config's keys are those of the field:
/// "precision", "strict", "allow_set_relation_comp", "match_types" ("latex", "expr", "NativeLetters").
/// </summary>
public sealed class MathGrader : ILineGrader
{
    public string Kind => "math";

    public void Grade(JsonElement input, Utf8JsonWriter output)
    {
        if (input.ValueKind != JsonValueKind.Object) { throw new GradeInputException("a row must be an object with \"gold\" and \"pred\""); }
        var (options, pred) = (Options(input), new PredictedAnswer(Text(Field(input, "pred"), "pred")));
        GoldAnswer? gold = null;
        Judgement judgement = default;
        foreach (var candidate in Golds(Field(input, "gold")))
        {
            var next = MathVerifier.Judge(candidate, pred, options);
            if (gold is not null && next.Verdict != Verdict.Correct) { continue; }
            (gold, judgement) = (candidate, next);
            if (judgement.Verdict == Verdict.Correct) { break; }
        }
        output.WriteVerdict(judgement.Verdict);
        output.WriteString("gold", gold!.ParsedText);
        output.WriteString("answer", judgement.Answer is { } answer ? new GoldAnswer(answer).ParsedText ?? answer : null);
        output.WriteString("reason", judgement.Reason);
    }

    private static JsonElement Field(JsonElement input, string name) =>
        InputField.TryGet(input, name, out var value) ? value : throw new GradeInputException($"\"{name}\" is missing");

    /// <summary>One gold, or a list of which any will do.</summary>
    private static IEnumerable<GoldAnswer> Golds(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Array) { return [new GoldAnswer(Text(value, "gold"))]; }
        if (value.GetArrayLength() == 0) { throw new GradeInputException("\"gold\" is an empty list"); }
        return [.. value.EnumerateArray().Select(static v => new GoldAnswer(Text(v, "gold")))];
    }

    /// <summary>A string, or a number as written; null stands for a missing answer.</summary>
    private static string? Text(JsonElement value, string name)
    {
        return value.ValueKind switch
        {
            JsonValueKind.String => InputField.TextOf(value, $"\"{name}\""),
            JsonValueKind.Number => value.GetRawText(),
            JsonValueKind.Null => null,
            _ => throw new GradeInputException($"\"{name}\" must be a string or a number{(name == "gold" ? ", or a list of them" : "")}"),
        };
    }

    /// <summary>The options that a row's "config" asks for; unknown keys are ignored.</summary>
    public static MathOptions Options(JsonElement row)
    {
        var options = MathOptions.Default;
        if (InputField.Optional(row, "config") is not { ValueKind: JsonValueKind.Object } config) { return options; }
        foreach (string name in (ReadOnlySpan<string>)["precision", "float_rounding"])
        {
            if (!InputField.TryGet(config, name, out var value)) { continue; }
            if (value.ValueKind != JsonValueKind.Number || !value.TryGetInt32(out int precision) || precision is < 0 or > 60) { throw new GradeInputException($"\"{name}\" must be a whole number from 0 to 60"); }
            options = options with { Precision = precision };
        }
        if (Flag(config, "strict") is { } strict) { options = options with { Strict = strict }; }
        if (Flag(config, "allow_set_relation_comp") is { } relations) { options = options with { RelationForSet = relations }; }
        if (Flag(config, "compare_sets") is { } sets) { options = options with { IgnoreOrder = sets }; }
        return InputField.TryGet(config, "match_types", out var types) ? options with { Sources = Sources(types) } : options;
    }

    private static bool? Flag(JsonElement config, string name) => !InputField.TryGet(config, name, out var value) ? null : value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw new GradeInputException($"\"{name}\" must be true or false"),
    };

    private static AnswerSources Sources(JsonElement types)
    {
        var sources = AnswerSources.Boxed | AnswerSources.Announced | AnswerSources.Whole;
        // Anything but a list stands for the field's defaults: formulas and plain expressions.
        if (types.ValueKind != JsonValueKind.Array) { return sources | AnswerSources.Formula | AnswerSources.Prose; }
        bool letters = false;
        foreach (var type in types.EnumerateArray())
        {
            switch (type.ValueKind == JsonValueKind.String ? InputField.TextOf(type, "\"match_types\"") : null)
            {
                case "latex": sources |= AnswerSources.Formula; break;
                case "expr": sources |= AnswerSources.Prose; break;
                case "NativeLetters" or "string": letters = true; break;
                default: throw new GradeInputException("\"match_types\" holds \"latex\", \"expr\" or \"NativeLetters\"");
            }
        }
        return letters ? AnswerSources.Letter : sources;
    }
}

/// <summary><c>aha grade latex</c>: {"latex"} to {"ok", "value", "numeric", "error"}.</summary>
public sealed class LatexGrader : ILineGrader
{
    public string Kind => "latex";

    public void Grade(JsonElement input, Utf8JsonWriter output)
    {
        if (input.ValueKind != JsonValueKind.Object || !InputField.TryGet(input, "latex", out var latex) || latex.ValueKind != JsonValueKind.String)
        {
            throw new GradeInputException("\"latex\" must be a string");
        }
        var expression = LatexExpression.Parse(InputField.TextOf(latex, "\"latex\""));
        output.WriteBoolean("ok", expression.Error is null);
        output.WriteString("value", expression.Value);
        if (expression.Numeric is { } numeric) { output.WriteNumber("numeric", numeric); } else { output.WriteNull("numeric"); }
        output.WriteString("error", expression.Error);
    }
}
