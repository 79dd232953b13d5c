using System.Text.Json;

namespace Aha.Data.Conversations;

/// <summary>
/// Reads one row of chat data. Its shape is known by its keys:
/// <list type="bullet">
/// <item><c>messages</c>, a list of <c>{"role", "content"}</c> (OpenAI, TRL); an assistant's <c>reasoning_content</c> goes before its content in
/// <c>&lt;think&gt;</c> tags; <c>"weight": 0</c> exempts a turn from the loss;</item>
/// <item><c>conversations</c>, a list of <c>{"from", "value"}</c> (ShareGPT), with an optional <c>system</c> beside it;</item>
/// <item><c>prompt</c> and <c>completion</c>, texts or lists of messages (TRL): only the completion is learned;</item>
/// <item>a question (<c>prompt</c>, <c>question</c>, <c>problem</c>, or <c>instruction</c> with an optional <c>input</c>) and an answer
/// (<c>completion</c>, <c>response</c>, <c>output</c>, <c>message_content</c>), with an optional <c>reasoning</c>, <c>reasoning_content</c> or
/// <c>message_thinking</c> that goes before it in tags.</item>
/// </list>
/// A row with an answer of its own kind may carry further keys; they are ignored.
/// </summary>
internal static class ConversationRow
{
    private static readonly string[] s_questions = ["prompt", "question", "problem", "instruction"];
    private static readonly string[] s_answers = ["completion", "response", "output", "message_content"];
    private static readonly string[] s_reasoning = ["reasoning_content", "reasoning", "message_thinking", "thinking"];

    /// <exception cref="DataFileException">The row has none of the shapes, or a part of it is malformed.</exception>
    public static Conversation Read(JsonElement row, string where)
    {
        if (row.ValueKind != JsonValueKind.Object)
        {
            throw new DataFileException($"{where}: a {row.ValueKind} stands where a JSON object was expected");
        }

        List<Turn> turns;
        try
        {
            turns = Turns(row, where);
        }
        catch (InvalidOperationException e)
        {
            // What the reader throws for an escape of half a character, in a key or a value.
            throw new DataFileException($"{where}: holds a text that is no valid Unicode", e);
        }

        return turns.Any(t => t.Learned)
            ? new Conversation(where, turns)
            : throw new DataFileException($"{where}: no assistant turn to learn from");
    }

    private static List<Turn> Turns(JsonElement row, string where)
    {
        if (Has(row, "messages", out JsonElement messages))
        {
            return Messages(messages, "messages", where);
        }

        if (Has(row, "conversations", out JsonElement conversations))
        {
            List<Turn> turns = Messages(conversations, "conversations", where);
            return Has(row, "system", out JsonElement system) && Text(system, "system", where) is { Length: > 0 } text ? [new Turn(Speaker.System, text), .. turns] : turns;
        }

        string? question = Array.Find(s_questions, key => Has(row, key, out _)), answer = Array.Find(s_answers, key => Has(row, key, out _));
        if (question is null || answer is null)
        {
            string missing = question is null ? $"a question ({string.Join(", ", s_questions)})" : $"an answer ({string.Join(", ", s_answers)})";
            throw new DataFileException($"{where}: the row holds neither messages nor conversations, nor {missing}; its keys are {Keys(row)}");
        }

        JsonElement asked = row.GetProperty(question), said = row.GetProperty(answer);
        List<Turn> before = asked.ValueKind == JsonValueKind.Array
            ? [.. Messages(asked, question, where).Select(t => t with { Learned = false })]
            : [new Turn(Speaker.User, WithInput(row, Text(asked, question, where), where))];
        return said.ValueKind == JsonValueKind.Array
            ? [.. before, .. Messages(said, answer, where)]
            : [.. before, new Turn(Speaker.Assistant, WithReasoning(row, Text(said, answer, where), where), Learned: true)];
    }

    private static List<Turn> Messages(JsonElement list, string key, string where)
    {
        if (list.ValueKind != JsonValueKind.Array)
        {
            throw new DataFileException($"{where}: \"{key}\" must be a list of messages");
        }

        var turns = new List<Turn>();
        foreach (JsonElement message in list.EnumerateArray())
        {
            turns.Add(Message(message, $"{where}: {key}[{turns.Count}]"));
        }

        return turns;
    }

    private static Turn Message(JsonElement message, string where)
    {
        if (message.ValueKind != JsonValueKind.Object)
        {
            throw new DataFileException($"{where} must be an object with role and content");
        }

        if (Has(message, "tool_calls", out JsonElement calls) && calls.ValueKind == JsonValueKind.Array && calls.GetArrayLength() > 0)
        {
            throw new DataFileException($"{where} calls tools; conversations with tool calls cannot be trained on");
        }

        string roleKey = Has(message, "role", out JsonElement role) ? "role" : Has(message, "from", out role) ? "from" : throw new DataFileException($"{where} has no \"role\"");
        string textKey = Has(message, "content", out JsonElement content) ? "content" : Has(message, "value", out content) ? "value" : throw new DataFileException($"{where} has no \"content\"");
        Speaker speaker = SpeakerOf(Text(role, roleKey, where), where);
        string text = Text(content, textKey, where);
        return speaker == Speaker.Assistant ? new Turn(speaker, WithReasoning(message, text, where), Learned: Weight(message, where)) : new Turn(speaker, text);
    }

    private static Speaker SpeakerOf(string role, string where) => role switch
    {
        "system" or "developer" => Speaker.System,
        "user" or "human" => Speaker.User,
        "assistant" or "gpt" or "model" or "bot" => Speaker.Assistant,
        "tool" or "function" or "observation" => Speaker.Tool,
        _ => throw new DataFileException($"{where}: unknown role '{role}'; known are system, user, assistant, tool (ShareGPT: human, gpt)"),
    };

    private static bool Weight(JsonElement message, string where) => !Has(message, "weight", out JsonElement weight)
        || (weight.ValueKind == JsonValueKind.Number && weight.TryGetDouble(out double value) && value is 0 or 1
            ? value == 1
            : throw new DataFileException($"{where}: \"weight\" must be 0 or 1"));

    private static string WithInput(JsonElement row, string instruction, string where) =>
        Has(row, "instruction", out _) && Has(row, "input", out JsonElement input) && Text(input, "input", where) is { Length: > 0 } text ? $"{instruction}\n\n{text}" : instruction;

    // As R1 writes it.
    private static string WithReasoning(JsonElement row, string answer, string where) =>
        Array.Find(s_reasoning, key => Has(row, key, out _)) is { } key && Text(row.GetProperty(key), key, where) is { Length: > 0 } thought
            ? $"<think>\n{thought.Trim()}\n</think>\n\n{answer}"
            : answer;

    // A text, or OpenAI's list of parts that are all texts.
    private static string Text(JsonElement value, string key, string where)
    {
        if (value.ValueKind == JsonValueKind.Array)
        {
            return string.Concat(value.EnumerateArray().Select(part => part.ValueKind == JsonValueKind.Object && part.TryGetProperty("text", out JsonElement text)
                ? Text(text, key, where)
                : throw new DataFileException($"{where}: \"{key}\" has a part that is no text")));
        }

        return value.ValueKind == JsonValueKind.String ? value.GetString()! : throw new DataFileException($"{where}: \"{key}\" must be a text, not a {value.ValueKind}");
    }

    // Absent and null are one: exported tables write a null for every column a row lacks.
    private static bool Has(JsonElement row, string key, out JsonElement value) => row.TryGetProperty(key, out value) && value.ValueKind != JsonValueKind.Null;

    private static string Keys(JsonElement row) => row.EnumerateObject().Any() ? string.Join(", ", row.EnumerateObject().Take(12).Select(p => p.Name.ReplaceLineEndings(" "))) : "none";
}
