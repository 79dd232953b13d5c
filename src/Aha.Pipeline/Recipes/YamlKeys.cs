using System.Globalization;
using System.Reflection;

namespace Aha.Pipeline.Recipes;

/// <summary>The keys an options record has in a recipe.</summary>
public static class YamlKeys
{
    /// <summary>Key (snake_case) to property.</summary>
    public static IReadOnlyDictionary<string, PropertyInfo> Of(Type options) => YamlBinder.Properties(options);

    /// <summary>Whether a value of this type is a mapping of further keys.</summary>
    public static bool IsMapping(Type type) => type.IsClass && !type.IsAbstract && type != typeof(string) && type.GetConstructor(Type.EmptyTypes) is not null;

    /// <summary>A default value as it would be written in a recipe.</summary>
    public static string Show(object? value) => value switch
    {
        null => "none",
        string text => text,
        bool flag => flag ? "true" : "false",
        Enum choice => YamlBinder.SnakeCase(choice.ToString()),
        IReadOnlyDictionary<string, RewardOptions> parts => $"{{ {string.Join(", ", parts.Select(p => $"{p.Key}: {Show(p.Value)}"))} }}",
        RewardOptions part when part == new RewardOptions { Weight = part.Weight } => Show(part.Weight),
        System.Collections.IEnumerable list => $"[{string.Join(", ", list.Cast<object>().Select(Show))}]",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => $"{{ {string.Join(", ", Of(value.GetType()).Select(p => $"{p.Key}: {Show(p.Value.GetValue(value))}"))} }}",
    };
}
