using System.Text.Json.Nodes;
using Aha.Models;

namespace Aha.Tests.Models;

public sealed class ModelConfigFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("aha-config").FullName;

    [Theory]
    [InlineData("num_attention_heads", "3", "num_attention_heads", "does not divide hidden_size")]
    [InlineData("num_key_value_heads", "3", "num_key_value_heads", "does not divide num_attention_heads")]
    [InlineData("num_key_value_heads", "0", "num_key_value_heads", "does not divide")]
    [InlineData("hidden_size", "-64", "hidden_size", "not positive")]
    [InlineData("hidden_size", "64.5", "hidden_size", "expected an integer")]
    [InlineData("hidden_size", "null", "hidden_size", "missing")]
    [InlineData("vocab_size", "99999999999", "vocab_size", "expected an integer")]
    [InlineData("vocab_size", "2000000000", "hidden_size", "parameters")]
    [InlineData("model_type", "\"gpt2\"", "model_type", "known are qwen2")]
    [InlineData("hidden_act", "\"gelu\"", "hidden_act", "only 'silu'")]
    [InlineData("use_sliding_window", "true", "use_sliding_window", "not supported")]
    [InlineData("rope_scaling", """{"rope_type":"longrope","factor":4}""", "rope_scaling.rope_type", "known are default, linear, llama3, yarn")]
    [InlineData("rope_scaling", """{"rope_type":"llama3","factor":4}""", "rope_scaling.low_freq_factor", "missing")]
    [InlineData("rope_scaling", """{"type":"yarn","factor":0.5}""", "rope_scaling.factor", "not 1 or above")]
    [InlineData("quantization_config", """{"quant_method":"gptq"}""", "quantization_config.quant_method", "only fp8")]
    [InlineData("eos_token_id", "[1,5000]", "eos_token_id", "outside the vocabulary")]
    [InlineData("rope_theta", "\"big\"", "rope_theta", "expected a finite number")]
    [InlineData("initializer_range", "-1e400", "initializer_range", "expected a finite number")]
    public void ImpossibleOrUnsupportedIsRefusedInOneLine(string key, string value, string expectedKey, string expected)
    {
        JsonObject json = Classic();
        json[key] = JsonNode.Parse(value);
        Write(json);
        ModelFormatException error = Assert.Throws<ModelFormatException>(() => ModelConfigFile.Read(_folder));
        Assert.Equal(expectedKey, error.Key);
        Assert.Contains(expected, error.Message);
        Assert.StartsWith(Path.Combine(_folder, "config.json"), error.Message);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void NoFileOrNoJsonIsRefused()
    {
        Assert.Contains("no such file", Assert.Throws<ModelFormatException>(() => ModelConfigFile.Read(_folder)).Message);
        File.WriteAllText(Path.Combine(_folder, "config.json"), "{\n\"a\":");
        Assert.Contains("line 2", Assert.Throws<ModelFormatException>(() => ModelConfigFile.Read(_folder)).Message);
        File.WriteAllText(Path.Combine(_folder, "config.json"), "7");
        Assert.Contains("not a JSON object", Assert.Throws<ModelFormatException>(() => ModelConfigFile.Read(_folder)).Message);
    }

    [Fact]
    public void WrittenConfigReadsBackInEitherStyle()
    {
        ModelConfig config = CausalLanguageModelTests.Small() with { RopeTheta = 123456, EosTokenIds = [3, 5], PadTokenId = 0, BosTokenId = 1 };
        foreach (string[] removed in new string[][] { [], ["rope_theta", "dtype"], ["rope_parameters", "torch_dtype"] })
        {
            JsonObject json = JsonNode.Parse(ModelConfigFile.Format(config))!.AsObject();
            foreach (string key in removed) Assert.True(json.Remove(key));
            Write(json);
            Assert.Equivalent(config, ModelConfigFile.Read(_folder));
        }
    }

    [Theory]
    [InlineData("n_group", "3", "n_group", "does not divide")]
    [InlineData("topk_group", "5", "topk_group", "not between 1 and n_group")]
    [InlineData("num_experts_per_tok", "5", "num_experts_per_tok", "not between 1 and the 4 experts")]
    [InlineData("kv_lora_rank", "null", "kv_lora_rank", "missing")]
    [InlineData("scoring_func", "\"softmax\"", "scoring_func", "only 'sigmoid'")]
    [InlineData("topk_method", "\"greedy\"", "topk_method", "only 'noaux_tc'")]
    [InlineData("num_key_value_heads", "2", "num_key_value_heads", "as many as num_attention_heads")]
    [InlineData("n_routed_experts", "2000000000", "n_routed_experts", "larger than any model's")]
    public void ImpossibleExpertsAndLatentAttentionAreRefused(string key, string value, string expectedKey, string expected)
    {
        JsonObject json = Golden("deepseek-v3-yarn");
        json[key] = JsonNode.Parse(value);
        Write(json);
        ModelFormatException error = Assert.Throws<ModelFormatException>(() => ModelConfigFile.Read(_folder));
        Assert.Equal(expectedKey, error.Key);
        Assert.Contains(expected, error.Message);
    }

    /// <summary>Any key may hold anything: a configuration is read, or refused in a line that names one of its keys.</summary>
    [Fact]
    public void AnyValueIsReadOrRefusedByName()
    {
        string[] values =
        [
            "null", "true", "-1", "0", "1", "2", "7", "0.5", "1e30", "-1e400", "16777216", "2147483647", "99999999999", "\"x\"", "\"\"", "[]", "[1,2]", "{}", """{"factor":1e308,"rope_type":"yarn"}""",
            """{"rope_type":"yarn","factor":2,"original_max_position_embeddings":1,"beta_fast":1e300}""",
        ];
        string[] names = ["qwen2-untied-classic-config", "qwen3", "llama3", "deepseek-v3-yarn", "deepseek-v3-fp8"];
        Gen<int> any = Gen.Int[0, 1 << 20];
        Gen.Select(any, any, any, any, any).Sample((name, first, one, second, other) =>
        {
            JsonObject json = Golden(names[name % names.Length]);
            // Of the file's own keys, or of its rotary parameters'.
            foreach ((int index, string value) in new[] { (first, values[one % values.Length]), (second, values[other % values.Length]) })
            {
                JsonObject target = index % 5 == 0 && json["rope_parameters"] is JsonObject { Count: > 0 } nested ? nested : json;
                string[] keys = [.. target.Select(pair => pair.Key)];
                target[keys[index / 5 % keys.Length]] = JsonNode.Parse(value);
            }

            Write(json);
            try
            {
                ModelConfig config = ModelConfigFile.Read(_folder);
                Assert.All(Aha.Models.Rotary.RotaryFrequencies.Of(config), frequency => Assert.True(double.IsFinite(frequency)));
                ModelConfigFile.Format(config);
            }
            catch (ModelFormatException e)
            {
                Assert.NotEmpty(e.Key);
                Assert.DoesNotContain('\n', e.Message);
            }
        }, iter: 1000, threads: 1);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private void Write(JsonObject json) => File.WriteAllText(Path.Combine(_folder, "config.json"), json.ToJsonString());

    private static JsonObject Classic() => Golden("qwen2-untied-classic-config");

    private static JsonObject Golden(string name) => JsonNode.Parse(File.ReadAllText(Path.Combine(GoldenModel.Read(name).Folder, "config.json")))!.AsObject();
}
