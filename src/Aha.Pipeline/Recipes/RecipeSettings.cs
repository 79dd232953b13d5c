using System.Reflection;

namespace Aha.Pipeline.Recipes;

/// <summary>A recipe as flat keys and values, named as <c>--set</c> names them, defaults included.</summary>
public static class RecipeSettings
{
    public static IReadOnlyDictionary<string, string> Of(Recipe recipe)
    {
        var settings = new Dictionary<string, string>();
        Add(settings, "", recipe);
        foreach (RecipeStage stage in recipe.Stages)
        {
            settings[$"stages.{stage.Name}.kind"] = stage.Kind;
            settings[$"stages.{stage.Name}.from"] = YamlKeys.Show(stage.From);
            Add(settings, $"stages.{stage.Name}.", stage.Options);
        }

        return settings;
    }

    private static void Add(Dictionary<string, string> settings, string path, object options)
    {
        foreach ((string key, PropertyInfo property) in YamlKeys.Of(options.GetType()))
        {
            object? value = property.GetValue(options);
            if (value is not null && YamlKeys.IsMapping(property.PropertyType))
            {
                Add(settings, $"{path}{key}.", value);
            }
            else if (value is not IReadOnlyList<RecipeStage>)
            {
                settings[path + key] = YamlKeys.Show(value);
            }
        }
    }
}
