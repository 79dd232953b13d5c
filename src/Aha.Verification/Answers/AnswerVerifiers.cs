using System.Text.Json;
using Aha.Verification.Code;
using Aha.Verification.Grading;

namespace Aha.Verification.Answers;

/// <summary>
/// The verifiers that a row of a data file can name. Each reads the fields it needs from the row, under the names that <c>aha grade</c> uses:
/// <list type="table">
/// <item><term>exact</term><description><c>answer</c> (one or a list of which any will do): the same text, whatever its case</description></item>
/// <item><term>text</term><description><c>answer</c>, <c>threshold</c>?: the same words; with a threshold (0 to 1) similar ones</description></item>
/// <item><term>number</term><description><c>answer</c>, <c>tolerance</c>?, <c>relative_tolerance</c>? (both 0): a number close enough</description></item>
/// <item><term>math</term><description><c>answer</c>, <c>config</c>?: mathematical equivalence</description></item>
/// <item><term>choice</term><description><c>answer</c> (letter, option or 0-based index), <c>choices</c>?, <c>rules</c>?</description></item>
/// <item><term>countdown</term><description><c>numbers</c>, <c>target</c></description></item>
/// <item><term>json</term><description><c>schema</c></description></item>
/// <item><term>function-call</term><description><c>functions</c>, <c>expected</c></description></item>
/// <item><term>ifeval</term><description><c>instruction_id_list</c>, <c>kwargs</c>: all instructions, strictly</description></item>
/// <item><term>code</term><description><c>language</c>, <c>tests</c> or <c>asserts</c> (with <c>entry_point</c>?, <c>prelude</c>?): the completion's last code block, in the sandbox</description></item>
/// </list>
/// </summary>
public static class AnswerVerifiers
{
    private static readonly Dictionary<string, Func<JsonElement, AnswerVerifier>> s_makers = new(StringComparer.Ordinal)
    {
        ["exact"] = TextRules.Exact,
        ["text"] = TextRules.Words,
        ["number"] = TextRules.Number,
        ["math"] = MathRule.Create,
        ["choice"] = StructuredRules.Choice,
        ["countdown"] = StructuredRules.Countdown,
        ["json"] = StructuredRules.Json,
        ["function-call"] = StructuredRules.FunctionCall,
        ["ifeval"] = StructuredRules.Instructions,
    };

    private const string CodeName = "code";

    /// <summary>The names, sorted.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. s_makers.Keys.Append(CodeName).Order(StringComparer.Ordinal)];

    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="row">The problem's row. It is kept: its document must outlive the verifier (see <see cref="JsonElement.Clone"/>).</param>
    /// <param name="code">The judge of code; called only for rows that need it.</param>
    /// <exception cref="GradeInputException">There is no such verifier, or a field is missing or of the wrong type: the message says which.</exception>
    public static AnswerVerifier Create(string name, JsonElement row, Func<CodeVerifier>? code = null)
    {
        if (name == CodeName) return CodeRule.Create(row, code ?? throw new GradeInputException("the verifier 'code' needs a sandbox, and none was given"));
        return s_makers.TryGetValue(name, out Func<JsonElement, AnswerVerifier>? make)
            ? make(row)
            : throw new GradeInputException($"unknown verifier '{name}'; known are {string.Join(", ", Names)}");
    }

    /// <summary>The row's answers as texts: a string, a number, or a list of them of which any will do.</summary>
    internal static IReadOnlyList<string> Golds(JsonElement row)
    {
        JsonElement answer = InputField.Required(row, "answer");
        if (answer.ValueKind != JsonValueKind.Array) return [Gold(answer)];
        return answer.GetArrayLength() > 0 ? [.. answer.EnumerateArray().Select(Gold)] : throw new GradeInputException("the field 'answer' is an empty list");
    }

    /// <summary>Correct where one of the judgements is, else the first of them.</summary>
    internal static Judgement Any(IEnumerable<Judgement> judgements)
    {
        Judgement? first = null;
        foreach (Judgement judgement in judgements)
        {
            if (judgement.Verdict == Verdict.Correct) return judgement;
            first ??= judgement;
        }
        return first!.Value;
    }

    private static string Gold(JsonElement value) => value.ValueKind == JsonValueKind.Number ? value.GetRawText() : InputField.TextOf(value, "the field 'answer'");
}
