using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Aha.Tests.Hub;

/// <summary>
/// A server on loopback that behaves like the hub: it lists a revision, answers HEAD with hashes, sends large files on to a second server (its delivery network), takes ranges, and
/// misbehaves when told to.
/// </summary>
internal sealed class FakeHub : IDisposable
{
    public const string Commit = "0123456789abcdef0123456789abcdef01234567";

    private readonly LoopbackServer _hub;
    private readonly LoopbackServer _delivery;
    private readonly ConcurrentDictionary<string, ConcurrentQueue<Fault>> _faults = new();

    public FakeHub()
    {
        _hub = new LoopbackServer(context => AnswerAsync(context, Note(context, toDelivery: false)));
        _delivery = new LoopbackServer(context => DeliverAsync(context, Note(context, toDelivery: true), isLarge: true));
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

    public Uri Endpoint => _hub.Root;

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
        _hub.Dispose();
        _delivery.Dispose();
    }

    private string Note(HttpContext context, bool toDelivery)
    {
        string path = LoopbackServer.PathOf(context);
        Requests.Enqueue((context.Request.Method, toDelivery, path, context.Request.Headers.Range, context.Request.Headers.Authorization));
        return path;
    }

    private async Task AnswerAsync(HttpContext context, string path)
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
                context.Response.ContentLength = body.Length;
                await context.Response.Body.WriteAsync(body);
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

    private async Task ResolveAsync(HttpContext context, string name)
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
        context.Response.Headers["Location"] = new Uri(_delivery.Root, Uri.EscapeDataString(name)).AbsoluteUri;
        context.Response.StatusCode = 302;
    }

    private async Task DeliverAsync(HttpContext context, string name, bool isLarge)
    {
        HttpResponse response = context.Response;
        byte[] content = Files[name].Content;
        if (context.Request.Method == "HEAD")
        {
            response.ContentLength = content.Length;
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
        if ((string?)context.Request.Headers.Range is { } range && !fault.IgnoresRange)
        {
            from = int.Parse(range["bytes=".Length..^1], CultureInfo.InvariantCulture);
            response.StatusCode = 206;
            response.Headers["Content-Range"] = $"bytes {from}-{content.Length - 1}/{content.Length}";
        }

        byte[] body = fault.WrongBytes ? [.. content[from..].Select(b => (byte)(b ^ 1))] : content[from..];
        response.ContentLength = body.Length;
        // An answer that ends before its length breaks the connection off, behind what was sent.
        int sent = Math.Min(body.Length, fault.CutAfter ?? fault.StallAfter ?? body.Length);
        await response.Body.WriteAsync(body.AsMemory(0, sent));
        await response.Body.FlushAsync();
        if (fault.StallAfter is not null)
        {
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        }
    }

    private static void Refuse(HttpContext context, int status, string code)
    {
        context.Response.StatusCode = status;
        if (code.Length > 0)
        {
            context.Response.Headers["X-Error-Code"] = code;
        }

        context.Response.ContentLength = 0;
    }
}
