using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Aha.Hub;

/// <summary>The hub's protocol: which files a revision holds, what they hash to, and their bytes from any place on.</summary>
internal sealed class HubClient : IDisposable
{
    private const int MaxRedirects = 5;

    private readonly HttpClient _http;
    private readonly Uri _endpoint;
    private readonly string? _token;
    private readonly TimeSpan _patience;

    /// <param name="endpoint">The hub's address, with a slash at its end.</param>
    /// <param name="token">Sent to the hub and to no other host; null for none.</param>
    /// <param name="patience">Longest wait for an answer, and between two pieces of a file.</param>
    public HubClient(Uri endpoint, string? token, TimeSpan patience)
    {
        (_endpoint, _token, _patience) = (endpoint, token, patience);
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, ConnectTimeout = patience, AutomaticDecompression = DecompressionMethods.None }) { Timeout = Timeout.InfiniteTimeSpan };
        _http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("aha", typeof(HubClient).Assembly.GetName().Version?.ToString(3) ?? "0"));
    }

    public Uri Endpoint => _endpoint;

    public bool HasToken => _token is not null;

    /// <exception cref="HubException">There is no such repository or revision, or no access to it.</exception>
    /// <exception cref="TransientException">The server could not be asked this time.</exception>
    public async Task<HubListing> ListAsync(HubRepository repository, string revision, CancellationToken cancel)
    {
        var address = new Uri(_endpoint, $"{repository.ApiPath}/revision/{Uri.EscapeDataString(revision)}");
        using var deadline = new Deadline(_patience, cancel);
        using HttpResponseMessage response = await SendAsync(HttpMethod.Get, address, from: 0, _ => true, deadline);
        await RequireSuccessAsync(response, repository, revision, file: null, deadline);
        try
        {
            using JsonDocument document = JsonDocument.Parse(await ReadTextAsync(response, deadline));
            JsonElement root = document.RootElement;
            string[] names = [.. root.GetProperty("siblings").EnumerateArray().Select(s => s.GetProperty("rfilename").GetString()!).Distinct(StringComparer.Ordinal)];
            return new HubListing(root.GetProperty("sha").GetString()!, names);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or ArgumentNullException)
        {
            throw new HubException($"{address} does not describe a repository as the hub does: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }

    /// <summary>What a file must hash to, and its size; from the hub itself, before it sends on to where large files lie.</summary>
    /// <exception cref="HubException">There is no such file, or no access to it.</exception>
    /// <exception cref="TransientException">The server could not be asked this time.</exception>
    public async Task<HubFile> DescribeAsync(HubRepository repository, string commit, string name, CancellationToken cancel)
    {
        using var deadline = new Deadline(_patience, cancel);
        using HttpResponseMessage response = await SendAsync(HttpMethod.Head, AddressOf(repository, commit, name), from: 0, r => Header(r, "X-Linked-Etag") is null, deadline);
        if (!IsRedirect(response))
        {
            await RequireSuccessAsync(response, repository, commit, name, deadline);
        }

        string? etag = Header(response, "X-Linked-Etag") ?? Header(response, "ETag");
        long? size = long.TryParse(Header(response, "X-Linked-Size"), out long linked) ? linked : response.Content.Headers.ContentLength;
        if (etag is null || size is null)
        {
            throw new HubException($"{_endpoint.Host} does not say the {(etag is null ? "etag" : "size")} of {name}; it is no hub that files can be checked against");
        }

        return new HubFile(name, (etag.StartsWith("W/", StringComparison.Ordinal) ? etag[2..] : etag).Trim('"'), size.Value);
    }

    /// <summary>A file's bytes.</summary>
    /// <param name="from">The first byte wanted; the answer says whether the server goes along with it.</param>
    /// <exception cref="HubException">There is no access to the file.</exception>
    /// <exception cref="TransientException">The server could not be asked this time.</exception>
    public async Task<HttpResponseMessage> OpenAsync(HubRepository repository, string commit, string name, long from, CancellationToken cancel)
    {
        using var deadline = new Deadline(_patience, cancel);
        HttpResponseMessage response = await SendAsync(HttpMethod.Get, AddressOf(repository, commit, name), from, _ => true, deadline);
        try
        {
            if (response.StatusCode != HttpStatusCode.RequestedRangeNotSatisfiable)
            {
                await RequireSuccessAsync(response, repository, commit, name, deadline);
            }

            return response;
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    /// <summary>The next piece of an answer; 0 at its end.</summary>
    /// <exception cref="TransientException">The connection was lost, or nothing came for too long.</exception>
    public async Task<int> ReadAsync(Stream stream, Memory<byte> buffer, CancellationToken cancel)
    {
        using var deadline = new Deadline(_patience, cancel);
        return await ObserveAsync(async () => await stream.ReadAsync(buffer, deadline.Token), deadline);
    }

    public void Dispose() => _http.Dispose();

    private Uri AddressOf(HubRepository repository, string commit, string name) =>
        new(_endpoint, $"{repository.Path}/resolve/{Uri.EscapeDataString(commit)}/{string.Join('/', name.Split('/').Select(Uri.EscapeDataString))}");

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, Uri address, long from, Func<HttpResponseMessage, bool> follow, Deadline deadline)
    {
        for (int redirects = 0; ; redirects++)
        {
            using var request = new HttpRequestMessage(method, address);
            request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue("identity"));
            if (_token is not null && IsHub(address))
            {
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _token);
            }

            if (from > 0)
            {
                request.Headers.Range = new RangeHeaderValue(from, null);
            }

            HttpResponseMessage response = await ObserveAsync(() => _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, deadline.Token), deadline);
            if (!IsRedirect(response) || !follow(response))
            {
                return response;
            }

            Uri? next = response.Headers.Location is { } location ? new Uri(address, location) : null;
            response.Dispose();
            // An answer that came encrypted is not to be followed by one that anybody can change.
            if (next is null || redirects == MaxRedirects || (address.Scheme == Uri.UriSchemeHttps && next.Scheme != Uri.UriSchemeHttps) || next.Scheme is not ("http" or "https"))
            {
                throw new HubException($"{address.Host} sends on to {next?.GetLeftPart(UriPartial.Path) ?? "nowhere"}, after {redirects} earlier redirects; this is not followed");
            }

            address = next;
        }
    }

    private bool IsHub(Uri address) => address.Scheme == _endpoint.Scheme && address.Host == _endpoint.Host && address.Port == _endpoint.Port;

    private async Task RequireSuccessAsync(HttpResponseMessage response, HubRepository repository, string revision, string? file, Deadline deadline)
    {
        if (response.IsSuccessStatusCode)
        {
            return;
        }

        int status = (int)response.StatusCode;
        if (status is 408 or 429 or >= 500)
        {
            RetryConditionHeaderValue? retry = response.Headers.RetryAfter;
            throw new TransientException($"{response.RequestMessage!.RequestUri!.Host} answered {status} {response.ReasonPhrase}", retry?.Delta ?? (retry?.Date is { } date ? date - DateTimeOffset.UtcNow : null));
        }

        string body = response.Content.Headers.ContentLength is > 0 and < 10_000 ? await ReadTextAsync(response, deadline) : "";
        throw HubErrors.Of(response, body, repository, revision, file, this);
    }

    private static Task<string> ReadTextAsync(HttpResponseMessage response, Deadline deadline) => ObserveAsync(() => response.Content.ReadAsStringAsync(deadline.Token), deadline);

    // What the network does to us is told apart from what our caller asked for.
    private static async Task<T> ObserveAsync<T>(Func<Task<T>> work, Deadline deadline)
    {
        try
        {
            return await work();
        }
        catch (OperationCanceledException e) when (deadline.HasPassed)
        {
            throw new TransientException("nothing came for too long", inner: e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new TransientException(e.Message.ReplaceLineEndings(" ").TrimEnd('.'), inner: e);
        }
    }

    private static bool IsRedirect(HttpResponseMessage response) => (int)response.StatusCode is 301 or 302 or 303 or 307 or 308;

    internal static string? Header(HttpResponseMessage response, string name) => response.Headers.TryGetValues(name, out IEnumerable<string>? values) ? values.First() : null;

    /// <summary>A caller's wish to stop, and our own patience.</summary>
    private sealed class Deadline : IDisposable
    {
        private readonly CancellationTokenSource _source;
        private readonly CancellationToken _caller;

        public Deadline(TimeSpan patience, CancellationToken caller)
        {
            _caller = caller;
            _source = CancellationTokenSource.CreateLinkedTokenSource(caller);
            _source.CancelAfter(patience);
        }

        public CancellationToken Token => _source.Token;

        public bool HasPassed => _source.IsCancellationRequested && !_caller.IsCancellationRequested;

        public void Dispose() => _source.Dispose();
    }
}
