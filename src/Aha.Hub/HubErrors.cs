using System.Net;

namespace Aha.Hub;

/// <summary>The hub's refusals, each as one line that says what to do.</summary>
internal static class HubErrors
{
    /// <param name="file">The file that was asked for; null for the repository itself.</param>
    public static HubException Of(HttpResponseMessage response, string body, HubRepository repository, string revision, string? file, HubClient client)
    {
        string code = HubClient.Header(response, "X-Error-Code") ?? "";
        string page = new Uri(client.Endpoint, repository.Path).AbsoluteUri;
        bool denied = response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden;
        return new HubException((code, response.StatusCode) switch
        {
            ("GatedRepo", _) when client.HasToken => $"{repository} is gated, and the token's account has no access yet: accept the licence at {page}, and wait where its owner has to agree",
            ("GatedRepo", _) => $"{repository} is gated: accept the licence at {page}, and give that account's token (--token or HF_TOKEN)",
            ("RevisionNotFound", _) => $"{repository} has no revision '{revision}'; {page} shows its branches and tags",
            ("EntryNotFound", _) => $"{repository} has no file '{file}' at {revision}",
            // The hub does not tell strangers whether a private repository exists.
            ("RepoNotFound", _) or (_, HttpStatusCode.NotFound) => $"there is no {repository} at {client.Endpoint.Host}{Access(client)}{Other(repository)}",
            (_, HttpStatusCode.Unauthorized) when client.HasToken => $"{client.Endpoint.Host} does not accept the token (--token or HF_TOKEN) for {repository}",
            _ when denied => $"{client.Endpoint.Host} gives no access to {repository}: if it is private or gated, accept its terms at {page} and give a token (--token or HF_TOKEN)",
            _ => $"{client.Endpoint.Host} answered {(int)response.StatusCode} {response.ReasonPhrase} for {file ?? repository.ToString()}{Words(response, body)}",
        });
    }

    private static string Access(HubClient client) => client.HasToken ? " that the token may read" : ", or it is private: then give a token (--token or HF_TOKEN)";

    private static string Other(HubRepository repository) => repository.Kind == RepositoryKind.Model ? " (a data set is datasets/owner/name)" : "";

    private static string Words(HttpResponseMessage response, string body)
    {
        string words = (HubClient.Header(response, "X-Error-Message") ?? body).ReplaceLineEndings(" ").Trim();
        return words.Length is > 0 and < 300 ? $": {words}" : "";
    }
}
