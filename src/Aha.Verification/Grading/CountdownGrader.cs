using System.Text.Json;
using Aha.Verification.Countdown;

namespace Aha.Verification.Grading;

/// <summary><c>aha grade countdown</c>: <c>{"numbers", "target", "response"}</c> to verdict, <c>value</c> and reason.</summary>
public sealed class CountdownGrader : ILineGrader
{
    public string Kind => "countdown";

    public void Grade(JsonElement input, Utf8JsonWriter output)
    {
        (int[] numbers, long target) = Problem(input);
        CountdownResult result = CountdownVerifier.Default.EvaluateCompletion(numbers, target, InputField.Text(input, "response"));
        output.WriteVerdict(result.Judgement.Verdict);
        output.WriteString("value", result.Value);
        output.WriteReason(result.Judgement.Reason);
    }

    internal static (int[] Numbers, long Target) Problem(JsonElement input)
    {
        JsonElement list = InputField.Required(input, "numbers");
        if (list.ValueKind != JsonValueKind.Array) throw new GradeInputException($"the field 'numbers' must be an array of integers, not {InputField.Named(list)}");
        int[] numbers = [.. list.EnumerateArray().Select((item, i) => Small(InputField.Integer(item, $"'numbers[{i}]'"), i))];
        return (numbers, InputField.Integer(InputField.Required(input, "target"), "the field 'target'"));
    }

    private static int Small(long number, int at) =>
        number is >= int.MinValue and <= int.MaxValue ? (int)number : throw new GradeInputException($"'numbers[{at}]' is out of range: {number}");
}
