using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Aha.Pipeline.Recipes;
using Aha.Runs;

namespace Aha.Pipeline.Running;

/// <summary>Where a stage keeps its checkpoint, its model and the note that it is done.</summary>
internal sealed class StageFolder
{
    private static readonly JsonSerializerOptions s_json = new() { WriteIndented = true };
    private readonly string _path;

    public StageFolder(string runFolder, string stage) => _path = Path.Combine(runFolder, "stages", stage);

    /// <summary>The finished model: <c>config.json</c>, <c>model.safetensors</c>, tokenizer files.</summary>
    public string Model => Path.Combine(_path, "model");

    /// <summary>The latest training checkpoint.</summary>
    public string Checkpoint => Path.Combine(_path, "checkpoint");

    private string DoneFile => Path.Combine(_path, "done.json");

    private string FingerprintFile => Path.Combine(_path, "options.json");

    /// <summary>The result of a stage finished with these options; null where it has to run.</summary>
    public StageResult? FinishedWith(string fingerprint) =>
        StartedWith(fingerprint) && File.Exists(DoneFile)
            ? JsonSerializer.Deserialize<DoneNote>(File.ReadAllText(DoneFile), s_json)?.Result
            : null;

    /// <summary>Whether the folder was begun with these options, so that its checkpoint may be continued.</summary>
    public bool StartedWith(string fingerprint) => File.Exists(FingerprintFile) && File.ReadAllText(FingerprintFile).Trim() == fingerprint;

    public bool Exists => Directory.Exists(_path);

    /// <summary>Empties the folder for a stage that starts anew.</summary>
    public void Reset(string fingerprint)
    {
        if (Directory.Exists(_path))
        {
            Directory.Delete(_path, recursive: true);
        }

        Directory.CreateDirectory(_path);
        File.WriteAllText(FingerprintFile, fingerprint + "\n");
    }

    public void Finish(StageResult result)
    {
        string fresh = DoneFile + ".new";
        File.WriteAllText(fresh, JsonSerializer.Serialize(new DoneNote(result), s_json));
        File.Move(fresh, DoneFile, overwrite: true);
        // The model folder holds what later stages and users need; the optimiser's state is three times its size.
        if (Directory.Exists(Model) && Directory.Exists(Checkpoint))
        {
            Directory.Delete(Checkpoint, recursive: true);
        }
    }

    /// <summary>What a stage's outcome depends on, as a hash: its options, the recipe's, and the fingerprint of the stage it starts from.</summary>
    public static string Fingerprint(Recipe recipe, RecipeStage stage, string? from)
    {
        string text = JsonSerializer.Serialize(
            new
            {
                recipe.Seed, recipe.Backend, recipe.Threads, recipe.Template, recipe.SystemPrompt, recipe.ReflectiveWords, recipe.Task, recipe.Model, recipe.Rewards, recipe.Evaluation,
                stage.Name, stage.Kind, Options = stage.Options, From = from,
            });
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..32];
    }

    private sealed record DoneNote([property: JsonPropertyName("result")] StageResult Result);
}
