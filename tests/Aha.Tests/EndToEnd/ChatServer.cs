using Microsoft.AspNetCore.Http;

namespace Aha.Tests.EndToEnd;

/// <summary>A real HTTP server on this machine that answers chat completions.</summary>
internal sealed class ChatServer : IDisposable
{
    private readonly LoopbackServer _server;
    private readonly Lock _lock = new();
    private int _requests;

    /// <param name="answer">From the request's message to the reply; asked for one at a time.</param>
    public ChatServer(Func<string, string> answer)
    {
        _server = new LoopbackServer(async context =>
        {
            string message = await ChatCompletions.MessageOfAsync(context.Request);
            string content;
            lock (_lock)
            {
                _requests++;
                content = answer(message);
            }

            await context.Response.WriteAsync(ChatCompletions.Reply(content));
        });
        Url = new Uri(_server.Root, "v1").AbsoluteUri;
    }

    public string Url { get; }

    public int Requests => Volatile.Read(ref _requests);

    public void Dispose() => _server.Dispose();
}
