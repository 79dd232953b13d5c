using System.Text.Json;
using Aha.Verification.Instructions;

namespace Aha.Verification.Grading;

/// <summary><c>aha grade ifeval</c>: the official row with a response to <c>strict</c>, <c>loose</c> (one boolean per instruction), <c>prompt_strict</c> and <c>prompt_loose</c>.</summary>
public sealed class InstructionGrader : ILineGrader
{
    public string Kind => "ifeval";

    public void Grade(JsonElement input, Utf8JsonWriter output)
    {
        IReadOnlyList<(string, JsonElement)> instructions = Instructions(input);
        string response = InputField.Text(input, "response");
        bool[] strict = Followed(instructions, response, strictly: true), loose = Followed(instructions, response, strictly: false);
        Write(output, "strict", strict);
        Write(output, "loose", loose);
        output.WriteBoolean("prompt_strict", Array.TrueForAll(strict, followed => followed));
        output.WriteBoolean("prompt_loose", Array.TrueForAll(loose, followed => followed));
    }

    /// <summary>The instructions of a row with their arguments.</summary>
    internal static IReadOnlyList<(string Id, JsonElement Arguments)> Instructions(JsonElement input)
    {
        IReadOnlyList<string> ids = InputField.Texts(InputField.Required(input, "instruction_id_list"), "instruction_id_list");
        JsonElement list = InputField.Required(input, "kwargs");
        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() != ids.Count)
            throw new GradeInputException($"the field 'kwargs' must be an array of {ids.Count} objects, one per instruction");
        return [.. ids.Select((id, i) => (id, list[i]))];
    }

    /// <summary>Which of the instructions the response follows.</summary>
    /// <exception cref="GradeInputException">An instruction is unknown, or an argument of it cannot be used.</exception>
    internal static bool[] Followed(IReadOnlyList<(string Id, JsonElement Arguments)> instructions, string response, bool strictly)
    {
        try
        {
            return [.. instructions.Select(each => strictly
                ? InstructionChecks.FollowsStrictly(each.Id, each.Arguments, response)
                : InstructionChecks.FollowsLoosely(each.Id, each.Arguments, response))];
        }
        catch (InstructionArgumentException error)
        {
            throw new GradeInputException(error.Message);
        }
    }

    private static void Write(Utf8JsonWriter output, string name, bool[] values)
    {
        output.WriteStartArray(name);
        foreach (bool value in values) output.WriteBooleanValue(value);
        output.WriteEndArray();
    }
}
