namespace Aha.Hub;

public enum RepositoryKind
{
    Model,
    Dataset,
}

/// <summary>A repository of the hub.</summary>
/// <param name="Name"><c>owner/name</c>, or a bare name.</param>
public sealed record HubRepository(RepositoryKind Kind, string Name)
{
    /// <summary>What <c>owner/name</c>, <c>datasets/owner/name</c> or a page's address on the hub stand for.</summary>
    /// <param name="dataset">Take it for a data set, whatever it looks like.</param>
    /// <exception cref="HubException">It is none of these.</exception>
    public static HubRepository Parse(string text, Uri endpoint, bool dataset = false)
    {
        string name = text.StartsWith(endpoint.AbsoluteUri, StringComparison.OrdinalIgnoreCase) ? text[endpoint.AbsoluteUri.Length..] : text;
        name = name.Trim('/');
        string prefix = name.Split('/')[0];
        if (prefix is "datasets" or "models" && name.Length > prefix.Length)
        {
            name = name[(prefix.Length + 1)..];
            dataset |= prefix == "datasets";
        }

        string[] parts = name.Split('/');
        if (parts.Length > 2 || !parts.All(IsName))
        {
            throw new HubException($"'{text}' is no repository: write owner/name, for example Qwen/Qwen2.5-0.5B-Instruct, or datasets/owner/name");
        }

        return new HubRepository(dataset ? RepositoryKind.Dataset : RepositoryKind.Model, name);
    }

    /// <summary>Where its page is, and its files below <c>/resolve/</c>.</summary>
    public string Path => Kind == RepositoryKind.Dataset ? $"datasets/{Name}" : Name;

    /// <summary>Where the interface for programs describes it.</summary>
    public string ApiPath => Kind == RepositoryKind.Dataset ? $"api/datasets/{Name}" : $"api/models/{Name}";

    public override string ToString() => Kind == RepositoryKind.Dataset ? $"data set {Name}" : $"model {Name}";

    private static bool IsName(string part) => part.Length is > 0 and <= 96 && part.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.') && part.Trim('.').Length > 0;
}
