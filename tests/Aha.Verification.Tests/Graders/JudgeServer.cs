using Aha.Tests;
using Microsoft.AspNetCore.Http;

namespace Aha.Verification.Tests.Graders;

/// <summary>A real HTTP server on this machine that speaks just enough of the chat-completions protocol.</summary>
internal sealed class JudgeServer : IDisposable
{
    private readonly LoopbackServer _server;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private int _underWay;

    /// <param name="answer">Message and authorization of a request to status and body; a null body never comes.</param>
    public JudgeServer(Func<string, string?, CancellationToken, Task<(int Status, string? Body)>> answer)
    {
        _server = new LoopbackServer(context => AnswerAsync(context, answer));
        Url = new Uri(_server.Root, "v1");
    }

    public Uri Url { get; }

    public int Requests { get; private set; }

    public int MostAtOnce { get; private set; }

    public void Dispose()
    {
        _stop.Cancel();
        _server.Dispose();
    }

    private async Task AnswerAsync(HttpContext context, Func<string, string?, CancellationToken, Task<(int Status, string? Body)>> answer)
    {
        lock (_lock) (Requests, MostAtOnce) = (Requests + 1, Math.Max(MostAtOnce, ++_underWay));
        try
        {
            string message = await ChatCompletions.MessageOfAsync(context.Request);
            (int status, string? body) = await answer(message, context.Request.Headers.Authorization, _stop.Token);
            if (body is null) await Task.Delay(Timeout.Infinite, _stop.Token);
            context.Response.StatusCode = status;
            await context.Response.WriteAsync(body!, _stop.Token);
        }
        finally
        {
            lock (_lock) _underWay--;
        }
    }
}
