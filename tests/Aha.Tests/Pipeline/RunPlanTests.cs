using Aha.Models.Checkpoints;
using Aha.Pipeline.Planning;
using Aha.Pipeline.Recipes;
using Aha.Pipeline.Running;
using Aha.Runs;
using Aha.Tests.EndToEnd;

namespace Aha.Tests.Pipeline;

/// <summary>What is kept, continued and started anew, and why.</summary>
public sealed class RunPlanTests : IDisposable
{
    private const string Text = """
        name: graph
        model: { hidden_size: 32, heads: 2, kv_heads: 2 }
        stages:
          - { name: test, kind: eval, from: zero }
          - { name: zero, kind: grpo, from: checked }
          - { name: checked, kind: gate, from: base }
          - { name: base, kind: pretrain }
          - { name: small, kind: pretrain, model: { hidden_size: 16 } }
          - { name: small-zero, kind: grpo, from: small }
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private RunPlan Plan(params string[] overrides) => RunPlan.Make(new RecipeSource(Text, "graph.yaml", _folder.Path, overrides), _folder.File("run"));

    private void FinishAll()
    {
        foreach (StagePlan stage in Plan().Stages)
        {
            stage.Folder.Reset(stage.Keys);
            stage.Folder.Finish(new StageResult(stage.Stage.Name, stage.Stage.Kind, 1, new Dictionary<string, double>()));
        }
    }

    [Fact]
    public void LaterStagesAreFoundAndModelsFollowTheGraph()
    {
        RunPlan plan = Plan();
        Assert.Equal(["base", "checked", "zero", "test", "small", "small-zero"], plan.Stages.Select(s => s.Stage.Name));
        Assert.All(plan.Stages, s => Assert.Equal(StageAction.Start, s.Action));
        Assert.Equal(16, plan.Stages[^1].Config.HiddenSize);
        Assert.Equal(2, plan.Stages[^1].Config.NumAttentionHeads);
        // The gate hands on the model it looked at.
        Assert.Equal(plan.Stages[0].Folder.Model, plan.Stages[2].Start!.Path);
    }

    [Theory]
    [InlineData("stages.zero.steps=7", "zero,test", "steps: 100 -> 7")]
    [InlineData("stages.small.learning_rate=0.001", "small,small-zero", "learning_rate: 0.003 -> 0.001")]
    [InlineData("stages.checked.problems=8", "checked", "problems: 128 -> 8")]
    [InlineData("evaluation.samples=3", "checked,zero,test,small-zero", "evaluation.samples: 16 -> 3")]
    [InlineData("rewards.format=0.5", "zero,test,small-zero", "rewards: { accuracy: 1, format: 0.2 } -> { format: 0.5 }")]
    [InlineData("model.layers=2", "base,checked,zero,test,small,small-zero", "model.layers: 4 -> 2")]
    [InlineData("task.max_number=9", "base,checked,zero,test,small,small-zero", "task.max_number: 10 -> 9")]
    [InlineData("stages.zero.overlap_rollouts=true", "zero,test", "overlap_rollouts: not there -> true")]
    [InlineData("stages.base.checkpoint_every=3", "", "")]
    [InlineData("name=other", "", "")]
    public void AChangedKeyUndoesWhatDependsOnItAndSaysWhy(string assignment, string anew, string why)
    {
        FinishAll();
        Assert.All(Plan().Stages, s => Assert.Equal(StageAction.Keep, s.Action));
        RunPlan plan = Plan(assignment);
        StagePlan[] changed = [.. plan.Stages.Where(s => s.Action == StageAction.StartAnew)];
        Assert.Equal(anew, string.Join(',', changed.Select(s => s.Stage.Name)));
        Assert.All(plan.Stages.Except(changed), s => Assert.Equal(StageAction.Keep, s.Action));
        if (changed.Length > 0)
        {
            Assert.Contains(why, changed[0].Reasons);
            Assert.All(changed, s => Assert.NotEmpty(s.Reasons));
        }

        if (anew.StartsWith("zero,", StringComparison.Ordinal))
        {
            Assert.Contains("from: zero is another than before", changed.Single(s => s.Stage.Name == "test").Reasons);
        }
    }

    [Fact]
    public void AnInterruptedStageIsContinuedAndOneOfAnotherVersionStartsAnew()
    {
        FinishAll();
        File.Delete(_folder.File("run/stages/zero/done.json"));
        File.WriteAllText(_folder.File("run/stages/small/options.json"), "0123456789abcdef\n");
        Dictionary<string, StageAction> actions = Plan().Stages.ToDictionary(s => s.Stage.Name, s => s.Action);
        Assert.Equal(StageAction.Continue, actions["zero"]);
        Assert.Equal(StageAction.StartAnew, actions["small"]);
        Assert.Equal(StageAction.Keep, actions["small-zero"]);
    }

    [Theory]
    [InlineData("stages.test.from=./nowhere", "nowhere", "config.json")]
    [InlineData("stages.test.benchmark=none.jsonl", "none.jsonl", "cannot be read")]
    [InlineData("stages.test.benchmark=base", "base", "name a file")]
    [InlineData("stages.zero.max_new_tokens=512", "stages.zero", "512 positions")]
    [InlineData("task={max_number: 1, max_result: 3}", "no problem", "split")]
    public void WhatCannotBeIsNamedBeforeAnythingIsComputed(string assignment, string what, string hint)
    {
        string message = Assert.Throws<RecipeException>(() => Plan(assignment)).Message;
        Assert.Contains(what, message, StringComparison.Ordinal);
        Assert.Contains(hint, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
        Assert.False(Directory.Exists(_folder.File("run")));
    }

    [Fact]
    public void AChangedFileUndoesWhatReadsIt()
    {
        File.WriteAllText(_folder.File("p.jsonl"), """{"numbers": [1, 2, 3], "target": 6}""");
        RunPlan Made() => Plan("stages.test.benchmark=p.jsonl");
        foreach (StagePlan stage in Made().Stages)
        {
            stage.Folder.Reset(stage.Keys);
        }

        File.WriteAllText(_folder.File("p.jsonl"), """{"numbers": [1, 2, 3], "target": 5}""");
        StagePlan test = Made().Stages.Single(s => s.Action != StageAction.Continue);
        Assert.Equal(["benchmark: p.jsonl is another than before"], test.Reasons);
    }

    [Fact]
    public void AnAdapterIsCountedForWhatItIs()
    {
        // Of 64 -> 64 in every layer: A [4, 64], B [64, 4].
        string text = Text.Replace("hidden_size: 32, heads: 2, kv_heads: 2", "hidden_size: 64, heads: 2, kv_heads: 2", StringComparison.Ordinal);
        DryRun all = DryRun.Of(new RecipeSource(text, "graph.yaml", _folder.Path, ["threads=1"]), _folder.File("run"));
        DryRun few = DryRun.Of(new RecipeSource(text, "graph.yaml", _folder.Path, ["threads=1", "stages.zero.lora={ rank: 4, targets: [q_proj] }"]), _folder.File("run"));
        PlannedStage whole = all.Stages.Single(s => s.Name == "zero"), adapter = few.Stages.Single(s => s.Name == "zero");
        const long layers = 4, own = layers * 2 * 4 * 64, adapted = layers * 64 * 64;
        Assert.Equal(whole.Parameters, adapter.Parameters);
        Assert.Equal(4 * own, adapter.DiskBytes - whole.DiskBytes);
        // Two moments a weight are saved; the adapter has itself, a gradient and two moments, and the matrices as they were.
        Assert.Equal((8 * whole.Parameters) - (4 * ((4 * own) + adapted)), whole.MemoryBytes - adapter.MemoryBytes);
    }

    [Fact]
    public void RolloutsThatLieReadyAreCounted()
    {
        string[] few = ["threads=1", "stages.zero.prompts_per_step=2", "stages.zero.group_size=3", "stages.zero.max_new_tokens=5"];
        DryRun plain = DryRun.Of(new RecipeSource(Text, "graph.yaml", _folder.Path, few), _folder.File("run"));
        DryRun overlapped = DryRun.Of(new RecipeSource(Text, "graph.yaml", _folder.Path, [.. few, "stages.zero.overlap_rollouts=true"]), _folder.File("run"));
        Assert.Equal(2 * 3 * 5 * MemoryEstimate.BytesOfSampledToken, overlapped.Stages.Single(s => s.Name == "zero").MemoryBytes - plain.Stages.Single(s => s.Name == "zero").MemoryBytes);
    }

    [Fact]
    public void ASwitchThatCameLaterIsNoKeyWhereItIsOff()
    {
        // Runs begun before there was one go on.
        Assert.All(Plan("stages.zero.overlap_rollouts=false").Stages, s => Assert.DoesNotContain("overlap_rollouts", s.Keys.Text, StringComparison.Ordinal));
    }

    [Fact]
    public void AGgufFileIsAModelToStartFromAndAnotherOneUndoesTheStage()
    {
        TinyModel.Save(_folder.File("tiny"), ["a", "b"]);
        string file = _folder.File("tiny.gguf");
        ModelConversion.ToGguf(_folder.File("tiny"), file);
        RecipeSource source = new("name: g\nstages: [{ name: zero, kind: grpo, from: ./tiny.gguf, max_new_tokens: 8 }]", "g.yaml", _folder.Path, ["evaluation.max_new_tokens=8"]);
        StagePlan first = Assert.Single(RunPlan.Make(source, _folder.File("run")).Stages);
        Assert.Equal(file, Path.GetFullPath(first.Start!.Path));
        Assert.Equal(16, first.Config.HiddenSize);
        File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddMinutes(-5));
        Assert.NotEqual(first.Keys.Fingerprint, Assert.Single(RunPlan.Make(source, _folder.File("run")).Stages).Keys.Fingerprint);
        File.Delete(file);
        Assert.Contains("tiny.gguf is no model folder (it holds no config.json), and no GGUF file", Assert.Throws<RecipeException>(() => RunPlan.Make(source, _folder.File("run"))).Message);
    }
}
