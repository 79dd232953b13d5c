using System.Net;
using System.Text;
using System.Text.Json;

namespace Aha.Verification.Tests.Graders;

/// <summary>A real HTTP server on this machine that speaks just enough of the chat-completions protocol.</summary>
internal sealed class JudgeServer : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly CancellationTokenSource _stop = new();
    private int _underWay;

    /// <param name="answer">Message and authorization of a request to status and body; a null body never comes.</param>
    public JudgeServer(Func<string, string?, CancellationToken, Task<(int Status, string? Body)>> answer)
    {
        // A port may be taken between being found free and being used.
        for (int tries = 0; ; tries++)
        {
            int port = 20_000 + Random.Shared.Next(20_000);
            _listener.Prefixes.Clear();
            _listener.Prefixes.Add($"http://127.0.0.1:{port}/");
            try
            {
                _listener.Start();
                Url = new Uri($"http://127.0.0.1:{port}/v1");
                break;
            }
            catch (HttpListenerException) when (tries < 20)
            {
            }
        }

        _ = Task.Run(() => ServeAsync(answer));
    }

    public Uri Url { get; }

    public int Requests { get; private set; }

    public int MostAtOnce { get; private set; }

    public static string Completion(string content) => JsonSerializer.Serialize(new { choices = new[] { new { message = new { role = "assistant", content } } } });

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Close();
    }

    private async Task ServeAsync(Func<string, string?, CancellationToken, Task<(int, string?)>> answer)
    {
        while (!_stop.IsCancellationRequested)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            _ = Task.Run(() => AnswerAsync(context, answer));
        }
    }

    private async Task AnswerAsync(HttpListenerContext context, Func<string, string?, CancellationToken, Task<(int Status, string? Body)>> answer)
    {
        lock (_listener) (Requests, MostAtOnce) = (Requests + 1, Math.Max(MostAtOnce, ++_underWay));
        try
        {
            using JsonDocument request = await JsonDocument.ParseAsync(context.Request.InputStream);
            string message = request.RootElement.GetProperty("messages")[0].GetProperty("content").GetString()!;
            (int status, string? body) = await answer(message, context.Request.Headers["Authorization"], _stop.Token);
            if (body is null) await Task.Delay(Timeout.Infinite, _stop.Token);
            context.Response.StatusCode = status;
            await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(body!));
            context.Response.Close();
        }
        catch (Exception e) when (e is OperationCanceledException or HttpListenerException or ObjectDisposedException or IOException)
        {
        }
        finally
        {
            lock (_listener) _underWay--;
        }
    }
}
