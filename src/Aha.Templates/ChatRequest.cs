using System.Text.Json;
using System.Text.Json.Nodes;

namespace Aha.Templates;

/// <summary>A message of a conversation.</summary>
/// <param name="Role"><c>system</c>, <c>user</c>, <c>assistant</c> or <c>tool</c>.</param>
public sealed record ChatMessage(string Role, string Content);

/// <summary>A conversation to render, and what else its template may ask for.</summary>
public sealed record ChatRequest
{
    /// <summary>The messages, as JSON: objects with <c>role</c>, <c>content</c>, perhaps <c>tool_calls</c> and more. A <c>content</c> of null counts as absent.</summary>
    public JsonElement Messages { get; private init; }

    /// <summary>The tools on offer, as JSON schemas of functions; null for none.</summary>
    public JsonElement? Tools { get; init; }

    /// <summary>Whether the text ends where the assistant's answer begins.</summary>
    public bool AddGenerationPrompt { get; init; }

    /// <summary>Further variables, for example <c>enable_thinking</c>. They come before special tokens of the same name.</summary>
    public IReadOnlyDictionary<string, JsonElement> Variables { get; init; } = new Dictionary<string, JsonElement>();

    private ChatRequest()
    {
    }

    /// <summary>A conversation of plain messages.</summary>
    public static ChatRequest Of(params IEnumerable<ChatMessage> messages) =>
        new() { Messages = JsonSerializer.SerializeToElement(messages.Select(m => new { role = m.Role, content = m.Content })) };

    /// <summary>A conversation as JSON.</summary>
    /// <exception cref="TemplateException">It is not a list of objects.</exception>
    public static ChatRequest Of(JsonElement messages)
    {
        if (messages.ValueKind != JsonValueKind.Array || messages.EnumerateArray().Any(m => m.ValueKind != JsonValueKind.Object))
        {
            throw new TemplateException("\"messages\" must be a list of objects with \"role\" and \"content\"");
        }

        return new ChatRequest { Messages = WithoutEmptyContent(messages) };
    }

    /// <summary>A whole request: <c>{"messages", "tools"?, "add_generation_prompt"?, ...}</c>; every further key is a variable.</summary>
    /// <exception cref="TemplateException">It is not an object, or lacks messages.</exception>
    public static ChatRequest FromJson(JsonElement row)
    {
        if (row.ValueKind != JsonValueKind.Object || !row.TryGetProperty("messages", out JsonElement messages))
        {
            throw new TemplateException("a row must be an object with \"messages\"");
        }

        bool prompt = false;
        if (row.TryGetProperty("add_generation_prompt", out JsonElement add))
        {
            prompt = add.ValueKind is JsonValueKind.True or JsonValueKind.False ? add.GetBoolean() : throw new TemplateException("\"add_generation_prompt\" must be true or false");
        }

        return Of(messages) with
        {
            Tools = row.TryGetProperty("tools", out JsonElement tools) && tools.ValueKind != JsonValueKind.Null ? tools : null,
            AddGenerationPrompt = prompt,
            Variables = row.EnumerateObject().Where(p => p.Name is not ("messages" or "tools" or "add_generation_prompt")).ToDictionary(p => p.Name, p => p.Value),
        };
    }

    // As transformers does: templates test for a missing content, and would print a null one as "None".
    private static JsonElement WithoutEmptyContent(JsonElement messages)
    {
        if (!messages.EnumerateArray().Any(IsEmpty))
        {
            return messages;
        }

        var copy = new JsonArray();
        foreach (JsonElement message in messages.EnumerateArray())
        {
            JsonNode node = JsonNode.Parse(message.GetRawText())!;
            if (IsEmpty(message))
            {
                node.AsObject().Remove("content");
            }

            copy.Add(node);
        }

        return JsonSerializer.SerializeToElement(copy);
    }

    private static bool IsEmpty(JsonElement message) => message.TryGetProperty("content", out JsonElement content) && content.ValueKind == JsonValueKind.Null;
}
