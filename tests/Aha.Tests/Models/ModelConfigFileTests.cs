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
    [InlineData("rope_theta", "\"big\"", "rope_theta", "expected a number")]
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

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private void Write(JsonObject json) => File.WriteAllText(Path.Combine(_folder, "config.json"), json.ToJsonString());

    private static JsonObject Classic() =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(GoldenModel.Read("qwen2-untied-classic-config").Folder, "config.json")))!.AsObject();
}
