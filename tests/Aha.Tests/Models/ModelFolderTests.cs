using System.Text.Json.Nodes;
using Aha.Models;
using Aha.Models.Checkpoints;
using Aha.Tensors;

namespace Aha.Tests.Models;

/// <summary>What a model folder keeps when it is loaded and written again.</summary>
public sealed class ModelFolderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("aha-folder").FullName;

    [Theory]
    [InlineData("qwen3", SafetensorsType.F32)]
    [InlineData("llama3", SafetensorsType.F32)]
    [InlineData("deepseek-v3", SafetensorsType.F32)]
    [InlineData("qwen2-bf16", SafetensorsType.BF16)]
    [InlineData("deepseek-v3-fp8", SafetensorsType.F8_E4M3)]
    public void EveryTensorIsTheSameToTheByte(string name, SafetensorsType type)
    {
        string source = GoldenModel.Read(name).Folder;
        using (CausalLanguageModel model = CausalLanguageModel.Load(source)) model.Save(_folder, type, shardBytes: 200_000);
        Dictionary<string, (SafetensorsType Type, byte[] Bytes)> expected = Tensors(source), actual = Tensors(_folder);
        Assert.Equal(expected.Keys.Order(), actual.Keys.Order());
        foreach ((string tensor, (SafetensorsType stored, byte[] bytes)) in expected)
        {
            // What is not quantised is bf16 beside FP8; the reference has it in fp32.
            if (type == SafetensorsType.F8_E4M3 && stored == SafetensorsType.F32 && actual[tensor].Type == SafetensorsType.BF16) continue;
            Assert.Equal(stored, actual[tensor].Type);
            Assert.True(bytes.AsSpan().SequenceEqual(actual[tensor].Bytes), tensor);
        }
    }

    [Fact]
    public void LargeModelsAreWrittenInShardsAndReplaceWhatWasThere()
    {
        using CausalLanguageModel model = CausalLanguageModel.Create(CausalLanguageModelTests.Small(), 1);
        model.Save(_folder);
        model.Save(_folder, shardBytes: 5000);
        string[] files = [.. Directory.GetFiles(_folder, "model*").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];
        Assert.Equal(SafetensorsCheckpoint.IndexName, files[^1]);
        Assert.Equal($"model-00001-of-{files.Length - 1:D5}.safetensors", files[0]);
        Assert.True(files.Length > 3);
        using (CausalLanguageModel loaded = CausalLanguageModel.Load(_folder))
            Assert.True(TensorMemory.Floats(model.Parameters).SequenceEqual(TensorMemory.Floats(loaded.Parameters)));
        model.Save(_folder);
        Assert.Equal([SafetensorsCheckpoint.SingleName], Directory.GetFiles(_folder, "model*").Select(path => Path.GetFileName(path)));
    }

    [Theory]
    [InlineData("qwen2-tied")]
    [InlineData("qwen3")]
    [InlineData("llama3")]
    [InlineData("deepseek-v3-yarn")]
    [InlineData("deepseek-v3-yarn-classic-config")]
    public void KeysThatAreNotOursAreKept(string name)
    {
        string source = GoldenModel.Read(name.Replace("-classic-config", "")).Folder;
        foreach (string file in Directory.GetFiles(source)) File.Copy(file, Path.Combine(_folder, Path.GetFileName(file)));
        JsonObject config = Json(Path.Combine(source + name[name.Replace("-classic-config", "").Length..], "config.json"));
        config["a_new_key"] = new JsonObject { ["nested"] = new JsonArray(1, "two", null) };
        File.WriteAllText(Path.Combine(_folder, "config.json"), config.ToJsonString());
        JsonObject generation = Json(Path.Combine(_folder, "generation_config.json"));
        generation["temperature"] = 0.6;
        File.WriteAllText(Path.Combine(_folder, "generation_config.json"), generation.ToJsonString());

        string saved = Path.Combine(_folder, "saved");
        ModelConfig before;
        using (CausalLanguageModel model = CausalLanguageModel.Load(_folder))
        {
            model.Save(saved);
            before = model.Config;
        }

        JsonObject written = Json(Path.Combine(saved, "config.json"));
        // Some files' token ids are in one file, some in the other; both get all. A predictor without weights is not announced.
        foreach ((string key, JsonNode? value) in config.Where(pair => pair.Key is not ("eos_token_id" or "num_nextn_predict_layers" or "rope_scaling")))
            Assert.True(JsonNode.DeepEquals(Numbers(value), Numbers(written[key])), $"{key}: {value?.ToJsonString()}, written as {written[key]?.ToJsonString()}");
        Assert.Equal(0.6, (double)Json(Path.Combine(saved, "generation_config.json"))["temperature"]!);
        using CausalLanguageModel again = CausalLanguageModel.Load(saved);
        Assert.Equivalent(before with { OtherKeys = again.Config.OtherKeys, OtherGenerationKeys = again.Config.OtherGenerationKeys }, again.Config);
    }

    [Fact]
    public void TokenizerFilesGoAlong()
    {
        foreach (string file in new[] { "tokenizer.json", "tokenizer_config.json", "chat_template.jinja", "merges.txt", "model.safetensors", "config.json", "notes.txt" })
            File.WriteAllText(Path.Combine(_folder, file), file);
        string target = Path.Combine(_folder, "copy");
        ModelFolderWriter.CopyCompanions(_folder, target);
        Assert.Equal(["chat_template.jinja", "merges.txt", "tokenizer.json", "tokenizer_config.json"], Directory.GetFiles(target).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void AModelLargerThanMemoryIsRefusedBeforeItIsAllocated()
    {
        using CausalLanguageModel model = CausalLanguageModel.Create(CausalLanguageModelTests.Small(), 1);
        model.Save(_folder);
        ModelFormatException error = Assert.Throws<ModelFormatException>(() => CausalLanguageModel.Load(_folder, furtherBytes: 1L << 60));
        Assert.Contains("of memory in fp32", error.Message);
        Assert.EndsWith("take a smaller model", error.Message);
        Assert.True(ModelMemory.Available() > 0);
        Assert.Equal(4 * model.ParameterCount, ModelMemory.Weights(model.Config));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static JsonObject Json(string path) => JsonNode.Parse(File.ReadAllText(path))!.AsObject();

    // 1 and 1.0 are one number.
    private static JsonNode? Numbers(JsonNode? node) => node switch
    {
        JsonValue value when value.GetValueKind() == System.Text.Json.JsonValueKind.Number => JsonValue.Create(value.GetValue<double>()),
        JsonObject json => new JsonObject(json.Select(pair => KeyValuePair.Create(pair.Key, Numbers(pair.Value)))),
        _ => node?.DeepClone(),
    };

    private static Dictionary<string, (SafetensorsType Type, byte[] Bytes)> Tensors(string folder)
    {
        var tensors = new Dictionary<string, (SafetensorsType, byte[])>();
        foreach (string path in Directory.GetFiles(folder, "*.safetensors"))
        {
            using SafetensorsFile file = SafetensorsFile.Open(path);
            foreach (SafetensorsEntry entry in file.Entries) tensors.Add(entry.Name, (entry.Type, file.Bytes(entry).ToArray()));
        }

        return tensors;
    }
}
