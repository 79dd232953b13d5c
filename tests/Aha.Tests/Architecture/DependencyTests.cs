using System.Xml.Linq;
using Aha.Tests.Support;

namespace Aha.Tests.Architecture;

/// <summary>The arrows of ARCHITECTURE.md: a project refers to rooms below it, and to no others.</summary>
public class DependencyTests
{
    // Lower rooms first: a project may refer only to projects above it in this list.
    private static readonly string[] s_order =
    [
        "Aha.Verification", "Aha.Templates", "Aha.Hub", "Aha.Tokenization", "Aha.Runs", "Aha.Data", "Aha.Tasks", "Aha.Tensors", "Aha.Models", "Aha.Kernels", "Aha.Generation", "Aha.Evaluation", "Aha.Training",
        "Aha.Reporting", "Aha.Pipeline", "Aha.Benchmarks", "Aha.Cli",
    ];

    private static readonly string[] s_withoutTensors = ["Aha.Verification", "Aha.Templates", "Aha.Hub", "Aha.Tokenization", "Aha.Runs", "Aha.Data", "Aha.Tasks", "Aha.Reporting", "Aha.Kernels"];

    private static Dictionary<string, string[]> References() => Directory.GetDirectories(Path.Combine(Repository.Root, "src"))
        .Select(d => Path.Combine(d, Path.GetFileName(d) + ".csproj"))
        .Where(File.Exists)
        .ToDictionary(
            f => Path.GetFileNameWithoutExtension(f),
            f => XDocument.Load(f).Descendants("ProjectReference").Select(r => Path.GetFileNameWithoutExtension(r.Attribute("Include")!.Value)).ToArray());

    [Fact]
    public void EveryProjectHasItsPlace() => Assert.All(References().Keys, project => Assert.Contains(project, s_order));

    [Fact]
    public void DependenciesPointOneWay() =>
        Assert.All(References(), project => Assert.All(project.Value, target =>
            Assert.True(Array.IndexOf(s_order, target) < Array.IndexOf(s_order, project.Key), $"{project.Key} must not refer to {target}")));

    [Theory]
    [InlineData("Aha.Verification")]
    [InlineData("Aha.Templates")]
    [InlineData("Aha.Hub")]
    public void LibrariesOfTheirOwnReferToNothing(string library) => Assert.Empty(References()[library]);

    [Fact]
    public void TensorFreeRoomsStayFreeOfTensors()
    {
        Dictionary<string, string[]> references = References();
        Assert.All(s_withoutTensors.Where(references.ContainsKey), room => Assert.DoesNotContain("Aha.Tensors", Reach(room, references)));
    }

    private static HashSet<string> Reach(string project, Dictionary<string, string[]> references)
    {
        var reached = new HashSet<string>();
        var open = new Stack<string>([project]);
        while (open.TryPop(out string? at))
        {
            foreach (string next in references[at].Where(reached.Add))
            {
                open.Push(next);
            }
        }

        return reached;
    }
}
