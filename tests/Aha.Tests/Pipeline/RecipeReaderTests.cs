using Aha.Pipeline.Recipes;
using Aha.Tests.Support;
using Aha.Training.Grpo;
using Aha.Training.Pretraining;

namespace Aha.Tests.Pipeline;

public class RecipeReaderTests
{
    private const string Minimal = """
        name: tiny
        stages:
          - { name: base, kind: pretrain, steps: 5 }
          - { name: zero, kind: grpo, from: base, steps: 3 }
        """;

    private static Recipe Parse(string text, params string[] overrides) => RecipeReader.Parse(text, "r.yaml", overrides);

    public static TheoryData<string> Shipped => [.. Directory.GetFiles(Path.Combine(Repository.Root, "recipes"), "*.yaml").Select(f => Path.GetFileName(f))];

    [Theory]
    [MemberData(nameof(Shipped))]
    public void EveryShippedRecipeReads(string file)
    {
        string path = Path.Combine(Repository.Root, "recipes", file);
        Recipe recipe = RecipeReader.Parse(File.ReadAllText(path), path, []);
        Assert.NotEmpty(recipe.Stages);
    }

    [Theory]
    [InlineData("qwen2.5-math-1.5b", 1e-4)]
    [InlineData("qwen2.5-math-7b", 8e-5)]
    [InlineData("qwen2.5-14b", 7e-5)]
    [InlineData("qwen2.5-32b", 6e-5)]
    [InlineData("llama-3.1-8b", 5e-5)]
    [InlineData("llama-3.3-70b-instruct", 2e-5)]
    public void DistillationPresetsHaveThePapersHyperParameters(string model, double learningRate)
    {
        string path = Path.Combine(Repository.Root, "recipes", $"distill-{model}.yaml");
        Recipe recipe = RecipeReader.Parse(File.ReadAllText(path), path, []);
        SftStageOptions options = Assert.IsType<SftStageOptions>(Assert.Single(recipe.Stages).Options);
        Assert.Equal((learningRate, 0.1, 64, 32_768, 2.0), (options.LearningRate, options.MinRateRatio, options.BatchSize, options.MaxLength, options.Epochs));
    }

    [Fact]
    public void StagesGetTheirOptionsAndDefaults()
    {
        Recipe recipe = Parse(Minimal);
        Assert.Equal(5, Assert.IsType<PretrainOptions>(recipe.Stages[0].Options).Steps);
        GrpoOptions grpo = Assert.IsType<GrpoOptions>(recipe.Stages[1].Options);
        Assert.Equal((3, new GrpoOptions().GroupSize), (grpo.Steps, grpo.GroupSize));
        Assert.Equal("base", recipe.Stages[1].From);
    }

    [Theory]
    [InlineData("seed=7")]
    [InlineData("stages.zero.steps=9")]
    [InlineData("stages.1.group_size=4")]
    [InlineData("model.hidden_size=64")]
    [InlineData("evaluation.samples=2")]
    [InlineData("reflective_words=[wait]")]
    public void OverridesReachEveryLevel(string assignment) => Assert.NotEqual(Describe(Parse(Minimal)), Describe(Parse(Minimal, assignment)));

    [Theory]
    [InlineData("sede: 1\n" + Minimal, "r.yaml:1", "seed")]
    [InlineData("model: { hiden_size: 64 }\n" + Minimal, "hiden_size", "hidden_size")]
    [InlineData(Minimal + "\n  - { name: x, kind: grpo, from: base, goup_size: 4 }", "goup_size", "group_size")]
    [InlineData(Minimal + "\n  - { name: x, kind: grop, from: base }", "grop", "known kinds")]
    [InlineData(Minimal + "\n  - { name: x, kind: grpo, from: bas }", "bas", "stages: base, zero, x")]
    [InlineData(Minimal + "\n  - { name: zero, kind: grpo, from: base }", "zero", "two stages")]
    [InlineData(Minimal + "\n  - { name: ../up, kind: grpo, from: base }", "../up", "letters")]
    [InlineData(Minimal + "\nseed: many", "seed", "whole number")]
    [InlineData(Minimal + "\nbackend: fp8", "fp8", "libtorch_fp32")]
    [InlineData("model: { heads: 3 }\n" + Minimal, "heads (3)", "hidden_size (128)")]
    [InlineData("model: { kv_heads: 3 }\n" + Minimal, "kv_heads (3)", "heads (4)")]
    [InlineData("name: x", "no 'stages'", "pretrain")]
    [InlineData("stages: []", "at least one", "stages")]
    [InlineData("a: [", "r.yaml", "not YAML")]
    [InlineData("just text", "mapping", "recipe")]
    [InlineData("stages:\n  - { name: z, kind: grpo }", "pretrain", "model: load")]
    [InlineData("task: { kind: file }\n" + Minimal, "file", "path")]
    [InlineData("rewards: { acuracy: 1 }\n" + Minimal, "acuracy", "language_consistency")]
    [InlineData("rewards: { accuracy: much }\n" + Minimal, "rewards.accuracy", "a number")]
    [InlineData("template: hello\n" + Minimal, "hello", "{prompt}")]
    [InlineData("rewards: { accuracy: { wieght: 1 } }\n" + Minimal, "wieght", "weight")]
    [InlineData("rewards: { accuracy: { on: summary } }\n" + Minimal, "accuracy", "on: says")]
    [InlineData("rewards: { mine: { judge: { url: nowhere } } }\n" + Minimal, "nowhere", "http")]
    [InlineData("rewards: { mine: { model: base } }\n" + Minimal, "base is a pretrain stage", "reward-model")]
    [InlineData("rewards: { mine: { model: nobody } }\n" + Minimal, "nobody", "names no stage")]
    [InlineData(Minimal + "\n  - { name: x, kind: pretrain, rewards: { accuracy: 1 } }", "x.rewards", "rewards nothing")]
    [InlineData(Minimal + "\n  - { name: x, kind: grpo, from: base, general_share: 0.5 }", "general_share", "source: nano")]
    [InlineData(Minimal + "\n  - { name: x, kind: reward-model, from: base }", "data", "source: nano")]
    [InlineData("general: { source: file }\n" + Minimal, "general", "path")]
    public void MistakesAreNamedWithTheirPlaceAndTheWayOut(string text, string what, string hint)
    {
        RecipeException e = Assert.Throws<RecipeException>(() => Parse(text));
        Assert.Contains(what, e.Message, StringComparison.Ordinal);
        Assert.Contains(hint, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
    }

    [Theory]
    [InlineData("seed")]
    [InlineData("stages.nowhere.steps=1")]
    [InlineData("name.x=1")]
    [InlineData("=1")]
    public void ImpossibleOverridesAreNamed(string assignment) => Assert.Contains("--set", Assert.Throws<RecipeException>(() => Parse(Minimal, assignment)).Message, StringComparison.Ordinal);

    [Fact]
    public void AnyTextGivesARecipeOrTheNamedError()
    {
        string full = File.ReadAllText(Path.Combine(Repository.Root, "recipes", "nano.yaml"));
        Gen<string> mutated = Gen.Select(Gen.Int[0, full.Length - 1], Gen.Int[0, 12], Gen.String[0, 6]).Array[1, 4].Select(edits =>
        {
            string text = full;
            foreach ((int at, int cut, string with) in edits)
            {
                int from = Math.Min(at, text.Length);
                text = text[..from] + with + text[Math.Min(text.Length, from + cut)..];
            }

            return text;
        });
        mutated.Sample(
            text =>
            {
                try
                {
                    Parse(text);
                }
                catch (RecipeException e)
                {
                    Assert.DoesNotContain('\n', e.Message);
                }
            },
            iter: 3000);
    }

    [Fact]
    public void EveryKeyIsDescribed()
    {
        string described = RecipeKeys.Describe();
        foreach (Type options in StageKinds.Known.Values.Select(k => k.Options).Append(typeof(Recipe)))
        {
            Assert.All(YamlKeys.Of(options).Keys, key => Assert.Contains($"`{key}`", described, StringComparison.Ordinal));
        }

        Assert.Equal(described, File.ReadAllText(Path.Combine(Repository.Root, "docs", "recipe-keys.md")));
    }

    [Fact]
    public void AStagesOwnRewardsStandInPlaceOfTheRecipes()
    {
        Recipe recipe = Parse("""
            general: { source: nano }
            rewards: { accuracy: 1, format: 0.2 }
            stages:
              - { name: base, kind: pretrain }
              - { name: helpful, kind: reward-model, from: base }
              - { name: zero, kind: grpo, from: base }
              - { name: all, kind: grpo, from: zero, rewards: { accuracy: 1, helpful: { model: helpful, on: summary, weight: 0.5 } } }
            """);
        Assert.Equal(recipe.Rewards, recipe.Stages.Single(s => s.Name == "zero").Rewards);
        RecipeStage all = recipe.Stages.Single(s => s.Name == "all");
        Assert.Equal(["accuracy", "helpful"], all.Rewards.Keys);
        Assert.Equal(new RewardOptions { Model = "helpful", Weight = 0.5, On = Aha.Verification.Format.ResponsePart.Summary }, all.Rewards["helpful"]);
        Assert.Contains(StageGraph.InputsOf(all), i => i is { Key: "rewards.helpful.model", Name: "helpful" });
        Assert.Equal("{ accuracy: 1, format: 0.2 }", YamlKeys.Show(recipe.Rewards));
    }

    private static string Describe(Recipe recipe) => System.Text.Json.JsonSerializer.Serialize(new { recipe, Stages = recipe.Stages.Select(s => s.Options) });
}
