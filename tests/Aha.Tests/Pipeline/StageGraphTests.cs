using Aha.Pipeline.Recipes;

namespace Aha.Tests.Pipeline;

public class StageGraphTests
{
    private static RecipeStage Stage(string name, string? from) => new(name, "eval", from, new ModelOptions(), new EvalOptions());

    // A tree: stage i starts from an earlier one or from a folder, and the declaration is shuffled.
    private static readonly Gen<RecipeStage[]> s_trees =
        from parents in Gen.Int[0, 11].Array[1, 12]
        from keys in Gen.Double.Array[parents.Length]
        select parents.Select((p, i) => Stage($"s{i}", i == 0 || p >= i ? "./model" : $"s{p}")).Zip(keys).OrderBy(x => x.Second).Select(x => x.First).ToArray();

    [Fact]
    public void EveryStageComesAfterAllItReads() => s_trees.Sample(stages =>
    {
        IReadOnlyList<RecipeStage> ordered = StageGraph.Order(stages, "r.yaml");
        Assert.Equal(stages.Select(s => s.Name).Order(), ordered.Select(s => s.Name).Order());
        for (int i = 0; i < ordered.Count; i++)
        {
            Assert.True(ordered[i].From == "./model" || ordered.Take(i).Any(s => s.Name == ordered[i].From));
        }

        // What is in order already stays as it is written.
        Assert.Equal(ordered, StageGraph.Order(ordered, "r.yaml"));
    });

    [Fact]
    public void ACircleIsNamed() => Gen.Select(s_trees, Gen.Int[0, 100]).Sample((stages, pick) =>
    {
        // Some stage's root is made to start from that stage.
        RecipeStage leaf = stages[pick % stages.Length], root = leaf;
        while (root.From != "./model")
        {
            root = stages.Single(s => s.Name == root.From);
        }

        RecipeStage[] bent = [.. stages.Select(s => s == root ? s with { From = leaf.Name } : s)];
        string message = Assert.Throws<RecipeException>(() => StageGraph.Order(bent, "r.yaml")).Message;
        string[] circle = message[(message.IndexOf("circle: ", StringComparison.Ordinal) + 8)..message.IndexOf(';')].Split(" -> ");
        Assert.Equal(circle[0], circle[^1]);
        Assert.All(circle.Zip(circle[1..]), edge => Assert.Equal(edge.Second, bent.Single(s => s.Name == edge.First).From));
    });
}
