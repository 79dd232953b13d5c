namespace Aha.Hub;

/// <summary>Where pulls go that name no folder.</summary>
public static class HubCache
{
    /// <summary><c>$XDG_CACHE_HOME/aha/hub</c>, by default <c>~/.cache/aha/hub</c>; on Windows below the local application data.</summary>
    public static string Root { get; } = Path.Combine(
        Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache ? cache
        : OperatingSystem.IsWindows() ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"),
        "aha",
        "hub");

    /// <summary>A commit's own folder: another revision does not overwrite it.</summary>
    public static string FolderOf(HubRepository repository, string commit) =>
        FileNames.PlaceOf(Root, $"{(repository.Kind == RepositoryKind.Dataset ? "datasets" : "models")}/{repository.Name}/{commit}");
}
