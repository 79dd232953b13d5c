using Aha.Pipeline.Recipes;
using Aha.Tasks;
using Aha.Tasks.Chains;
using Aha.Tasks.Countdown;
using Aha.Tasks.Files;
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
            CorpusShare = options.CorpusShare, TestShare = options.TestShare, Limit = options.Limit,
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
}
