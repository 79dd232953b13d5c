using System.Text.RegularExpressions;
using Aha.Pipeline.Recipes;

namespace Aha.Pipeline.Planning;

/// <summary>An input of a stage, found.</summary>
/// <param name="Path">The model folder or file; of a stage that has not run, where it will be.</param>
/// <param name="Identity">Changes when what stands there will be another: the name and a mark.</param>
/// <param name="Maker">The stage that makes it; null for a path that is there.</param>
internal sealed partial record StageSource(StageInput Input, string Path, string Identity, StagePlan? Maker)
{
    /// <summary>An identity, or several in a list, without the marks.</summary>
    public static string Name(string identity) => MarkPattern().Replace(identity, "");

    [GeneratedRegex(" #[0-9a-f]{16}")]
    private static partial Regex MarkPattern();
}
