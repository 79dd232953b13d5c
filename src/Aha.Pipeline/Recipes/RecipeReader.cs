using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Aha.Pipeline.Recipes;

/// <summary>Reads recipes. Every error is a <see cref="RecipeException"/> that names file, line and key.</summary>
public static class RecipeReader
{
    private static readonly string[] s_stageKeys = ["name", "kind", "from", "model", "rewards"];

    /// <param name="file">The file the text came from, for messages.</param>
    /// <param name="overrides">Assignments such as <c>seed=2</c> or <c>stages.r1-zero.steps=50</c>, applied before reading.</param>
    /// <exception cref="RecipeException">The text is no YAML, or a key or value is wrong.</exception>
    public static Recipe Parse(string text, string file, IReadOnlyList<string> overrides)
    {
        YamlMappingNode root = Root(text, file);
        foreach (string assignment in overrides)
        {
            Override(root, assignment);
        }

        var recipe = (Recipe)YamlBinder.Bind(root, typeof(Recipe), file, "", "stages");
        if (recipe.Name.Length == 0)
        {
            recipe = recipe with { Name = Path.GetFileNameWithoutExtension(file) };
        }

        recipe = recipe with { Stages = StageGraph.Order(Stages(root, recipe.Rewards, file), file) };
        RecipeRules.Check(recipe, file);
        return recipe;
    }

    private static YamlMappingNode Root(string text, string file)
    {
        try
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(text));
            return stream.Documents.Count == 1 && stream.Documents[0].RootNode is YamlMappingNode mapping
                ? mapping
                : throw new RecipeException($"{file}: a recipe is one YAML mapping of keys to values");
        }
        catch (YamlException e)
        {
            throw new RecipeException($"{file}:{e.Start.Line}: not YAML: {e.Message.Split('\n')[0]}", e);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            // YamlDotNet reports a key that stands twice, and some broken scalars, this way.
            throw new RecipeException($"{file}: {e.Message.Split('\n')[0]}", e);
        }
    }

    private static List<RecipeStage> Stages(YamlMappingNode root, IReadOnlyDictionary<string, RewardOptions> rewards, string file)
    {
        if (!root.Children.TryGetValue(new YamlScalarNode("stages"), out YamlNode? node))
        {
            throw new RecipeException($"{file}: the recipe has no 'stages'; a stage is at least {{ name: base, kind: pretrain }}");
        }

        if (node is not YamlSequenceNode { Children.Count: > 0 } sequence)
        {
            throw YamlBinder.Error(file, node, "stages must be a list with at least one stage");
        }

        var stages = new List<RecipeStage>();
        foreach (YamlNode child in sequence.Children)
        {
            if (child is not YamlMappingNode mapping)
            {
                throw YamlBinder.Error(file, child, "a stage must be a mapping with name and kind");
            }

            string kind = Text(mapping, "kind") ?? throw YamlBinder.Error(file, child, "the stage has no 'kind'");
            string name = Text(mapping, "name") ?? kind;
            if (!StageKinds.Known.TryGetValue(kind, out StageKind? known))
            {
                throw YamlBinder.Error(file, child, $"stage {name}: unknown kind '{kind}'; known kinds: {string.Join(", ", StageKinds.Known.Keys)}");
            }

            RequireName(name, stages, file, child);
            ModelOptions model = Model(root, mapping, known, file, $"stages.{name}.model");
            stages.Add(new RecipeStage(name, kind, Text(mapping, "from"), model, YamlBinder.Bind(mapping, known.Options, file, $"stages.{name}", s_stageKeys))
            {
                Rewards = mapping.Children.TryGetValue(new YamlScalarNode("rewards"), out YamlNode? own) ? Rewards(own, known, file, $"stages.{name}.rewards") : rewards,
            });
        }

        return stages;
    }

    private static IReadOnlyDictionary<string, RewardOptions> Rewards(YamlNode own, StageKind kind, string file, string path) => kind.Reads.HasFlag(RecipeParts.Rewards)
        ? YamlBinder.Named<RewardOptions>(own, file, path)
        : throw YamlBinder.Error(file, own, $"{path}: a {kind.Name} stage rewards nothing");

    // A stage's own model keys stand in place of the recipe's.
    private static ModelOptions Model(YamlMappingNode root, YamlMappingNode stage, StageKind kind, string file, string path)
    {
        var merged = new YamlMappingNode();
        var key = new YamlScalarNode("model");
        if (root.Children.TryGetValue(key, out YamlNode? common) && common is YamlMappingNode shared)
        {
            foreach ((YamlNode name, YamlNode value) in shared.Children)
            {
                merged.Children[name] = value;
            }
        }

        if (stage.Children.TryGetValue(key, out YamlNode? own))
        {
            if (!kind.FromScratch || Text(stage, "from") is not null)
            {
                throw YamlBinder.Error(file, own, $"{path}: only a stage that makes a model from scratch has a model of its own (a pretrain stage without from:)");
            }

            if (own is not YamlMappingNode mapping)
            {
                throw YamlBinder.Error(file, own, $"{path} must be a mapping of keys to values");
            }

            foreach ((YamlNode name, YamlNode value) in mapping.Children)
            {
                merged.Children[name] = Text(mapping, "load") is null
                    ? value
                    : throw YamlBinder.Error(file, own, $"{path}.load: to start from a model folder, write from: FOLDER");
            }
        }

        return (ModelOptions)YamlBinder.Bind(merged, typeof(ModelOptions), file, path);
    }

    private static void RequireName(string name, List<RecipeStage> stages, string file, YamlNode at)
    {
        if (name.Length == 0 || name.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_')))
        {
            throw YamlBinder.Error(file, at, $"stage name '{name}': use letters, digits, - and _ (it names a folder)");
        }

        if (stages.Any(s => s.Name == name))
        {
            throw YamlBinder.Error(file, at, $"two stages are named '{name}'");
        }
    }

    private static string? Text(YamlMappingNode mapping, string key) =>
        mapping.Children.TryGetValue(new YamlScalarNode(key), out YamlNode? value) ? (value as YamlScalarNode)?.Value : null;

    // a.b.c=value; a list element is named by its index or by its 'name'.
    private static void Override(YamlMappingNode root, string assignment)
    {
        int equals = assignment.IndexOf('=');
        if (equals <= 0)
        {
            throw new RecipeException($"--set {assignment}: write key=value, for example seed=2 or stages.r1-zero.steps=50");
        }

        string[] path = assignment[..equals].Trim().Split('.');
        YamlNode node = root;
        foreach (string part in path[..^1])
        {
            node = node switch
            {
                YamlMappingNode m when m.Children.TryGetValue(new YamlScalarNode(part), out YamlNode? child) => child,
                YamlMappingNode m => Added(m, part),
                YamlSequenceNode s when s.Children.OfType<YamlMappingNode>().FirstOrDefault(c => Text(c, "name") == part) is { } named => named,
                YamlSequenceNode s when int.TryParse(part, out int index) && index >= 0 && index < s.Children.Count => s.Children[index],
                _ => throw new RecipeException($"--set {assignment}: there is no '{part}' in the recipe"),
            };
        }

        if (node is not YamlMappingNode target)
        {
            throw new RecipeException($"--set {assignment}: '{path[^1]}' is no key of the recipe");
        }

        target.Children[new YamlScalarNode(path[^1])] = Value(assignment[(equals + 1)..].Trim(), assignment);
    }

    private static YamlMappingNode Added(YamlMappingNode parent, string key)
    {
        var child = new YamlMappingNode();
        parent.Children[new YamlScalarNode(key)] = child;
        return child;
    }

    private static YamlNode Value(string text, string assignment)
    {
        try
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(text));
            return stream.Documents.Count == 1 ? stream.Documents[0].RootNode : new YamlScalarNode(text);
        }
        catch (Exception e) when (e is YamlException or ArgumentException or InvalidOperationException)
        {
            throw new RecipeException($"--set {assignment}: the value is not YAML: {e.Message.Split('\n')[0]}", e);
        }
    }
}
