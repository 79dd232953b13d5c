using System.Text;
using System.Text.RegularExpressions;

namespace Aha.Hub;

/// <summary>
/// Which files are wanted, by shell patterns on the whole name: <c>*</c> stands for anything, slashes too, <c>?</c> for one character, <c>[ab]</c> and <c>[!ab]</c> for one of
/// a set, and a pattern that ends with a slash for all below a folder.
/// </summary>
public sealed class FilePatterns
{
    private readonly Regex[] _include;
    private readonly Regex[] _exclude;

    /// <param name="include">A file must match one of these; none lets every file pass.</param>
    /// <param name="exclude">A file must match none of these.</param>
    public FilePatterns(IEnumerable<string> include, IEnumerable<string> exclude) => (_include, _exclude) = ([.. include.Select(Compile)], [.. exclude.Select(Compile)]);

    public bool Wants(string name) => (_include.Length == 0 || Array.Exists(_include, p => p.IsMatch(name))) && !Array.Exists(_exclude, p => p.IsMatch(name));

    // Without backtracking: a pattern is not to be a trap.
    private static Regex Compile(string pattern)
    {
        var text = new StringBuilder("^");
        for (int i = 0; i < pattern.Length; i++)
        {
            int close = pattern[i] == '[' ? pattern.IndexOf(']', Math.Min(i + 2, pattern.Length)) : -1;
            if (close > 0)
            {
                string set = pattern[(i + 1)..close];
                bool negated = set[0] == '!' && set.Length > 1;
                text.Append(negated ? "[^" : "[").Append((negated ? set[1..] : set).Replace("\\", "\\\\", StringComparison.Ordinal).Replace("[", "\\[", StringComparison.Ordinal).Replace("^", "\\^", StringComparison.Ordinal)).Append(']');
                i = close;
                continue;
            }

            text.Append(pattern[i] switch
            {
                '*' => ".*",
                '?' => ".",
                var c => Regex.Escape(c.ToString()),
            });
        }

        string end = pattern.EndsWith('/') ? ".*$" : "$";
        try
        {
            return new Regex(text + end, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.Singleline);
        }
        catch (ArgumentException e)
        {
            throw new HubException($"'{pattern}' is no pattern: {e.Message}", e);
        }
    }
}
