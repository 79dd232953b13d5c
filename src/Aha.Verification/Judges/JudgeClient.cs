using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Aha.Verification.Graders;

namespace Aha.Verification.Judges;

/// <summary>Asks a judge model. Deadlines and repetition are the business of whoever asks.</summary>
public sealed class JudgeClient : IDisposable
{
    // An answer is a few lines; what is longer is not one.
    private const long MaxResponseBytes = 1 << 20;

    private readonly JudgeOptions _options;
    private readonly HttpClient _http;
    private readonly Uri _endpoint;

    /// <param name="key">Sent as a bearer token; null for none.</param>
    public JudgeClient(JudgeOptions options, string? key)
    {
        _options = options;
        _endpoint = new Uri(options.Url.AbsoluteUri.TrimEnd('/') + "/chat/completions");
        _http = new HttpClient { Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = MaxResponseBytes };
        if (!string.IsNullOrEmpty(key)) _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
    }

    /// <summary>A client with the key that the environment holds.</summary>
    public static JudgeClient FromEnvironment(JudgeOptions options) => new(options, Environment.GetEnvironmentVariable(options.KeyVariable));

    /// <summary>The answer's text to one message, sampled greedily.</summary>
    /// <exception cref="GraderException">No connection, a refusal, or an answer that is not one.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public async Task<string> AskAsync(string message, CancellationToken cancel)
    {
        var body = new { model = _options.Model, messages = new[] { new { role = "user", content = message } }, temperature = 0, max_tokens = _options.MaxTokens };
        try
        {
            using HttpResponseMessage response = await _http.PostAsJsonAsync(_endpoint, body, cancel).ConfigureAwait(false);
            if (!response.IsSuccessStatusCode) throw Refusal(response.StatusCode);
            using JsonDocument answer = await JsonDocument.ParseAsync(await response.Content.ReadAsStreamAsync(cancel).ConfigureAwait(false), default, cancel).ConfigureAwait(false);
            return Content(answer.RootElement) ?? throw new GraderException($"the judge at {_endpoint} answered with JSON that has no choices[0].message.content");
        }
        catch (HttpRequestException e)
        {
            throw new GraderException($"the judge at {_endpoint} cannot be asked: {e.Message.ReplaceLineEndings(" ")}", inner: e);
        }
        catch (IOException e)
        {
            throw new GraderException($"the judge at {_endpoint} broke off: {e.Message.ReplaceLineEndings(" ")}", inner: e);
        }
        catch (JsonException e)
        {
            throw new GraderException($"the judge at {_endpoint} answered with something that is not JSON", inner: e);
        }
    }

    public void Dispose() => _http.Dispose();

    private GraderException Refusal(HttpStatusCode code)
    {
        bool temporary = code is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests || (int)code >= 500;
        string hint = code is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden ? $" (the key is read from {_options.KeyVariable})"
            : code is HttpStatusCode.NotFound ? $" (is there a model '{_options.Model}', and does the URL end before /chat/completions?)"
            : "";
        return new GraderException($"the judge at {_endpoint} answered {(int)code} {code}{hint}", final: !temporary);
    }

    private static string? Content(JsonElement root) =>
        root.ValueKind == JsonValueKind.Object && root.TryGetProperty("choices", out JsonElement choices) && choices.ValueKind == JsonValueKind.Array && choices.GetArrayLength() > 0
        && choices[0].ValueKind == JsonValueKind.Object && choices[0].TryGetProperty("message", out JsonElement message) && message.ValueKind == JsonValueKind.Object
        && message.TryGetProperty("content", out JsonElement content) && content.ValueKind == JsonValueKind.String
            ? content.GetString()
            : null;
}
