using System.Text.Json;
using System.Text.Json.Serialization;
using Aha.Pipeline.Planning;
using Aha.Runs;

namespace Aha.Pipeline.Running;

/// <summary>Where a stage keeps its checkpoint, what it leaves, and the note that it is done.</summary>
internal sealed class StageFolder
{
    private static readonly JsonSerializerOptions s_json = new() { WriteIndented = true };
    private readonly string _path;

    public StageFolder(string runFolder, string stage) => _path = Path.Combine(runFolder, "stages", stage);

    /// <summary>The finished model: <c>config.json</c>, <c>model.safetensors</c>, tokenizer files.</summary>
    public string Model => Path.Combine(_path, "model");

    /// <summary>The finished data: conversations, one JSON object a line.</summary>
    public string Data => Path.Combine(_path, "data.jsonl");

    /// <summary>Everything that was sampled for <see cref="Data"/>, kept or not.</summary>
    public string Sampled => Path.Combine(_path, "sampled.jsonl");

    /// <summary>What a judge said of preference pairs, one JSON object a line.</summary>
    public string Judged => Path.Combine(_path, "judged.jsonl");

    /// <summary>The finished adapter in PEFT's layout, where the stage trained one.</summary>
    public string Adapter => Path.Combine(_path, "adapter");

    /// <summary>The latest training checkpoint.</summary>
    public string Checkpoint => Path.Combine(_path, "checkpoint");

    public bool Exists => File.Exists(KeysFile);

    private string DoneFile => Path.Combine(_path, "done.json");

    private string KeysFile => Path.Combine(_path, "options.json");

    /// <summary>The keys the stage was begun with; null where another version wrote them.</summary>
    public StageKeys? BegunWith() => StageKeys.Read(File.ReadAllText(KeysFile));

    /// <summary>The result of a stage that is done; null where it has to run.</summary>
    public StageResult? Finished() => File.Exists(DoneFile) ? JsonSerializer.Deserialize<DoneNote>(File.ReadAllText(DoneFile), s_json)?.Result : null;

    /// <summary>Empties the folder for a stage that starts, or starts anew.</summary>
    public void Reset(StageKeys keys)
    {
        if (Directory.Exists(_path))
        {
            Directory.Delete(_path, recursive: true);
        }

        Directory.CreateDirectory(_path);
        string fresh = KeysFile + ".new";
        File.WriteAllText(fresh, keys.Text);
        File.Move(fresh, KeysFile);
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

    private sealed record DoneNote([property: JsonPropertyName("result")] StageResult Result);
}
