using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Aha.Pipeline.Recipes;

namespace Aha.Pipeline.Planning;

/// <summary>
/// Everything a stage's outcome depends on, as keys and values: its options, the parts of the recipe its kind reads, and its inputs. Two stages with
/// equal keys come to the same bits; of two that differ, the difference can be told.
/// </summary>
internal sealed class StageKeys
{
    // Keys that say when something is written down, not what comes of it.
    private static readonly HashSet<string> s_neutral = ["checkpoint_every"];

    // Keys that came after runs had been begun without them, with the value at which they change nothing: they are then left out, and those runs go on.
    private static readonly Dictionary<string, string> s_later = new(StringComparer.Ordinal) { ["overlap_rollouts"] = YamlKeys.Show(false), ["rollout_precision"] = "fp32", ["importance_cap"] = "2" };

    private static readonly JsonSerializerOptions s_json = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly SortedDictionary<string, string> _values;

    private StageKeys(SortedDictionary<string, string> values)
    {
        _values = values;
        Fingerprint = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Text)))[..16];
    }

    /// <summary>Equal where all keys and values are.</summary>
    public string Fingerprint { get; }

    /// <summary>The keys as a JSON object, sorted.</summary>
    public string Text => JsonSerializer.Serialize(_values, s_json) + "\n";

    /// <param name="inputs">The stage's inputs; see <see cref="StageSource.Identity"/>.</param>
    public static StageKeys Of(Recipe recipe, RecipeStage stage, IReadOnlyList<StageSource> inputs, string recipeFolder)
    {
        RecipeParts reads = StageKinds.ReadBy(stage);
        var values = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["kind"] = stage.Kind, ["seed"] = YamlKeys.Show(recipe.Seed) };
        if (reads.HasFlag(RecipeParts.Training))
        {
            values["backend"] = YamlKeys.Show(recipe.Backend);
            values["threads"] = YamlKeys.Show(recipe.Threads);
        }

        if (reads.HasFlag(RecipeParts.Task))
        {
            Add(values, "task.", recipe.Task);
            Add(values, "general.", recipe.General);
            AddFile(values, "general.path", recipe.General.Path, recipeFolder);
            AddFile(values, "task.path", recipe.Task.Path, recipeFolder);
            AddFile(values, "task.test_path", recipe.Task.TestPath, recipeFolder);
        }

        if (reads.HasFlag(RecipeParts.Template))
        {
            values["template"] = recipe.Template;
            values["system_prompt"] = YamlKeys.Show(recipe.SystemPrompt);
        }

        if (reads.HasFlag(RecipeParts.Rewards))
        {
            values["rewards"] = YamlKeys.Show(stage.Rewards);
        }

        if (reads.HasFlag(RecipeParts.Evaluation))
        {
            Add(values, "evaluation.", recipe.Evaluation);
            values["reflective_words"] = YamlKeys.Show(recipe.ReflectiveWords);
        }

        if (inputs.All(i => i.Input.Key != "from"))
        {
            Add(values, "model.", stage.Model);
            if (stage.Model.Tokenizer != ModelOptions.TrainedTokenizer)
            {
                // How a tokenizer would be trained says nothing where none is.
                values.Remove("model.vocabulary");
                values.Remove("model.pattern");
            }

            if (stage.Model.Tokenizer is not (ModelOptions.NanoTokenizer or ModelOptions.TrainedTokenizer))
            {
                AddFile(values, "model.tokenizer", Path.Combine(stage.Model.Tokenizer, "tokenizer.json"), recipeFolder);
            }
        }

        Add(values, "", stage.Options);
        foreach (IGrouping<string, StageSource> input in inputs.GroupBy(i => i.Input.Key))
        {
            values[input.Key] = string.Join(", ", input.Select(i => i.Identity));
        }

        return new StageKeys(values);
    }

    /// <summary>What <see cref="Text"/> wrote; null where it holds something else.</summary>
    public static StageKeys? Read(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<Dictionary<string, string>>(text, s_json) is { } values ? new StageKeys(new(values, StringComparer.Ordinal)) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>What is different now, a phrase a key: <c>learning_rate: 0.0003 -> 0.0001</c>.</summary>
    public IReadOnlyList<string> ChangesSince(StageKeys before)
    {
        var changes = new List<string>();
        foreach (string key in _values.Keys.Union(before._values.Keys).Order(StringComparer.Ordinal))
        {
            string old = before._values.GetValueOrDefault(key, "not there"), now = _values.GetValueOrDefault(key, "not there");
            if (old != now)
            {
                changes.Add(StageSource.Name(old) == StageSource.Name(now) ? $"{key}: {StageSource.Name(now)} is another than before" : $"{key}: {StageSource.Name(old)} -> {StageSource.Name(now)}");
            }
        }

        return changes;
    }

    private static void Add(SortedDictionary<string, string> values, string prefix, object options)
    {
        foreach ((string key, PropertyInfo property) in YamlKeys.Of(options.GetType()))
        {
            object? value = property.GetValue(options);
            if (value is JudgeKeys { Url: null })
            {
                // How patient to be with a judge says nothing where there is none.
                continue;
            }

            if (value is not null && YamlKeys.IsMapping(property.PropertyType))
            {
                Add(values, $"{prefix}{key}.", value);
            }
            else if (!s_neutral.Contains(key) && YamlKeys.Show(value) is var shown && s_later.GetValueOrDefault(key) != shown)
            {
                values[prefix + key] = shown;
            }
        }
    }

    private static void AddFile(SortedDictionary<string, string> values, string key, string? path, string recipeFolder)
    {
        if (path is not null)
        {
            values[key] = $"{path} {FileIdentity.OfFile(Path.Combine(recipeFolder, path))}";
        }
    }
}
