using System.CommandLine;
using System.ComponentModel;
using System.Reflection;
using System.Text;
using Aha.Pipeline.Recipes;
using Aha.Pipeline.Running;

namespace Aha.Cli.Commands;

/// <summary>One stage by itself: its recipe keys as options, a recipe of that one stage underneath.</summary>
internal static class StageCommand
{
    public static Command Create(string kind, string description)
    {
        bool startsFromModel = kind != "pretrain";
        var model = new Option<string?>("--model") { Description = "the model folder to start from", Required = startsFromModel, HelpName = "DIR" };
        var output = new Option<string?>("--output") { Description = $"run folder (default: runs/{kind})", HelpName = "DIR" };
        var set = new Option<string[]>("--set") { Description = "change a key of the recipe around the stage: seed=2, task.numbers=4; may be repeated ('aha run --keys' lists them)", HelpName = "key=value" };
        var json = CommonOptions.Json();
        string example = startsFromModel ? $"aha {kind} --model runs/nano/stages/base/model --steps 50" : $"aha {kind} --steps 2000 --output runs/base";
        var command = new Command(kind, $"{description}\n\nExample:\n  {example}") { output, set, json };
        if (startsFromModel)
        {
            command.Options.Add(model);
        }

        Type type = StageKinds.Known[kind].Options;
        object defaults = Activator.CreateInstance(type)!;
        var options = new Dictionary<string, Option<string?>>();
        foreach ((string key, PropertyInfo property) in YamlKeys.Of(type))
        {
            string help = property.GetCustomAttribute<DescriptionAttribute>()?.Description ?? key;
            options[key] = new Option<string?>("--" + key.Replace('_', '-')) { Description = $"{help} [default: {YamlKeys.Show(property.GetValue(defaults))}]", HelpName = "value" };
            command.Options.Add(options[key]);
        }

        command.SetAction((parsed, cancel) =>
        {
            var yaml = new StringBuilder($"name: {kind}\n");
            if (startsFromModel)
            {
                yaml.Append("model: { load: ").Append(Quote(Path.GetFullPath(parsed.GetValue(model)!))).Append(" }\n");
            }

            yaml.Append($"stages:\n  - name: {kind}\n    kind: {kind}\n");
            foreach ((string key, Option<string?> option) in options)
            {
                if (parsed.GetValue(option) is { } value)
                {
                    yaml.Append($"    {key}: {Quote(value)}\n");
                }
            }

            string words = string.Join(' ', (string[])["aha", .. parsed.Tokens.Select(t => t.Value)]);
            return Execution.RunAsync(new RecipeSource(yaml.ToString(), $"aha {kind}", Environment.CurrentDirectory, parsed.GetValue(set) ?? []), parsed.GetValue(output), words, parsed.GetValue(json), cancel);
        });
        return command;
    }

    private static string Quote(string text) => $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
