using System.Text.Json;
using Aha.Verification.Choice;
using Aha.Verification.Countdown;
using Aha.Verification.FunctionCalls;
using Aha.Verification.Grading;
using Aha.Verification.Json;
using Aha.Verification.Text;

namespace Aha.Verification.Answers;

/// <summary>Answers with a form of their own: a letter, an expression, JSON, calls, a text that keeps instructions.</summary>
internal static class StructuredRules
{
    internal static AnswerVerifier Choice(JsonElement row)
    {
        string gold = ChoiceGrader.Gold(InputField.Required(row, "answer"), "answer");
        IReadOnlyList<string>? choices = ChoiceGrader.Choices(row);
        ChoiceRules rules = ChoiceGrader.Rules(row);
        return new(completion => ChoiceVerifier.Judge(completion, gold, choices, rules))
        {
            VoteOf = completion => ChoiceVerifier.Judge(completion, gold, choices, rules).Answer,
        };
    }

    internal static AnswerVerifier Countdown(JsonElement row)
    {
        (int[] numbers, long target) = CountdownGrader.Problem(row);
        return new(completion => CountdownVerifier.Default.Judge(numbers, target, completion))
        {
            // Different expressions with one value are one answer.
            VoteOf = completion => CountdownVerifier.Default.EvaluateCompletion(numbers, target, completion) is var result && result.Judgement.Verdict == Verdict.Correct
                ? result.Value
                : result.Judgement.Answer,
        };
    }

    internal static AnswerVerifier Json(JsonElement row)
    {
        JsonElement schema = InputField.Required(row, "schema");
        return new(completion =>
        {
            SchemaResult result = SchemaValidator.ValidateText(schema, completion);
            string answer = AnswerSpan.Of(completion).ToString();
            return result.Verdict switch
            {
                Verdict.Correct => Judgement.Correct(answer),
                Verdict.Wrong => Judgement.Wrong(answer, string.Join("; ", result.Errors)),
                _ => Judgement.Unscorable(string.Join("; ", result.Errors)),
            };
        });
    }

    internal static AnswerVerifier FunctionCall(JsonElement row)
    {
        JsonElement functions = InputField.Required(row, "functions"), expected = InputField.Required(row, "expected");
        return new(completion => FunctionCallVerifier.Judge(functions, expected, completion));
    }

    internal static AnswerVerifier Instructions(JsonElement row)
    {
        IReadOnlyList<(string Id, JsonElement Arguments)> instructions = InstructionGrader.Instructions(row);
        // An argument that cannot be used shows here, not in the middle of a run.
        _ = InstructionGrader.Followed(instructions, "", strictly: true);
        return new(completion =>
        {
            string response = AnswerSpan.AfterThought(completion).Trim().ToString();
            bool[] followed = InstructionGrader.Followed(instructions, response, strictly: true);
            int missed = Array.IndexOf(followed, false);
            return missed < 0 ? Judgement.Correct() : Judgement.Wrong(null, $"does not follow {instructions[missed].Id}");
        });
    }
}
