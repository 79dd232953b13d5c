using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Aha.Data.Conversations;

/// <summary>Writes conversations as <c>messages</c> rows, which <see cref="ConversationFile"/> and others read.</summary>
public static class ConversationWriter
{
    /// <summary>Text stays readable: these are files, never markup.</summary>
    public static JsonSerializerOptions Json { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>One line without its end.</summary>
    public static string Line(Conversation conversation)
    {
        var messages = new JsonArray();
        foreach (Turn turn in conversation.Turns)
        {
            var message = new JsonObject { ["role"] = turn.Speaker.ToString().ToLowerInvariant(), ["content"] = turn.Text };
            if (turn is { Speaker: Speaker.Assistant, Learned: false })
            {
                message["weight"] = 0;
            }

            messages.Add(message);
        }

        return new JsonObject { ["messages"] = messages, ["source"] = conversation.Where }.ToJsonString(Json);
    }
}
