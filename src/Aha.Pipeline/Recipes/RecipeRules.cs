using Aha.Tasks;
using Aha.Tasks.Generated;
using Aha.Training.Grpo;
using Aha.Training.Pretraining;
using Aha.Verification.Rewards;

namespace Aha.Pipeline.Recipes;

/// <summary>What must hold beyond a key's type, checked before anything is computed.</summary>
internal static class RecipeRules
{
    public static void Check(Recipe recipe, string file)
    {
        ModelOptions m = recipe.Model;
        Require(file, m.HiddenSize >= 2 && m.Layers >= 1 && m.Heads >= 1 && m.KvHeads >= 1 && m.IntermediateSize >= 1 && m.MaxPositions >= 8,
            "model: sizes must be positive (hidden_size at least 2, max_positions at least 8)");
        Require(file, m.HiddenSize % m.Heads == 0, $"model: heads ({m.Heads}) must divide hidden_size ({m.HiddenSize})");
        Require(file, m.HiddenSize / m.Heads % 2 == 0, $"model: a head's width (hidden_size / heads = {m.HiddenSize / m.Heads}) must be even for rotary positions");
        Require(file, m.Heads % m.KvHeads == 0, $"model: kv_heads ({m.KvHeads}) must divide heads ({m.Heads})");
        Require(file, m.InitializerRange > 0, $"model: initializer_range is {m.InitializerRange}; it must be above 0");
        EvaluationOptions e = recipe.Evaluation;
        Require(file, e.Samples >= 1 && e.MaxNewTokens >= 1 && e.Problems >= 0 && e.Temperature >= 0 && e.TopP is > 0 and <= 1,
            "evaluation: samples and max_new_tokens must be at least 1, problems and temperature not negative, top_p in 0..1");
        Require(file, recipe.Threads >= 0, $"threads is {recipe.Threads}; it must not be negative");
        Require(file, recipe.Rewards.Count > 0, "rewards: at least one part is needed, for example accuracy: 1");
        foreach (string part in recipe.Rewards.Keys)
        {
            Try(file, "rewards", () => RewardFunctions.Create(part));
        }

        Require(file, recipe.Task.Kind != TaskKind.File || recipe.Task.Path is not null, "task: kind file needs a path");
        Require(file, recipe.Task.Kind != TaskKind.Generated || GeneratedTasks.Names.Contains(recipe.Task.Puzzle ?? ""),
            $"task: puzzle '{recipe.Task.Puzzle}' is none of {string.Join(", ", GeneratedTasks.Names)}");
        Require(file, recipe.Model.Load is not null || recipe.Stages[0].Kind == "pretrain",
            $"stage {recipe.Stages[0].Name}: the first stage must be a pretrain stage, or model: load: must name a trained model");
        Try(file, "template", () => PromptRenderers.Check(recipe.Template, recipe.SystemPrompt));
        Require(file, recipe.Template != PromptRenderers.Chat || recipe.Model.Load is not null,
            "template: chat is the template of a loaded model; a model made from scratch has none (set model: load:, or another template)");
        Try(file, "reflective_words", () => _ = new Runs.ReflectiveWords(recipe.ReflectiveWords));
        foreach (RecipeStage stage in recipe.Stages)
        {
            CheckStage(recipe, stage, file);
        }
    }

    private static void CheckStage(Recipe recipe, RecipeStage stage, string file)
    {
        string where = $"stages.{stage.Name}";
        switch (stage.Options)
        {
            case PretrainOptions options:
                Try(file, where, options.Validate);
                Require(file, recipe.Task.Kind == TaskKind.Countdown && recipe.Task.Wording == Tasks.Countdown.CountdownWording.Nano,
                    $"{where}: pretraining generates its corpus for task kind countdown with wording nano; load a trained model for other tasks");
                Require(file, options.SequenceLength <= recipe.Model.MaxPositions, $"{where}: sequence_length {options.SequenceLength} exceeds model.max_positions {recipe.Model.MaxPositions}");
                break;
            case GrpoOptions options:
                Try(file, where, options.Validate);
                Require(file, recipe.Model.Load is not null || options.MaxNewTokens < recipe.Model.MaxPositions,
                    $"{where}: max_new_tokens {options.MaxNewTokens} leaves no room for a prompt in model.max_positions {recipe.Model.MaxPositions}");
                break;
            default:
                break;
        }

        Require(file, stage.Kind == "pretrain" || stage.From is not null || recipe.Model.Load is not null,
            $"{where}: from: must name the stage whose model it starts from");
    }

    private static void Require(string file, bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new RecipeException($"{file}: {otherwise}");
        }
    }

    private static void Try(string file, string where, Action check)
    {
        try
        {
            check();
        }
        catch (Exception e) when (e is ArgumentException or TaskException)
        {
            throw new RecipeException($"{file}: {where}: {e.Message}", e);
        }
    }
}
