using System.Globalization;
using System.Reflection;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Aha.Pipeline.Recipes;

/// <summary>
/// Binds a YAML mapping to an options record: keys are the properties in snake_case, absent keys keep the record's default, and
/// a key the record does not have is an error that names the nearest one it has.
/// </summary>
internal static class YamlBinder
{
    /// <param name="file">For messages.</param>
    /// <param name="path">The key path that leads to the node, for messages.</param>
    /// <param name="alsoKnown">Keys of the mapping that the caller reads itself.</param>
    /// <exception cref="RecipeException">A key is unknown or stands twice, or a value has the wrong form.</exception>
    public static object Bind(YamlNode node, Type type, string file, string path, params IReadOnlyList<string> alsoKnown)
    {
        if (node is not YamlMappingNode mapping)
        {
            throw Error(file, node, $"{Shown(path)} must be a mapping of keys to values");
        }

        object target = Activator.CreateInstance(type)!;
        Dictionary<string, PropertyInfo> properties = Properties(type);
        foreach ((YamlNode key, YamlNode value) in mapping.Children)
        {
            string name = (key as YamlScalarNode)?.Value ?? "";
            if (alsoKnown.Contains(name))
            {
                continue;
            }

            if (!properties.TryGetValue(name, out PropertyInfo? property))
            {
                throw Error(file, key, Unknown(name, path, properties.Keys.Concat(alsoKnown)));
            }

            property.SetValue(target, Convert(value, property.PropertyType, file, path.Length == 0 ? name : $"{path}.{name}"));
        }

        return target;
    }

    /// <summary>An options record's keys: every settable property in snake_case.</summary>
    public static Dictionary<string, PropertyInfo> Properties(Type type) => type
        .GetProperties(BindingFlags.Public | BindingFlags.Instance)
        .Where(p => p.SetMethod is { IsPublic: true })
        .ToDictionary(p => SnakeCase(p.Name), StringComparer.Ordinal);

    public static string SnakeCase(string name) => string.Concat(name.Select((c, i) =>
        char.IsUpper(c) && i > 0 && (char.IsLower(name[i - 1]) || (i + 1 < name.Length && char.IsLower(name[i + 1]))) ? $"_{char.ToLowerInvariant(c)}" : $"{char.ToLowerInvariant(c)}"));

    public static RecipeException Error(string file, YamlNode node, string message) => new($"{file}:{node.Start.Line}: {message}");

    public static string Unknown(string name, string path, IEnumerable<string> known)
    {
        string[] keys = [.. known.Order(StringComparer.Ordinal)];
        string nearest = keys.MinBy(k => Distance(k, name)) ?? "";
        string hint = Distance(nearest, name) <= Math.Max(2, name.Length / 2) ? $"; did you mean '{nearest}'?" : $"; known keys: {string.Join(", ", keys)}";
        return $"unknown key '{name}'{(path.Length == 0 ? "" : $" in {path}")}{hint}";
    }

    private static object? Convert(YamlNode node, Type type, string file, string path)
    {
        if (Nullable.GetUnderlyingType(type) is { } inner)
        {
            return node is YamlScalarNode { Value: null or "" or "null" or "~", Style: ScalarStyle.Plain } ? null : Convert(node, inner, file, path);
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>))
        {
            return List(node, type.GetGenericArguments()[0], file, path);
        }

        if (type == typeof(IReadOnlyDictionary<string, RewardOptions>))
        {
            return Named<RewardOptions>(node, file, path);
        }

        return type == typeof(string) || type.IsEnum || type.IsPrimitive
            ? Scalar(node, type, file, path)
            : Bind(node, type, file, path);
    }

    /// <summary>A mapping of names to records, each of them a mapping or, where the record has a shorthand, a single value.</summary>
    /// <exception cref="RecipeException">A key is unknown, or a value has the wrong form.</exception>
    public static SortedDictionary<string, T> Named<T>(YamlNode node, string file, string path)
    {
        if (node is not YamlMappingNode mapping)
        {
            throw Error(file, node, $"{path} must be a mapping of names to values");
        }

        // Sorted, so that the order of lines in a file changes nothing.
        var named = new SortedDictionary<string, T>(StringComparer.Ordinal);
        foreach ((YamlNode key, YamlNode value) in mapping.Children)
        {
            string name = (key as YamlScalarNode)?.Value ?? throw Error(file, key, $"{path}: a name must be a single word");
            string? shorthand = typeof(T).GetCustomAttribute<ShorthandAttribute>()?.Key;
            YamlNode whole = value is YamlScalarNode && shorthand is not null ? new YamlMappingNode(new YamlScalarNode(shorthand), value) : value;
            try
            {
                named[name] = (T)Bind(whole, typeof(T), file, $"{path}.{name}");
            }
            catch (RecipeException) when (value is YamlScalarNode { Value: { } text })
            {
                throw Error(file, value, $"{path}.{name}: '{text}' is not {Expected(Properties(typeof(T))[shorthand!].PropertyType)}, nor a mapping of keys to values");
            }
        }

        return named;
    }

    private static Array List(YamlNode node, Type element, string file, string path)
    {
        if (node is not YamlSequenceNode sequence)
        {
            // One entry need not be written as a list.
            sequence = node is YamlScalarNode { Value.Length: > 0 } ? new YamlSequenceNode(node) : throw Error(file, node, $"{path} must be a list");
        }

        Array list = Array.CreateInstance(element, sequence.Children.Count);
        for (int i = 0; i < list.Length; i++)
        {
            list.SetValue(Convert(sequence.Children[i], element, file, $"{path}[{i}]"), i);
        }

        return list;
    }

    private static object Scalar(YamlNode node, Type type, string file, string path)
    {
        if (node is not YamlScalarNode { Value: { } text })
        {
            throw Error(file, node, $"{path} must be a single value");
        }

        CultureInfo culture = CultureInfo.InvariantCulture;
        object? value = type switch
        {
            _ when type == typeof(string) => text,
            _ when type == typeof(int) => int.TryParse(text, NumberStyles.AllowLeadingSign, culture, out int i) ? i : null,
            _ when type == typeof(long) => long.TryParse(text, NumberStyles.AllowLeadingSign, culture, out long l) ? l : null,
            _ when type == typeof(double) => double.TryParse(text, NumberStyles.Float, culture, out double d) && double.IsFinite(d) ? d : null,
            _ when type == typeof(bool) => text switch { "true" => true, "false" => false, _ => (object?)null },
            _ when type.IsEnum => Enum.GetNames(type).FirstOrDefault(n => SnakeCase(n) == text) is { } name ? Enum.Parse(type, name) : null,
            _ => throw new NotSupportedException($"recipe keys of type {type} are not supported"),
        };
        return value ?? throw Error(file, node, $"{path}: '{text}' is not {Expected(type)}");
    }

    private static string Expected(Type type) => type switch
    {
        _ when type.IsEnum => $"one of {string.Join(", ", Enum.GetNames(type).Select(SnakeCase))}",
        _ when type == typeof(bool) => "true or false",
        _ when type == typeof(double) => "a number",
        _ => "a whole number",
    };

    private static string Shown(string path) => path.Length == 0 ? "the recipe" : path;

    // Levenshtein distance, two rows.
    private static int Distance(string a, string b)
    {
        int[] previous = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int[] current = new int[b.Length + 1];
            current[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                current[j] = Math.Min(Math.Min(current[j - 1], previous[j]) + 1, previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
            }

            previous = current;
        }

        return previous[b.Length];
    }
}
