using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Aha.Tests;

/// <summary>Just enough of the chat-completions protocol for a server.</summary>
internal static class ChatCompletions
{
    /// <summary>The first message of a request.</summary>
    public static async Task<string> MessageOfAsync(HttpRequest request)
    {
        using JsonDocument body = await JsonDocument.ParseAsync(request.Body);
        return body.RootElement.GetProperty("messages")[0].GetProperty("content").GetString()!;
    }

    /// <summary>The body of an answer.</summary>
    public static string Reply(string content) => JsonSerializer.Serialize(new { choices = new[] { new { message = new { role = "assistant", content } } } });
}
