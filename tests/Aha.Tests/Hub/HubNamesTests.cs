using Aha.Hub;

namespace Aha.Tests.Hub;

/// <summary>Names of repositories and files.</summary>
public class HubNamesTests
{
    private static readonly Uri s_endpoint = PullOptions.DefaultEndpoint;

    [Theory]
    [InlineData("Qwen/Qwen2.5-0.5B", RepositoryKind.Model, "Qwen/Qwen2.5-0.5B")]
    [InlineData("gpt2", RepositoryKind.Model, "gpt2")]
    [InlineData("datasets/openai/gsm8k", RepositoryKind.Dataset, "openai/gsm8k")]
    [InlineData("https://huggingface.co/datasets/openai/gsm8k/", RepositoryKind.Dataset, "openai/gsm8k")]
    [InlineData("https://huggingface.co/Qwen/Qwen2.5-0.5B", RepositoryKind.Model, "Qwen/Qwen2.5-0.5B")]
    public void RepositoriesAreReadAsTheyAreWritten(string text, RepositoryKind kind, string name) => Assert.Equal(new HubRepository(kind, name), HubRepository.Parse(text, s_endpoint));

    [Theory]
    [InlineData("")]
    [InlineData("a/b/c")]
    [InlineData("../b")]
    [InlineData("a/b?x=1")]
    [InlineData("https://elsewhere.org/a/b")]
    public void AnythingElseIsRefused(string text) => Assert.Throws<HubException>(() => HubRepository.Parse(text, s_endpoint));

    [Theory]
    [InlineData("*.json", "config.json", true)]
    [InlineData("*.json", "sub/config.json", true)]
    [InlineData("config.json", "sub/config.json", false)]
    [InlineData("data/", "data/a/b.txt", true)]
    [InlineData("data/", "database.txt", false)]
    [InlineData("model-0000?-of-*", "model-00003-of-00010.safetensors", true)]
    [InlineData("[ab].txt", "a.txt", true)]
    [InlineData("[!ab].txt", "a.txt", false)]
    [InlineData("a+b(1).txt", "a+b(1).txt", true)]
    [InlineData("*.JSON", "config.json", false)]
    public void PatternsMatchWholeNames(string pattern, string name, bool matches)
    {
        Assert.Equal(matches, new FilePatterns([pattern], []).Wants(name));
        Assert.Equal(!matches, new FilePatterns([], [pattern]).Wants(name));
    }

    [Fact]
    public void AnyPatternIsReadOrRefused() => Gen.Select(Gen.OneOf("*", "?", "[", "]", "!", "^", "-", "\\", "a", "/", "(", "{").Array[0, 12].Select(string.Concat), Gen.String[0, 8]).Sample(
        (pattern, name) =>
        {
            try
            {
                new FilePatterns([pattern], []).Wants(name);
            }
            catch (HubException)
            {
                // Refused with one line.
            }
        },
        iter: 2000);

    [Fact]
    public void NoNameLeadsOutOfItsFolder()
    {
        string root = Path.Combine(Path.GetTempPath(), "aha-names");
        Gen.OneOf("..", ".", "/", "\\", "a", "b.txt", " ", ":", "\0", "~", "é", "...").Array[1, 8].Select(string.Concat).Sample(
            name =>
            {
                try
                {
                    Assert.StartsWith(root + Path.DirectorySeparatorChar, FileNames.PlaceOf(root, name), StringComparison.Ordinal);
                }
                catch (HubException)
                {
                    // Refused.
                }
            },
            iter: 5000);
    }
}
