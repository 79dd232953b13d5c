using System.CommandLine;
using Aha.Cli.Terminal;
using Aha.Pipeline.Planning;
using Aha.Pipeline.Recipes;
using Aha.Pipeline.Running;

namespace Aha.Cli.Commands;

/// <summary><c>aha run</c>: a recipe from start to finish.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var recipe = new Argument<string?>("recipe") { Description = "a recipe, for example recipes/nano.yaml", Arity = ArgumentArity.ZeroOrOne };
        var output = new Option<string?>("--output") { Description = "run folder (default: runs/<name>, or runs/<name>-seed<N> for another seed than 1)", HelpName = "DIR" };
        var set = new Option<string[]>("--set") { Description = "change a key: seed=2, stages.r1-zero.steps=50; may be repeated", HelpName = "key=value" };
        var json = CommonOptions.Json();
        var dry = new Option<bool>("--dry-run") { Description = "show what would be done, stage by stage, with estimates of time, memory and disk, and stop" };
        var keys = new Option<bool>("--keys") { Description = "list every key a recipe can hold, with its default, and stop" };
        var command = new Command(
            "run",
            "Runs a recipe's stages in order. Finished stages are kept; a run that was interrupted goes on where it was; a changed option undoes the stages that depend on it and no others.\n\nExample:\n  aha run recipes/nano.yaml --set seed=2 --output runs/second")
        {
            recipe, output, set, dry, json, keys,
        };
        command.SetAction((parsed, cancel) =>
        {
            if (parsed.GetValue(keys))
            {
                Console.Out.Write(RecipeKeys.Describe());
                return Task.FromResult(0);
            }

            string path = parsed.GetValue(recipe) ?? throw new CommandException("no recipe given; try: aha run recipes/nano.yaml");
            string[] overrides = parsed.GetValue(set) ?? [];
            string? folder = parsed.GetValue(output);
            if (parsed.GetValue(dry))
            {
                PlanTable.Write(DryRun.Of(RecipeSource.FromFile(path, overrides), folder), parsed.GetValue(json));
                return Task.FromResult(0);
            }

            string words = string.Join(' ', (string[])["aha run", path, .. overrides.Select(o => $"--set {o}"), .. folder is null ? [] : (string[])["--output", folder]]);
            return Execution.RunAsync(RecipeSource.FromFile(path, overrides), folder, words, parsed.GetValue(json), cancel);
        });
        return command;
    }
}
