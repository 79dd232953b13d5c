using System.Text.Json;
using Aha.Verification.Choice;

namespace Aha.Verification.Grading;

/// <summary><c>aha grade choice</c>: <c>{"response", "gold", "choices"?, "rules"?}</c> to verdict and <c>answer</c>. The gold is a letter, an option's text or a 0-based index; the rules are <c>explicit</c>, <c>mmlu_pro</c> or <c>mmlu_pro_first</c>.</summary>
public sealed class ChoiceGrader : ILineGrader
{
    public string Kind => "choice";

    public void Grade(JsonElement input, Utf8JsonWriter output)
    {
        string response = InputField.Text(input, "response");
        Judgement judgement = ChoiceVerifier.Judge(response, Gold(InputField.Required(input, "gold"), "gold"), Choices(input), Rules(input));
        output.WriteVerdict(judgement.Verdict);
        output.WriteString("answer", judgement.Answer);
        output.WriteReason(judgement.Reason);
    }

    internal static IReadOnlyList<string>? Choices(JsonElement input) => InputField.Optional(input, "choices") is { } list ? InputField.Texts(list, "choices") : null;

    internal static ChoiceRules Rules(JsonElement input) => InputField.Optional(input, "rules") is not { } rules ? ChoiceRules.Explicit : InputField.TextOf(rules, "the field 'rules'") switch
    {
        "explicit" => ChoiceRules.Explicit,
        "mmlu_pro" => ChoiceRules.MmluPro,
        "mmlu_pro_first" => ChoiceRules.MmluProFirstRule,
        var other => throw new GradeInputException($"the field 'rules' must be explicit, mmlu_pro or mmlu_pro_first, not '{other}'"),
    };

    internal static string Gold(JsonElement gold, string name)
    {
        if (gold.ValueKind != JsonValueKind.Number) return InputField.TextOf(gold, $"the field '{name}'");
        long index = InputField.Integer(gold, $"the field '{name}'");
        return index is >= 0 and < 26 ? ((char)('A' + index)).ToString() : throw new GradeInputException($"the field '{name}' is no index of an option: {index}");
    }
}
