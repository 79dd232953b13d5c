using System.Text.Json;
using System.Text.Json.Nodes;
using Aha.Tasks.Countdown;
using Aha.Verification.Answers;
using Aha.Verification.Grading;

namespace Aha.Tasks.Files;

/// <summary>
/// Reads problems from JSONL. A row is one of
/// <list type="bullet">
/// <item><c>{"prompt", "verifier"?, "id"?}</c> and the fields of its verifier (<see cref="AnswerVerifiers"/>), mostly <c>"answer"</c>: a user's own problem;</item>
/// <item><c>{"numbers": [...], "target": n}</c>: a countdown;</item>
/// <item><c>{"dataset": "countdown", "metadata": {"numbers", "target"}}</c>: a countdown of reasoning-gym; its other kinds are passed over;</item>
/// <item><c>{"Puzzles": "1 1 4 6"}</c>: game of 24;</item>
/// <item><c>{"question", "answer"}</c> or <c>{"problem", "answer"}</c> without a prompt: GSM8K, whose answers end in <c>#### 18</c>, MATH-500, AIME and the like, judged as mathematics.</item>
/// </list>
/// </summary>
public static class ProblemFile
{
    private const string FinalAnswer = "####";
    private static readonly string[] s_questions = ["question", "problem"];

    /// <param name="verifier">The rule for rows that name none.</param>
    /// <exception cref="TaskException">The file cannot be read, holds no problem, or a line is malformed: the message names file and line.</exception>
    public static IReadOnlyList<Problem> Load(string path, string verifier, CountdownWording wording) =>
        JsonLines.Load(path, "problem", (text, line) => Read(text, $"{path}:{line}", verifier, wording));

    private static Problem? Read(string text, string where, string verifier, CountdownWording wording)
    {
        JsonElement row;
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            row = document.RootElement.Clone();
        }
        catch (JsonException e)
        {
            throw new TaskException($"{where}: not a JSON object: {e.Message}", e);
        }

        if (row.ValueKind != JsonValueKind.Object)
        {
            throw new TaskException($"{where}: a {row.ValueKind} stands where a JSON object was expected");
        }

        if (row.TryGetProperty("Puzzles", out JsonElement puzzle))
        {
            return Countdown(Split(puzzle, where), 24, wording);
        }

        if (row.TryGetProperty("dataset", out JsonElement dataset) && row.TryGetProperty("metadata", out JsonElement metadata))
        {
            return dataset.ValueEquals("countdown") ? Countdown(Numbers(metadata, where), Target(metadata, where), wording) : null;
        }

        if (row.TryGetProperty("numbers", out _) && row.TryGetProperty("target", out _) && !row.TryGetProperty("prompt", out _))
        {
            return Countdown(Numbers(row, where), Target(row, where), wording);
        }

        return !row.TryGetProperty("prompt", out _) && s_questions.FirstOrDefault(key => row.TryGetProperty(key, out _)) is { } question
            ? Own(Mathematics(row, question, where), where, "math")
            : Own(row, where, verifier);
    }

    // As a row of our own: the question is the prompt, and the gold what stands behind GSM8K's last ####, its comma of thousands left out.
    private static JsonElement Mathematics(JsonElement row, string question, string where)
    {
        JsonObject own = JsonObject.Create(row)!;
        own["prompt"] = Text(row, question, where);
        string answer = Text(row, "answer", where);
        int gold = answer.LastIndexOf(FinalAnswer, StringComparison.Ordinal);
        own["answer"] = gold < 0 ? answer : answer[(gold + FinalAnswer.Length)..].Trim().Replace(",", "", StringComparison.Ordinal);
        return JsonSerializer.SerializeToElement(own);
    }

    private static FileProblem Own(JsonElement row, string where, string verifier)
    {
        string prompt = Text(row, "prompt", where);
        string rule = row.TryGetProperty("verifier", out JsonElement named) ? named.ToString() : verifier;
        string id = row.TryGetProperty("id", out JsonElement given) ? given.ToString() : $"{Path.GetFileName(where)}";
        string? gold = row.TryGetProperty("answer", out JsonElement answer) && answer.ValueKind is JsonValueKind.String or JsonValueKind.Number ? answer.ToString() : null;
        try
        {
            return new FileProblem(id, prompt, gold, AnswerVerifiers.Create(rule, row, () => CodeSandbox.Verifier(where)));
        }
        catch (GradeInputException e)
        {
            throw new TaskException($"{where}: {e.Message}", e);
        }
    }

    private static CountdownProblem Countdown(int[] numbers, int target, CountdownWording wording) => CountdownProblem.Create(numbers, target, wording);

    private static string Text(JsonElement row, string key, string where)
    {
        if (!row.TryGetProperty(key, out JsonElement value))
        {
            throw new TaskException($"{where}: the line has no \"{key}\"");
        }

        return value.ValueKind switch
        {
            JsonValueKind.String => value.GetString()!,
            JsonValueKind.Number => value.GetRawText(),
            _ => throw new TaskException($"{where}: \"{key}\" must be a text or a number"),
        };
    }

    private static int[] Split(JsonElement puzzle, string where)
    {
        string[] parts = puzzle.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return parts.Length > 0 && Array.TrueForAll(parts, p => int.TryParse(p, out _))
            ? [.. parts.Select(int.Parse)]
            : throw new TaskException($"{where}: \"Puzzles\" must be numbers separated by blanks");
    }

    private static int[] Numbers(JsonElement row, string where)
    {
        if (row.TryGetProperty("numbers", out JsonElement list) && list.ValueKind == JsonValueKind.Array && list.GetArrayLength() is > 0 and <= 64)
        {
            int[] numbers = [.. list.EnumerateArray().Select(n => n.ValueKind == JsonValueKind.Number && n.TryGetInt32(out int value) ? value : -1)];
            if (Array.TrueForAll(numbers, n => n >= 0))
            {
                return numbers;
            }
        }

        throw new TaskException($"{where}: \"numbers\" must be a list of 1 to 64 whole numbers, none negative");
    }

    private static int Target(JsonElement row, string where) =>
        row.TryGetProperty("target", out JsonElement target) && target.ValueKind == JsonValueKind.Number && target.TryGetInt32(out int value)
            ? value
            : throw new TaskException($"{where}: \"target\" must be a whole number");
}
