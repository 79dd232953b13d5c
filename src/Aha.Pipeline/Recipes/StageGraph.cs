using System.Collections;
using System.Reflection;

namespace Aha.Pipeline.Recipes;

/// <summary>A recipe's stages as a graph: which one reads what another leaves.</summary>
public static class StageGraph
{
    /// <summary>Every input of a stage: where it starts, and what its options name.</summary>
    public static IReadOnlyList<StageInput> InputsOf(RecipeStage stage)
    {
        var inputs = new List<StageInput>();
        if (stage.From is { } from)
        {
            inputs.Add(new StageInput("from", from, StageProduct.Model));
        }

        Collect(stage.Options, "", inputs);
        if (StageKinds.ReadBy(stage).HasFlag(RecipeParts.Rewards))
        {
            foreach ((string name, RewardOptions part) in stage.Rewards)
            {
                Collect(part, $"rewards.{name}.", inputs);
            }
        }

        return inputs;
    }

    /// <summary>The stages in an order in which each comes after all it reads; of those that could be next, the one the recipe names first.</summary>
    /// <exception cref="RecipeException">An input names no stage, or one that leaves nothing of the kind, or stages wait for each other.</exception>
    public static IReadOnlyList<RecipeStage> Order(IReadOnlyList<RecipeStage> stages, string file)
    {
        var waitsFor = stages.ToDictionary(s => s.Name, s => Named(s, stages, file));
        var ordered = new List<RecipeStage>();
        var done = new HashSet<string>();
        while (ordered.Count < stages.Count)
        {
            RecipeStage next = stages.FirstOrDefault(s => !done.Contains(s.Name) && done.IsSupersetOf(waitsFor[s.Name]))
                ?? throw new RecipeException($"{file}: stages wait for each other in a circle: {Circle(stages, waitsFor, done)}; let one of them start elsewhere");
            ordered.Add(next);
            done.Add(next.Name);
        }

        return ordered;
    }

    private static List<string> Named(RecipeStage stage, IReadOnlyList<RecipeStage> stages, string file)
    {
        var named = new List<string>();
        foreach (StageInput input in InputsOf(stage).Where(i => !i.IsPath))
        {
            RecipeStage source = stages.FirstOrDefault(s => s.Name == input.Name)
                ?? throw new RecipeException($"{file}: stages.{stage.Name}: {input.Key}: {input.Name} names no stage (stages: {string.Join(", ", stages.Select(s => s.Name))}); write ./{input.Name} for a path");
            bool left = input.Product switch { StageProduct.Model => true, StageProduct.Data => StageKinds.Known[source.Kind].LeavesData, StageProduct.RewardModel => StageKinds.Known[source.Kind].LeavesRewardModel, _ => false };
            if (!left)
            {
                throw new RecipeException($"{file}: stages.{stage.Name}: {input.Key}: {input.Name} is a {source.Kind} stage, which leaves no {YamlBinder.SnakeCase(input.Product.ToString()).Replace('_', ' ')}; {Instead(input)}");
            }

            named.Add(input.Name);
        }

        return named;
    }

    private static string Instead(StageInput input) => input.Product switch
    {
        StageProduct.Data => $"name a stage of kind {string.Join(" or ", StageKinds.Known.Values.Where(k => k.LeavesData).Select(k => k.Name))}, or a file",
        StageProduct.RewardModel => $"name a stage of kind {string.Join(" or ", StageKinds.Known.Values.Where(k => k.LeavesRewardModel).Select(k => k.Name))}, or a folder",
        _ => "name a file",
    };

    // From any stage that is left, one that it waits for is left as well: following them must come round.
    private static string Circle(IReadOnlyList<RecipeStage> stages, Dictionary<string, List<string>> waitsFor, HashSet<string> done)
    {
        var path = new List<string> { stages.First(s => !done.Contains(s.Name)).Name };
        while (true)
        {
            string next = waitsFor[path[^1]].First(n => !done.Contains(n));
            int seen = path.IndexOf(next);
            path.Add(next);
            if (seen >= 0)
            {
                return string.Join(" -> ", path[seen..]);
            }
        }
    }

    private static void Collect(object options, string prefix, List<StageInput> inputs)
    {
        foreach ((string key, PropertyInfo property) in YamlKeys.Of(options.GetType()))
        {
            object? value = property.GetValue(options);
            string path = prefix + key;
            if (property.GetCustomAttribute<StageInputAttribute>() is { } input)
            {
                inputs.AddRange((value switch { null => [], string name => [name], _ => (IEnumerable<string>)value }).Select(name => new StageInput(path, name, input.Product)));
            }
            else if (value is IEnumerable list and not string)
            {
                foreach (object entry in list.Cast<object>().Where(e => YamlKeys.IsMapping(e.GetType())))
                {
                    Collect(entry, path + ".", inputs);
                }
            }
            else if (value is not null && YamlKeys.IsMapping(property.PropertyType))
            {
                Collect(value, path + ".", inputs);
            }
        }
    }
}
