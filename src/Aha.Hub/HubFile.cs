namespace Aha.Hub;

/// <summary>A file of a repository at one commit.</summary>
/// <param name="Name">Its path in the repository, with <c>/</c>.</param>
/// <param name="Etag">What its bytes must hash to: sha256 of a large file, git's blob sha1 of a small one; another text where the server has neither.</param>
/// <param name="Size">In bytes.</param>
public sealed record HubFile(string Name, string Etag, long Size);

/// <summary>What a revision of a repository holds.</summary>
/// <param name="Commit">The commit that the revision stood for when it was listed.</param>
public sealed record HubListing(string Commit, IReadOnlyList<string> Names);
