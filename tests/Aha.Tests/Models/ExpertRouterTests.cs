using Aha.Models;
using Aha.Models.FeedForward;

namespace Aha.Tests.Models;

public sealed class ExpertRouterTests
{
    /// <summary>Against the definition by sorting, scores with many ties among them.</summary>
    [Fact]
    public void ChoosesTheBestOfTheBestGroups()
    {
        Gen.Select(Gen.Int[1, 5], Gen.Int[1, 5], Gen.Int[1, 5], Gen.Int[1, 25], Gen.Int[0, 1 << 30]).Sample((groups, size, open, perToken, seed) =>
        {
            open = Math.Min(open, groups);
            perToken = Math.Min(perToken, open * size);
            var random = new Random(seed);
            float[] scores = [.. Enumerable.Range(0, groups * size).Select(_ => random.Next(-3, 6) / 4f)];
            var chosen = new int[perToken];
            ExpertRouter.Select(scores, new ExpertsConfig(groups * size, 0, perToken, 1, 0, groups, open), chosen);

            var best = Enumerable.Range(0, groups).OrderByDescending(g => scores.Skip(g * size).Take(size).OrderDescending().Take(2).Sum()).ThenBy(g => g).Take(open).ToHashSet();
            Assert.Equal(
                Enumerable.Range(0, scores.Length).Where(e => best.Contains(e / size)).OrderByDescending(e => scores[e]).ThenBy(e => e).Take(perToken).Order(),
                chosen);
        });
    }
}
