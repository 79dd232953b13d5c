using System.ComponentModel;
using System.Reflection;
using System.Text;

namespace Aha.Pipeline.Recipes;

/// <summary>Every key a recipe can hold, from the options themselves, so that the list cannot go stale.</summary>
public static class RecipeKeys
{
    /// <summary>Markdown: a heading a mapping, a line a key with its meaning and default.</summary>
    public static string Describe()
    {
        var text = new StringBuilder("# Recipe keys\n\nA recipe is YAML. Every key has a default; a misspelt key is an error that names the nearest one.\n");
        Section(text, "The recipe", typeof(Recipe), nested: true);
        text.Append("- `stages`: a list; each entry has `name`, `kind`, the keys of its kind, `from` (the stage whose model it starts from, or a model folder relative to the recipe), `rewards` (in place of the recipe's) and, where it makes a model from scratch, `model` (keys that differ from the recipe's)\n");
        foreach ((string key, PropertyInfo property) in YamlKeys.Of(typeof(Recipe)))
        {
            if (YamlKeys.IsMapping(property.PropertyType))
            {
                Section(text, $"`{key}`", property.PropertyType, nested: false);
            }
        }

        Section(text, "An entry of `rewards`", typeof(RewardOptions), nested: true);
        Section(text, "`judge` of an entry of `rewards`", typeof(JudgeKeys), nested: false);
        Section(text, "An entry of `published`", typeof(PublishedOptions), nested: false);
        foreach (StageKind kind in StageKinds.Known.Values)
        {
            Section(text, $"A stage of kind `{kind.Name}`", kind.Options, nested: false);
        }

        // A mapping that has the keys of another kind refers to it.
        HashSet<Type> shown = [.. StageKinds.Known.Values.Select(kind => kind.Options)];
        foreach ((string key, PropertyInfo property) in StageKinds.Known.Values.SelectMany(kind => YamlKeys.Of(kind.Options)))
        {
            if (YamlKeys.IsMapping(property.PropertyType) && shown.Add(property.PropertyType))
            {
                Section(text, $"`{key}` of a stage", property.PropertyType, nested: false);
            }
        }

        return text.ToString();
    }

    private static void Section(StringBuilder text, string title, Type options, bool nested)
    {
        text.Append($"\n## {title}\n\n");
        object defaults = Activator.CreateInstance(options)!;
        foreach ((string key, PropertyInfo property) in YamlKeys.Of(options))
        {
            if (key == "stages")
            {
                continue;
            }

            string description = property.GetCustomAttribute<DescriptionAttribute>()?.Description
                ?? throw new InvalidOperationException($"{options.Name}.{property.Name} has no description");
            string shown = nested && YamlKeys.IsMapping(property.PropertyType) ? "see below" : $"default {YamlKeys.Show(property.GetValue(defaults))}";
            text.Append($"- `{key}`: {description} ({shown})\n");
        }
    }
}
