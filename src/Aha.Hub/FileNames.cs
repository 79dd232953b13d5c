namespace Aha.Hub;

/// <summary>A repository names its files; nothing may be written outside of the folder they go to.</summary>
internal static class FileNames
{
    /// <summary>The place of a file below a folder.</summary>
    /// <exception cref="HubException">The name leads out of the folder, or is none that every file system takes.</exception>
    public static string PlaceOf(string folder, string name)
    {
        string[] parts = name.Split('/');
        bool safe = parts.All(p => p.Length > 0 && p != "." && p != ".." && !p.EndsWith('.') && !p.EndsWith(' '))
            && !name.Any(c => char.IsControl(c) || c is '\\' or ':' or '*' or '?' or '"' or '<' or '>' or '|');
        string root = Path.GetFullPath(folder);
        string place = safe ? Path.GetFullPath(Path.Combine([root, .. parts])) : "";
        return place.StartsWith(Path.TrimEndingDirectorySeparator(root) + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            ? place
            : throw new HubException($"the repository holds a file named '{string.Concat(name.Select(c => char.IsControl(c) ? '?' : c))}', which is refused: such a name could be written outside of its folder; leave it out with --exclude");
    }
}
