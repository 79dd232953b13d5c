using System.Net;
using System.Text;
using System.Text.Json;

namespace Aha.Tests.EndToEnd;

/// <summary>A real HTTP server on this machine that answers chat completions.</summary>
internal sealed class ChatServer : IDisposable
{
    private readonly HttpListener _listener = new();

    /// <param name="answer">From the request's message to the reply; asked for one at a time.</param>
    public ChatServer(Func<string, string> answer)
    {
        // A port may be taken between being found free and being used.
        for (int tries = 0; Url.Length == 0; tries++)
        {
            string root = $"http://127.0.0.1:{20_000 + Random.Shared.Next(20_000)}";
            _listener.Prefixes.Clear();
            _listener.Prefixes.Add(root + "/");
            try
            {
                _listener.Start();
                Url = root + "/v1";
            }
            catch (HttpListenerException) when (tries < 20)
            {
            }
        }

        _ = Task.Run(async () =>
        {
            while (_listener.IsListening)
            {
                HttpListenerContext context = await _listener.GetContextAsync();
                using JsonDocument request = await JsonDocument.ParseAsync(context.Request.InputStream);
                string message = request.RootElement.GetProperty("messages")[0].GetProperty("content").GetString()!;
                string body = JsonSerializer.Serialize(new { choices = new[] { new { message = new { content = answer(message) } } } });
                Requests++;
                await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(body));
                context.Response.Close();
            }
        });
    }

    public string Url { get; } = "";

    public int Requests { get; private set; }

    public void Dispose() => _listener.Close();
}
