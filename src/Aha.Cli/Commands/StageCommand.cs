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
    /// <param name="example">The options of an example, after <c>aha KIND</c>.</param>
    public static Command Create(string kind, string description, string example)
    {
        StageKind known = StageKinds.Known[kind];
        var model = new Option<string?>("--model") { Description = "the model folder to start from", Required = true, HelpName = "DIR" };
        var output = new Option<string?>("--output") { Description = $"run folder (default: runs/{kind})", HelpName = "DIR" };
        var set = new Option<string[]>("--set") { Description = "change a key of the recipe around the stage: seed=2, task.numbers=4; may be repeated ('aha run --keys' lists them)", HelpName = "key=value" };
        var json = CommonOptions.Json();
        var command = new Command(kind, $"{description}\n\nExample:\n  aha {kind} {example}") { output, set, json };
        if (!known.FromScratch)
        {
            command.Options.Add(model);
        }

        List<KeyOption> keys = [.. KeyOption.Of(known.Options, [])];
        keys.ForEach(key => command.Options.Add(key.Option));
        command.SetAction((parsed, cancel) =>
        {
            var yaml = new StringBuilder($"name: {kind}\n");
            if (!known.FromScratch)
            {
                yaml.Append("model: { load: ").Append(Quote(Path.GetFullPath(parsed.GetValue(model)!))).Append(" }\n");
            }

            yaml.Append($"stages:\n  - name: {kind}\n    kind: {kind}\n");
            foreach (IGrouping<string, KeyOption> group in keys.Where(k => parsed.GetValue(k.Option) is { Length: > 0 }).GroupBy(k => k.Path.Count > 1 ? k.Path[0] : ""))
            {
                string entries = string.Join(group.Key.Length == 0 ? "\n    " : ", ", group.Select(k => $"{k.Path[^1]}: {k.Yaml(parsed.GetValue(k.Option)!)}"));
                yaml.Append(group.Key.Length == 0 ? $"    {entries}\n" : $"    {group.Key}: {{ {entries} }}\n");
            }

            string words = string.Join(' ', (string[])["aha", .. parsed.Tokens.Select(t => t.Value)]);
            return Execution.RunAsync(new RecipeSource(yaml.ToString(), $"aha {kind}", Environment.CurrentDirectory, parsed.GetValue(set) ?? []), parsed.GetValue(output), words, parsed.GetValue(json), cancel);
        });
        return command;
    }

    private static string Quote(string text) => $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    /// <summary>A recipe key as a command-line option: <c>learning_rate</c> is <c>--learning-rate</c>, <c>sampling.top_p</c> is <c>--sampling-top-p</c>.</summary>
    private sealed record KeyOption(IReadOnlyList<string> Path, PropertyInfo Property, Option<string[]?> Option)
    {
        public static IEnumerable<KeyOption> Of(Type options, IReadOnlyList<string> prefix)
        {
            object defaults = Activator.CreateInstance(options)!;
            foreach ((string key, PropertyInfo property) in YamlKeys.Of(options))
            {
                IReadOnlyList<string> path = [.. prefix, key];
                if (YamlKeys.IsMapping(property.PropertyType))
                {
                    foreach (KeyOption inner in Of(property.PropertyType, path))
                    {
                        yield return inner;
                    }

                    continue;
                }

                string help = property.GetCustomAttribute<DescriptionAttribute>()?.Description ?? key;
                string repeated = IsList(property) ? "; may be repeated" : "";
                yield return new KeyOption(path, property, new Option<string[]?>("--" + string.Join('-', path).Replace('_', '-'))
                {
                    Description = $"{help}{repeated} [default: {YamlKeys.Show(property.GetValue(defaults))}]", HelpName = "value",
                });
            }
        }

        /// <summary>The values as they stand in a recipe. Inputs are paths here: there is no other stage to name.</summary>
        public string Yaml(string[] values)
        {
            if (Property.GetCustomAttribute<StageInputAttribute>() is not null)
            {
                values = [.. values.Select(System.IO.Path.GetFullPath)];
            }

            // A list of mappings is written as in a recipe.
            return !IsList(Property) ? Quote(values[^1])
                : Property.PropertyType == typeof(IReadOnlyList<string>) ? $"[{string.Join(", ", values.Select(Quote))}]"
                : $"[{string.Join(", ", values)}]";
        }

        private static bool IsList(PropertyInfo property) => property.PropertyType.IsGenericType && property.PropertyType.GetGenericTypeDefinition() == typeof(IReadOnlyList<>);
    }
}
