using System.Text.Json;

namespace Aha.Verification.Grading;

/// <summary>Reads the fields of an input line; every failure names the field and what was expected.</summary>
internal static class InputField
{
    internal static JsonElement Required(JsonElement input, string name)
    {
        if (input.ValueKind != JsonValueKind.Object) throw new GradeInputException("the line is not a JSON object");
        return TryGet(input, name, out JsonElement value) ? value : throw new GradeInputException($"the field '{name}' is missing");
    }

    /// <summary>As <see cref="JsonElement.TryGetProperty(string, out JsonElement)"/>, which throws where another name holds half of a surrogate pair.</summary>
    internal static bool TryGet(JsonElement input, string name, out JsonElement value)
    {
        try
        {
            return input.TryGetProperty(name, out value);
        }
        catch (InvalidOperationException)
        {
            throw new GradeInputException("the name of a field is not valid Unicode text");
        }
    }

    internal static JsonElement? Optional(JsonElement input, string name) =>
        input.ValueKind == JsonValueKind.Object && TryGet(input, name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    internal static string Text(JsonElement input, string name) => TextOf(Required(input, name), $"the field '{name}'");

    internal static string TextOf(JsonElement value, string what)
    {
        if (value.ValueKind != JsonValueKind.String) throw new GradeInputException($"{what} must be a string, not {Named(value)}");
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // The reader refuses to transcode a lone surrogate escape.
            throw new GradeInputException($"{what} is not valid Unicode text");
        }
    }

    internal static IReadOnlyList<string> Texts(JsonElement value, string name)
    {
        if (value.ValueKind != JsonValueKind.Array) throw new GradeInputException($"the field '{name}' must be an array of strings, not {Named(value)}");
        return [.. value.EnumerateArray().Select((item, i) => TextOf(item, $"'{name}[{i}]'"))];
    }

    internal static long Integer(JsonElement value, string what)
    {
        // 24.0 is an integer: data sets exported through floats write it so.
        if (value.ValueKind == JsonValueKind.Number && (value.TryGetInt64(out long whole) || (value.TryGetDouble(out double real) && Whole(real, out whole)))) return whole;
        throw new GradeInputException($"{what} must be an integer, not {(value.ValueKind == JsonValueKind.Number ? value.GetRawText() : Named(value))}");
    }

    internal static string Named(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.Null => "null",
        _ => "a boolean",
    };

    private static bool Whole(double real, out long whole)
    {
        whole = 0;
        if (Math.Abs(real) >= 9e15 || Math.Floor(real) != real) return false;
        whole = (long)real;
        return true;
    }
}

/// <summary>Writes what every kind's output has in common.</summary>
internal static class VerdictOutput
{
    internal static void WriteVerdict(this Utf8JsonWriter output, Verdict verdict) => output.WriteString("verdict", verdict switch
    {
        Verdict.Correct => "correct",
        Verdict.Wrong => "wrong",
        _ => "unscorable",
    });

    internal static void WriteReason(this Utf8JsonWriter output, string? reason)
    {
        if (reason is not null) output.WriteString("reason", reason);
    }
}
