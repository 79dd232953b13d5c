namespace Aha.Hub;

/// <summary>What to pull, from where, and how.</summary>
public sealed record PullOptions
{
    public static Uri DefaultEndpoint { get; } = new("https://huggingface.co/");

    public required HubRepository Repository { get; init; }

    /// <summary>A branch, a tag or a commit.</summary>
    public string Revision { get; init; } = "main";

    public FilePatterns Files { get; init; } = new([], []);

    /// <summary>The folder the files go to; null for one of the cache that carries the commit in its name.</summary>
    public string? Output { get; init; }

    public Uri Endpoint { get; init; } = DefaultEndpoint;

    /// <summary>The account's token; null for none. It is sent to the endpoint and to no other host.</summary>
    public string? Token { get; init; }

    /// <summary>Files in transfer at a time.</summary>
    public int Parallel { get; init; } = 4;

    /// <summary>Tries in a row, none of which brings a byte, before a transfer is given up.</summary>
    public int Tries { get; init; } = 6;

    /// <summary>Wait before the second try; it doubles with each further one, up to a minute.</summary>
    public TimeSpan FirstWait { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest wait for an answer, and between two pieces of a file.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(60);

    /// <exception cref="HubException">The text is no address of a server.</exception>
    public static Uri ParseEndpoint(string text) => Uri.TryCreate(text.TrimEnd('/') + "/", UriKind.Absolute, out Uri? address) && address.Scheme is "http" or "https"
        ? address
        : throw new HubException($"'{text}' is no address of a hub; it begins with https://");
}

/// <summary>How far a pull is.</summary>
/// <param name="Bytes">Bytes on disk, of <paramref name="TotalBytes"/>; those of earlier pulls included.</param>
/// <param name="Fetched">Bytes that this pull has fetched.</param>
/// <param name="File">The file that last came forward.</param>
public readonly record struct PullProgress(long Bytes, long TotalBytes, long Fetched, int Files, int TotalFiles, string File);

/// <summary>A pull that is done.</summary>
/// <param name="Unchecked">Files whose etag is no hash: of these only the size was checked.</param>
public sealed record PullResult(string Folder, string Commit, IReadOnlyList<HubFile> Files, long Fetched, IReadOnlyList<string> Unchecked);
