using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Aha.Tests.Hub;

/// <summary>
/// A server on loopback that behaves like the hub: it lists a revision, answers HEAD with hashes, sends large files on to a second server (its delivery network), takes ranges, and
/// misbehaves when told to.
/// </summary>
internal sealed class FakeHub : IDisposable
{
    public const string Commit = "0123456789abcdef0123456789abcdef01234567";

    private readonly HttpListener _hub;
    private readonly HttpListener _delivery;
    private readonly ConcurrentDictionary<string, ConcurrentQueue<Fault>> _faults = new();

    public FakeHub()
    {
        (_hub, Endpoint) = Listen();
        (_delivery, Delivery) = Listen();
        _ = ServeAsync(_hub, AnswerAsync);
        _ = ServeAsync(_delivery, (context, _) => DeliverAsync(context, Uri.UnescapeDataString(context.Request.Url!.AbsolutePath[1..]), isLarge: true));
    }

    /// <summary>How an answer goes wrong.</summary>
    internal sealed record Fault
    {
        public int? Status { get; init; }

        /// <summary>The connection breaks after so many bytes.</summary>
        public int? CutAfter { get; init; }

        /// <summary>Nothing more comes after so many bytes.</summary>
        public int? StallAfter { get; init; }

        public bool WrongBytes { get; init; }

        public bool IgnoresRange { get; init; }
    }

    public Uri Endpoint { get; }

    public Uri Delivery { get; }

    public string Repository { get; init; } = "owner/name";

    public bool IsDataset { get; init; }

    /// <summary>The files: content, and whether the hub keeps it as a large file.</summary>
    public Dictionary<string, (byte[] Content, bool IsLarge)> Files { get; } = [];

    /// <summary>Answers of the interface to whoever has no token: status and error code; null lets everybody in.</summary>
    public (int Status, string Code)? Guard { get; init; }

    public string? Token { get; init; }

    /// <summary>Sizes that the hub claims instead of the real ones.</summary>
    public Dictionary<string, long> ClaimedSizes { get; } = [];

    /// <summary>Requests as they came: method, host, path, range, authorisation.</summary>
    public ConcurrentQueue<(string Method, bool ToDelivery, string Path, string? Range, string? Authorization)> Requests { get; } = new();

    public void Misbehave(string file, params Fault[] faults) => _faults[file] = new ConcurrentQueue<Fault>(faults);

    public void Dispose()
    {
        _hub.Close();
        _delivery.Close();
    }

    private static (HttpListener, Uri) Listen()
    {
        for (int tries = 0; ; tries++)
        {
            using var probe = new TcpListener(IPAddress.Loopback, 0);
            probe.Start();
            int port = ((IPEndPoint)probe.LocalEndpoint).Port;
            probe.Stop();
            var listener = new HttpListener();
            listener.Prefixes.Add($"http://127.0.0.1:{port}/");
            try
            {
                listener.Start();
                return (listener, new Uri($"http://127.0.0.1:{port}/"));
            }
            catch (HttpListenerException) when (tries < 20)
            {
                // Somebody else was quicker to take the port.
            }
        }
    }

    private async Task ServeAsync(HttpListener listener, Func<HttpListenerContext, string, Task> answer)
    {
        while (listener.IsListening)
        {
            HttpListenerContext context;
            try
            {
                context = await listener.GetContextAsync();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            HttpListenerRequest request = context.Request;
            string path = Uri.UnescapeDataString(request.RawUrl![1..].Split('?')[0]);
            Requests.Enqueue((request.HttpMethod, listener == _delivery, path, request.Headers["Range"], request.Headers["Authorization"]));
            _ = Task.Run(async () =>
            {
                try
                {
                    await answer(context, path);
                }
                catch (Exception e) when (e is IOException or HttpListenerException or ObjectDisposedException)
                {
                    // The client has gone.
                }
            });
        }
    }

    private async Task AnswerAsync(HttpListenerContext context, string path)
    {
        string files = (IsDataset ? "datasets/" : "") + Repository;
        string api = (IsDataset ? "api/datasets/" : "api/models/") + Repository;
        if (Guard is { } guard && (Token is null || context.Request.Headers["Authorization"] != $"Bearer {Token}"))
        {
            Refuse(context, guard.Status, guard.Code);
        }
        else if (path.StartsWith(api + "/revision/", StringComparison.Ordinal))
        {
            string revision = path[(api.Length + 10)..];
            if (_faults.TryGetValue("", out ConcurrentQueue<Fault>? faults) && faults.TryDequeue(out Fault? fault))
            {
                Refuse(context, fault.Status!.Value, "");
            }
            else if (revision is not ("main" or "refs/pr/1" or Commit))
            {
                Refuse(context, 404, "RevisionNotFound");
            }
            else
            {
                byte[] body = JsonSerializer.SerializeToUtf8Bytes(new { id = Repository, sha = Commit, siblings = Files.Keys.Select(f => new { rfilename = f }) });
                context.Response.ContentType = "application/json";
                context.Response.ContentLength64 = body.Length;
                await context.Response.OutputStream.WriteAsync(body);
                context.Response.Close();
            }
        }
        else if (path.StartsWith($"{files}/resolve/{Commit}/", StringComparison.Ordinal))
        {
            await ResolveAsync(context, path[$"{files}/resolve/{Commit}/".Length..]);
        }
        else
        {
            Refuse(context, 401, "RepoNotFound");
        }
    }

    private async Task ResolveAsync(HttpListenerContext context, string name)
    {
        if (!Files.TryGetValue(name, out (byte[] Content, bool IsLarge) file))
        {
            Refuse(context, 404, "EntryNotFound");
            return;
        }

        context.Response.Headers["X-Repo-Commit"] = Commit;
        if (!file.IsLarge)
        {
#pragma warning disable CA5350 // Git's own identity of a file, as the hub sends it.
            context.Response.Headers["ETag"] = $"\"{Convert.ToHexStringLower(SHA1.HashData([.. Encoding.ASCII.GetBytes($"blob {file.Content.Length}\0"), .. file.Content]))}\"";
#pragma warning restore CA5350
            await DeliverAsync(context, name, isLarge: false);
            return;
        }

        context.Response.Headers["X-Linked-Etag"] = $"\"{Convert.ToHexStringLower(SHA256.HashData(file.Content))}\"";
        context.Response.Headers["X-Linked-Size"] = ClaimedSizes.GetValueOrDefault(name, file.Content.Length).ToString(CultureInfo.InvariantCulture);
        context.Response.Headers["Location"] = new Uri(Delivery, Uri.EscapeDataString(name)).AbsoluteUri;
        context.Response.StatusCode = 302;
        context.Response.Close();
    }

    private async Task DeliverAsync(HttpListenerContext context, string name, bool isLarge)
    {
        HttpListenerResponse response = context.Response;
        byte[] content = Files[name].Content;
        if (context.Request.HttpMethod == "HEAD")
        {
            response.ContentLength64 = content.Length;
            response.Close();
            return;
        }

        Fault fault = _faults.TryGetValue(name, out ConcurrentQueue<Fault>? faults) && faults.TryDequeue(out Fault? next) ? next : new Fault();
        if (fault.Status is { } status)
        {
            response.Headers["Retry-After"] = "0";
            Refuse(context, status, "");
            return;
        }

        // The delivery network speaks of its own etags only: what counts is the hub's.
        if (isLarge)
        {
            response.Headers["ETag"] = "\"something-else\"";
        }

        int from = 0;
        if (context.Request.Headers["Range"] is { } range && !fault.IgnoresRange)
        {
            from = int.Parse(range["bytes=".Length..^1], CultureInfo.InvariantCulture);
            response.StatusCode = 206;
            response.Headers["Content-Range"] = $"bytes {from}-{content.Length - 1}/{content.Length}";
        }

        byte[] body = fault.WrongBytes ? [.. content[from..].Select(b => (byte)(b ^ 1))] : content[from..];
        response.ContentLength64 = body.Length;
        int sent = Math.Min(body.Length, fault.CutAfter ?? fault.StallAfter ?? body.Length);
        await response.OutputStream.WriteAsync(body.AsMemory(0, sent));
        await response.OutputStream.FlushAsync();
        if (fault.StallAfter is not null)
        {
            return;
        }

        if (sent < body.Length)
        {
            response.Abort();
        }
        else
        {
            response.Close();
        }
    }

    private static void Refuse(HttpListenerContext context, int status, string code)
    {
        context.Response.StatusCode = status;
        if (code.Length > 0)
        {
            context.Response.Headers["X-Error-Code"] = code;
        }

        context.Response.ContentLength64 = 0;
        context.Response.Close();
    }
}
