using System.Text.Json;

namespace Aha.Verification.Instructions;

/// <summary>An instruction's arguments could not be used: names the argument and what was expected.</summary>
public sealed class InstructionArgumentException(string message) : Exception(message);

/// <summary>The <c>kwargs</c> object of one instruction.</summary>
internal readonly struct InstructionArguments(string id, JsonElement arguments)
{
    internal int Integer(string name)
    {
        JsonElement value = Value(name);
        if (value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && Math.Abs(number) < 1e9 && Math.Floor(number) == number) return (int)number;
        throw Bad(name, "an integer");
    }

    internal string Text(string name) => TextOf(name, Value(name));

    /// <summary>An array of strings. A Python set written as text, <c>{'a', 'b'}</c>, is read too: the published unit cases have one.</summary>
    internal IReadOnlyList<string> Texts(string name)
    {
        JsonElement value = Value(name);
        string self = name;
        InstructionArguments arguments = this;
        if (value.ValueKind == JsonValueKind.Array) return [.. value.EnumerateArray().Select(item => arguments.TextOf(self, item))];
        string text = TextOf(name, value);
        return text.StartsWith("{'", StringComparison.Ordinal) && text.EndsWith("'}", StringComparison.Ordinal) ? text[2..^2].Split("', '") : [text];
    }

    /// <summary>Whether the count keeps the relation named by one argument to the number in another: <c>less than</c> or <c>at least</c>.</summary>
    internal bool Holds(int count, string relation, string number) => Text(relation) switch
    {
        "less than" => count < Integer(number),
        "at least" => count >= Integer(number),
        _ => throw Bad(relation, "'less than' or 'at least'"),
    };

    private JsonElement Value(string name)
    {
        try
        {
            if (arguments.ValueKind == JsonValueKind.Object && arguments.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null) return value;
        }
        catch (InvalidOperationException)
        {
            throw new InstructionArgumentException($"{id}: the name of an argument is not valid Unicode text");
        }
        throw new InstructionArgumentException($"{id}: the argument '{name}' is missing");
    }

    private string TextOf(string name, JsonElement value)
    {
        try
        {
            if (value.ValueKind == JsonValueKind.String) return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // A lone surrogate escape cannot be transcoded.
        }
        throw Bad(name, "text");
    }

    private InstructionArgumentException Bad(string name, string expected) => new($"{id}: the argument '{name}' must be {expected}");
}
