using Aha.Models;
using Aha.Models.Checkpoints;
using Aha.Pipeline.Recipes;
using Aha.Pipeline.Running;
using Aha.Pipeline.Stages;
using Aha.Tasks;

namespace Aha.Pipeline.Planning;

/// <summary>
/// A recipe, its task and its run folder seen together, before anything is computed or written: the stages in order, with what each reads and what
/// has to be done about it.
/// </summary>
internal sealed class RunPlan
{
    private RunPlan(RecipeSource source, Recipe recipe, string folder, ITask task, ITask? general, IReadOnlyList<StagePlan> stages) =>
        (Source, Recipe, Folder, Task, General, Stages) = (source, recipe, folder, task, general, stages);

    public RecipeSource Source { get; }

    public Recipe Recipe { get; }

    /// <summary>The run folder.</summary>
    public string Folder { get; }

    public ITask Task { get; }

    /// <summary>Prompts without one right answer; null where the recipe has none.</summary>
    public ITask? General { get; }

    public IReadOnlyList<StagePlan> Stages { get; }

    /// <param name="output">The run folder; null for <c>runs/NAME</c>, with <c>-seedN</c> where the seed is not 1.</param>
    /// <exception cref="RecipeException">The recipe cannot be run as written.</exception>
    public static RunPlan Make(RecipeSource source, string? output)
    {
        Recipe recipe = RecipeReader.Parse(source.Text, source.Name, source.Overrides);
        string folder = output ?? Path.Combine("runs", recipe.Seed == 1 ? recipe.Name : $"{recipe.Name}-seed{recipe.Seed}");
        ITask task = TaskFactory.Create(recipe.Task, source.Folder);
        RequireProblems(task, source.Name);
        var stages = new List<StagePlan>();
        foreach (RecipeStage stage in recipe.Stages)
        {
            stages.Add(Plan(source, recipe, stage, stages, folder));
        }

        var plan = new RunPlan(source, recipe, folder, task, TaskFactory.CreateGeneral(recipe, source.Folder), stages);
        foreach (StagePlan stage in stages)
        {
            RequireRoom(plan, stage);
            RequireTemplate(plan, stage);
        }

        return plan;
    }

    private static StagePlan Plan(RecipeSource source, Recipe recipe, RecipeStage stage, List<StagePlan> before, string runFolder)
    {
        var inputs = StageGraph.InputsOf(stage).ToList();
        if (stage.From is null && recipe.Model.Load is { } load)
        {
            inputs.Insert(0, new StageInput("from", IsPlain(load) ? $"./{load}" : load, StageProduct.Model));
        }

        StageSource[] sources = [.. inputs.Select(i => Find(source, stage, i, before))];
        StageSource? start = sources.FirstOrDefault(s => s.Input.Key == "from");
        ModelConfig config = start is null ? stage.Model.ToConfig(ModelText.TokenizerOf(recipe, stage.Model, source.Folder)) : start.Maker?.Config ?? ModelCheckpoint.ReadConfig(start.Path);
        StageKeys keys = StageKeys.Of(recipe, stage, sources, source.Folder);
        var folder = new StageFolder(runFolder, stage.Name);
        (StageAction action, IReadOnlyList<string> reasons) = Decide(folder, keys);
        return new StagePlan(stage, sources, config, keys, folder, action, reasons);
    }

    private static bool IsPlain(string name) => !new StageInput("", name, StageProduct.Model).IsPath;

    private static (StageAction Action, IReadOnlyList<string> Reasons) Decide(StageFolder folder, StageKeys keys)
    {
        if (!folder.Exists)
        {
            return (StageAction.Start, []);
        }

        if (folder.BegunWith() is not { } before)
        {
            return (StageAction.StartAnew, ["another version of Aha wrote it"]);
        }

        return before.Fingerprint != keys.Fingerprint ? (StageAction.StartAnew, keys.ChangesSince(before))
            : folder.Finished() is not null ? (StageAction.Keep, [])
            : (StageAction.Continue, []);
    }

    private static StageSource Find(RecipeSource source, RecipeStage stage, StageInput input, List<StagePlan> before)
    {
        if (!input.IsPath)
        {
            StagePlan named = before.Single(p => p.Stage.Name == input.Name);
            if (input.Product == StageProduct.Data)
            {
                return new StageSource(input, named.Folder.Data, $"{input.Name} {FileIdentity.Mark(named.Keys.Fingerprint)}", named);
            }

            if (input.Product == StageProduct.RewardModel)
            {
                return new StageSource(input, named.Folder.Model, $"{input.Name} {FileIdentity.Mark(named.Keys.Fingerprint)}", named);
            }

            // A stage without a model of its own hands on the one it looked at: what it was asked about that model changes nothing after it.
            return named.Kind.LeavesModel
                ? new StageSource(input, named.Folder.Model, $"{input.Name} {FileIdentity.Mark(named.Keys.Fingerprint)}", named)
                : named.Start! with { Input = input };
        }

        string path = Path.Combine(source.Folder, input.Name);
        if (input.Product is not (StageProduct.Model or StageProduct.RewardModel))
        {
            return new StageSource(input, path, $"{input.Name} {FileIdentity.OfFile(path)}", null);
        }

        return FileIdentity.OfModel(path) is { } mark
            ? new StageSource(input, path, $"{input.Name} {mark}", null)
            : throw new RecipeException($"{source.Name}: stages.{stage.Name}: {input.Key}: {path} is no model folder (it holds no {ModelConfigFile.ConfigName}), and no GGUF file");
    }

    private static void RequireProblems(ITask task, string recipe)
    {
        foreach (Split split in (Split[])[Split.Train, Split.Test])
        {
            if (task.Problems(split).Count == 0)
            {
                throw new RecipeException($"{recipe}: task {task.Name} has no problem in its {split.ToString().ToLowerInvariant()} split; raise the sizes or change the shares");
            }
        }
    }

    // A model keeps the chat template of the one it came from; one made from scratch has none to keep.
    private static void RequireTemplate(RunPlan plan, StagePlan stage)
    {
        StagePlan first = stage;
        while (first.Start is { Maker: { } maker })
        {
            first = maker;
        }

        if (plan.Recipe.Template == PromptRenderers.Chat && stage.Kind.Reads.HasFlag(RecipeParts.Template) && first.Start is null)
        {
            throw new RecipeException($"{plan.Source.Name}: template: chat is the template of a loaded model; that of stage {stage.Stage.Name} is made from scratch and has none (set model: load:, or another template)");
        }
    }

    private static void RequireRoom(RunPlan plan, StagePlan stage)
    {
        int longest = StageFactory.Create(stage.Stage).Work(plan, stage).LongestCompletion, positions = stage.Config.MaxPositionEmbeddings;
        if (longest >= positions)
        {
            throw new RecipeException($"{plan.Source.Name}: stages.{stage.Stage.Name}: completions of up to {longest} tokens leave no room for a prompt in the model's {positions} positions; lower max_new_tokens or raise model.max_positions");
        }
    }
}
