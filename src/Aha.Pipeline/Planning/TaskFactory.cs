using Aha.Pipeline.Recipes;
using Aha.Tasks;
using Aha.Tasks.Chains;
using Aha.Tasks.Countdown;
using Aha.Tasks.Files;
using Aha.Tasks.General;
using Aha.Tasks.Generated;

namespace Aha.Pipeline.Planning;

/// <summary>From a recipe's <c>task</c> to the task.</summary>
internal static class TaskFactory
{
    /// <exception cref="TaskException">Options out of range, or a data file that cannot be used.</exception>
    public static ITask Create(TaskOptions options, string recipeFolder) => options.Kind switch
    {
        TaskKind.Countdown => new CountdownTask(new CountdownOptions
        {
            Numbers = options.Numbers, MaxNumber = options.MaxNumber, MaxResult = options.MaxResult, Wording = options.Wording,
            CorpusShare = options.CorpusShare, TestShare = options.TestShare, Limit = options.Limit, Languages = options.Languages,
        }),
        TaskKind.Arithmetic => new ChainTask(new ChainOptions
        {
            Numbers = options.Numbers, MaxNumber = options.MaxNumber, MaxResult = options.MaxResult, TestShare = options.TestShare,
            Count = options.Limit > 0 ? options.Limit : new ChainOptions().Count,
        }),
        TaskKind.Generated => GeneratedTasks.Create(options.Puzzle!, count: options.Limit > 0 ? options.Limit : 1000),
        _ => new FileTask(
            Path.GetFileNameWithoutExtension(options.Path!),
            ProblemFile.Load(Path.Combine(recipeFolder, options.Path!), options.Verifier, options.Wording),
            options.TestPath is null ? null : ProblemFile.Load(Path.Combine(recipeFolder, options.TestPath), options.Verifier, options.Wording),
            options.TestShare),
    };

    /// <summary>From a recipe's <c>general</c> to its prompts; null where there are none.</summary>
    /// <exception cref="TaskException">Options out of range, or a data file that cannot be used.</exception>
    public static ITask? CreateGeneral(Recipe recipe, string recipeFolder) => recipe.General.Source switch
    {
        GeneralSource.Nano => new GeneralTask(new GeneralWorldOptions { Languages = recipe.Task.Languages, TestShare = recipe.General.TestShare }),
        GeneralSource.File => new FileTask("general", PromptFile.Load(Path.Combine(recipeFolder, recipe.General.Path!)), null, recipe.General.TestShare),
        _ => null,
    };
}
