using System.Text.Json;

namespace Aha.Verification.FunctionCalls;

/// <summary>
/// Judges function calls by the rules of the Berkeley Function-Calling Leaderboard's syntax-tree check: right function, all required
/// arguments, no unknown one, declared types (an integer may stand for a float), accepted values; parallel calls in any order; no call where none is expected.
/// </summary>
public static class FunctionCallVerifier
{
    /// <summary>More calls than this are never expected.</summary>
    public const int MaxCalls = 64;

    /// <param name="functions">The offered functions: <c>[{"name", "parameters": {"properties", "required"}}]</c>, or OpenAI's wrapping of the same.</param>
    /// <param name="expected">BFCL's ground truth <c>[{"f": {"a": [possible values]}}]</c>, or plain calls <c>[{"name", "arguments"}]</c>; null or empty where no call is right.</param>
    /// <param name="response">The model's text, or its calls as JSON.</param>
    public static Judgement Judge(JsonElement functions, JsonElement expected, JsonElement response) => Judge(functions, expected, () => CallReader.Read(response));

    /// <summary>The same for a response that is text.</summary>
    public static Judgement Judge(JsonElement functions, JsonElement expected, string response) => Judge(functions, expected, () => CallReader.Read(response));

    private static Judgement Judge(JsonElement functions, JsonElement expected, Func<ReadCalls> response)
    {
        try
        {
            if (Declarations(functions) is not { } declared) return Judgement.Unscorable("'functions' is no list of named functions");
            if (Expectations(expected) is not { } wanted) return Judgement.Unscorable("'expected' is no list of calls");
            ReadCalls read = response();
            string shown = string.Join(", ", read.Calls.Take(MaxCalls).Select(call => call.Name));
            if (read.Error is not null) return Judgement.Wrong(null, read.Error);
            if (wanted.Count == 0) return read.Calls.Count == 0 ? Judgement.Correct(null, "no call") : Judgement.Wrong(shown, "calls a function where none fits");
            if (read.Calls.Count == 0) return Judgement.Wrong(null, "no call");
            if (read.Calls.Count != wanted.Count) return Judgement.Wrong(shown, $"{read.Calls.Count} calls, not {wanted.Count}");
            string? problem = wanted.Count == 1 ? Problem(declared, wanted[0], read.Calls[0]) : Unmatched(declared, wanted, read.Calls);
            return problem is null ? Judgement.Correct(shown) : Judgement.Wrong(shown, problem);
        }
        catch (InvalidOperationException)
        {
            return Judgement.Unscorable("a string is not valid Unicode text");
        }
    }

    private static Dictionary<string, JsonElement>? Declarations(JsonElement functions)
    {
        if (functions.ValueKind is not (JsonValueKind.Array or JsonValueKind.Object)) return null;
        var declared = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (JsonElement item in functions.ValueKind == JsonValueKind.Object ? [functions] : functions.EnumerateArray().ToArray())
        {
            if (item.ValueKind != JsonValueKind.Object) return null;
            JsonElement function = item.TryGetProperty("function", out JsonElement inner) && inner.ValueKind == JsonValueKind.Object ? inner : item;
            if (!function.TryGetProperty("name", out JsonElement name) || name.ValueKind != JsonValueKind.String) return null;
            declared[Underscored(name.GetString()!)] = function;
        }
        return declared;
    }

    private static List<FunctionCall>? Expectations(JsonElement expected)
    {
        if (expected.ValueKind == JsonValueKind.Null) return [];
        ReadCalls read = CallReader.Read(expected);
        return read.Error is null && read.Calls.Count <= MaxCalls && expected.ValueKind is JsonValueKind.Array or JsonValueKind.Object ? [.. read.Calls] : null;
    }

    /// <summary>A perfect matching by augmenting paths: taking the first fit for each could leave two similar calls crossed.</summary>
    private static string? Unmatched(Dictionary<string, JsonElement> declared, List<FunctionCall> wanted, IReadOnlyList<FunctionCall> calls)
    {
        bool[][] fits = [.. wanted.Select(expected => calls.Select(call => Problem(declared, expected, call) is null).ToArray())];
        var matchedBy = new int[calls.Count];
        Array.Fill(matchedBy, -1);
        for (int i = 0; i < wanted.Count; i++)
            if (!Augment(i, new bool[calls.Count])) return $"no call fits the expected {wanted[i].Name}";
        return null;

        bool Augment(int expected, bool[] visited)
        {
            for (int i = 0; i < calls.Count; i++)
            {
                if (visited[i] || !fits[expected][i]) continue;
                visited[i] = true;
                if (matchedBy[i] >= 0 && !Augment(matchedBy[i], visited)) continue;
                matchedBy[i] = expected;
                return true;
            }
            return false;
        }
    }

    /// <summary>What is wrong with a call, or null. Some API names forbid periods, so <c>a.b</c> and <c>a_b</c> are one name.</summary>
    private static string? Problem(Dictionary<string, JsonElement> declared, FunctionCall wanted, FunctionCall call)
    {
        string name = Underscored(call.Name);
        if (name != Underscored(wanted.Name)) return $"calls {call.Name}, not {wanted.Name}";
        if (!declared.TryGetValue(name, out JsonElement function)) return $"{call.Name} is not among the functions";
        JsonElement properties = default, required = default;
        if (function.TryGetProperty("parameters", out JsonElement parameters) && parameters.ValueKind == JsonValueKind.Object)
        {
            parameters.TryGetProperty("properties", out properties);
            parameters.TryGetProperty("required", out required);
        }
        if (required.ValueKind == JsonValueKind.Array)
            foreach (JsonElement each in required.EnumerateArray())
                if (each.ValueKind == JsonValueKind.String && !call.Arguments.TryGetProperty(each.GetString()!, out _)) return $"lacks the required argument {each.GetString()}";
        foreach (JsonProperty argument in call.Arguments.EnumerateObject())
        {
            if (properties.ValueKind != JsonValueKind.Object || !properties.TryGetProperty(argument.Name, out JsonElement declaration)) return $"has an unknown argument {argument.Name}";
            if (!wanted.Arguments.TryGetProperty(argument.Name, out JsonElement possible)) return $"has an argument that is not expected: {argument.Name}";
            if (!ParameterTypes.Fits(declaration, possible, argument.Value)) return $"{argument.Name} has the wrong type";
            if (!AcceptedValues.Accepts(possible, argument.Value)) return $"{argument.Name} has the wrong value";
        }
        foreach (JsonProperty expected in wanted.Arguments.EnumerateObject())
            if (!call.Arguments.TryGetProperty(expected.Name, out _) && !AcceptedValues.MayBeMissing(expected.Value)) return $"lacks the argument {expected.Name}";
        return null;
    }

    private static string Underscored(string name) => name.Replace('.', '_');
}
