using System.Text.Json;
using Aha.Models;
using Aha.Models.Checkpoints;
using Aha.Models.Checkpoints.Gguf;
using Aha.Models.Checkpoints.Gguf.Blocks;
using Aha.Models.Rotary;
using Aha.Tensors;
using Aha.Tests.Support;
using Aha.Tokenization;

namespace Aha.Tests.Models.Gguf;

public sealed class GgufRoundTripTests : IDisposable
{
    private static readonly Dictionary<string, JsonElement> NoKeys = [];

    private readonly TemporaryFolder _folder = new();

    private string PathOf(string name) => _folder.File(name);

    [Theory]
    [InlineData("qwen2-tied")]
    [InlineData("qwen2-untied")]
    [InlineData("qwen2-bf16")]
    [InlineData("llama-mha")]
    [InlineData("llama3")]
    [InlineData("llama3-classic-config")]
    [InlineData("qwen3")]
    public void ToGgufAndBackIsEqualToTheBit(string name)
    {
        string source = Repository.Shared($"golden/models/{name}");
        ModelConversion.ToGguf(source, PathOf("m.gguf"), GgufTensorType.F32);
        ModelConversion.ToFolder(PathOf("m.gguf"), PathOf("back"), SafetensorsType.F32);
        using CausalLanguageModel expected = CausalLanguageModel.Load(source), file = CausalLanguageModel.Load(PathOf("m.gguf")), folder = CausalLanguageModel.Load(PathOf("back"));
        foreach (CausalLanguageModel actual in new[] { file, folder })
        {
            Assert.True(TensorMemory.Floats(expected.Parameters).SequenceEqual(TensorMemory.Floats(actual.Parameters)));
            AssertSameShape(expected.Config, actual.Config);
        }
        Assert.Equal(File.ReadAllBytes(Path.Combine(source, "tokenizer.json")), File.ReadAllBytes(PathOf("back/tokenizer.json")));
    }

    [Theory]
    [InlineData("qwen2-bf16", GgufTensorType.BF16)]
    [InlineData("llama-mha", GgufTensorType.F16)]
    [InlineData("qwen2-tied", GgufTensorType.BF16)]
    [InlineData("qwen2-untied", GgufTensorType.Q8_0)]
    [InlineData("llama-mha", GgufTensorType.Q8_0)]
    [InlineData("llama-mha", GgufTensorType.Q4_0)]
    [InlineData("qwen2-tied", GgufTensorType.Q4_1)]
    public void EveryMatrixIsRoundedToItsTypeAndNothingElse(string name, GgufTensorType type)
    {
        ModelConversion.ToGguf(Repository.Shared($"golden/models/{name}"), PathOf("m.gguf"), type);
        using CausalLanguageModel source = CausalLanguageModel.Load(Repository.Shared($"golden/models/{name}")), stored = CausalLanguageModel.Load(PathOf("m.gguf"));
        BlockFormat format = BlockFormat.Of(type);
        foreach (ParameterSlice slice in source.Layout)
        {
            float[] expected = source.Read(slice.Name).ToArray();
            if (slice.Shape.Count > 1)
            {
                byte[] raw = new byte[format.RowBytes(expected.Length)];
                format.Encode!(expected, raw);
                format.Decode(raw, expected);
            }
            Assert.True(stored.Read(slice.Name).SequenceEqual(expected), slice.Name);
        }
        Assert.Equal(type == GgufTensorType.BF16 && name == "qwen2-bf16",
            TensorMemory.Floats(source.Parameters).SequenceEqual(TensorMemory.Floats(stored.Parameters)));
    }

    [Fact]
    public void WithoutATypeTheStoredOneIsKept()
    {
        foreach ((string name, GgufTensorType type) in new[] { ("qwen2-bf16", GgufTensorType.BF16), ("qwen2-tied", GgufTensorType.F32) })
        {
            ModelConversion.ToGguf(Repository.Shared($"golden/models/{name}"), PathOf("m.gguf"));
            using GgufFile file = GgufFile.Open(PathOf("m.gguf"));
            Assert.All(file.Entries.Where(entry => entry.Shape.Count > 1), entry => Assert.Equal(type, entry.Type));
        }
    }

    [Fact]
    public void RowsThatFillNoBlockBecomeHalves()
    {
        using CausalLanguageModel model = CausalLanguageModel.Create(CausalLanguageModelTests.Small(), seed: 1);
        GgufModelFile.Write(PathOf("m.gguf"), model, new GgufTokenizer { Special = new(null, 3, [3], null) }, "small", GgufTensorType.Q8_0);
        using GgufFile file = GgufFile.Open(PathOf("m.gguf"));
        Assert.All(file.Entries, entry => Assert.Equal(
            entry.Shape.Count == 1 ? GgufTensorType.F32 : entry.RowLength % 32 == 0 ? GgufTensorType.Q8_0 : GgufTensorType.F16, entry.Type));
        Assert.Contains(file.Entries, entry => entry.Type == GgufTensorType.F16);
    }

    [Fact]
    public void ValuesBeyondTheTypeAreRefusedAndNothingIsLeft()
    {
        using CausalLanguageModel model = CausalLanguageModel.Create(CausalLanguageModelTests.Small(), seed: 1);
        foreach (float value in new[] { 1e6f, float.NaN, float.PositiveInfinity })
        {
            TensorMemory.Floats(model.Parameters)[100] = value;
            ModelFormatException error = Assert.Throws<ModelFormatException>(
                () => GgufModelFile.Write(PathOf("m.gguf"), model, new GgufTokenizer { Special = new(null, 3, [3], null) }, "small", GgufTensorType.F16));
            Assert.Equal("token_embd.weight", error.Key);
            Assert.Empty(Directory.GetFiles(_folder.Path));
        }
    }

    [Theory]
    [InlineData("qwen2_5")]
    [InlineData("llama3_1")]
    public void TokenizersKeepTheirIds(string name)
    {
        string folder = Repository.Shared($"models/tokenizers/{name}");
        ITokenizer expected = Tokenizer.Load(folder);
        ModelConfig config = CausalLanguageModelTests.Small() with { VocabSize = expected.VocabularySize + 7, EosTokenIds = [1, 2] };
        GgufTokenizer tokenizer = GgufTokenizer.Of(folder, config);
        var stored = GgufTokenizer.Read(new GgufMetadata("m.gguf", [.. tokenizer.ToMetadata()]));
        Assert.Equal(config.VocabSize, stored.Vocabulary!.Tokens.Count);
        Assert.Equal(config.EosTokenIds, stored.Special.AllEos.Take(2));
        // With and without the tokenizer.json inside: what other programs' files have is enough.
        foreach (ITokenizer actual in new[] { stored.ToTokenizer("m.gguf"), (stored with { HuggingFaceJson = null }).ToTokenizer("m.gguf") })
        {
            foreach (string text in new[] { "Hello,  world! 12345\n\n\t'll naïve 你好 😀", "<|im_start|>user\n<|eot_id|><tool_call>" })
            {
                Assert.Equal(expected.Encode(text), actual.Encode(text));
                Assert.Equal(expected.Encode(text, parseSpecial: true, addSpecial: true), actual.Encode(text, parseSpecial: true, addSpecial: true));
            }
            Assert.Equal(expected.EndIds[0], actual.EndIds[0]);
            Assert.Equal(expected.BeginId, actual.BeginId);
        }
    }

    [Fact]
    public void EveryScalingOfPositionsIsKept()
    {
        RopeScaling[] scalings = [new LinearRopeScaling(2.5), new YarnRopeScaling(4, 1024), new Llama3RopeScaling(32, 1, 4, 8192), new Llama3RopeScaling(8, 2, 5, 48)];
        foreach (RopeScaling scaling in scalings)
        {
            ModelConfig config = CausalLanguageModelTests.Small(bias: false) with { RopeScaling = scaling, RopeTheta = 500_000 };
            using CausalLanguageModel model = CausalLanguageModel.Create(config, seed: 1);
            GgufModelFile.Write(PathOf("m.gguf"), model, new GgufTokenizer { Special = new(null, 3, [3], null) }, "small", GgufTensorType.F32);
            Assert.Equal(scaling, ModelCheckpoint.ReadConfig(PathOf("m.gguf")).RopeScaling);
        }
        using CausalLanguageModel odd = CausalLanguageModel.Create(CausalLanguageModelTests.Small() with { RopeScaling = new YarnRopeScaling(4, 1024, BetaFast: 16) }, seed: 1);
        Assert.Equal("rope_scaling", Assert.Throws<ModelFormatException>(
            () => GgufModelFile.Write(PathOf("m.gguf"), odd, new GgufTokenizer { Special = new(null, 3, [3], null) }, "small", GgufTensorType.F32)).Key);
    }

    [Fact]
    public void WhatGgufCannotSayIsRefused() =>
        Assert.Contains("deepseek_v3", Assert.Throws<ModelFormatException>(() => ModelConversion.ToGguf(Repository.Shared("golden/models/deepseek-v3"), PathOf("m.gguf"))).Message);

    [Fact]
    public void ARealFileBecomesAFolderThatReadsAlike()
    {
        string file = Path.Combine(Repository.Shared("models/smollm2-135m-instruct"), "SmolLM2-135M-Instruct.Q4_1.gguf");
        ModelConversion.ToFolder(file, PathOf("folder"), SafetensorsType.BF16);
        AssertSameShape(ModelCheckpoint.ReadConfig(file), ModelCheckpoint.ReadConfig(PathOf("folder")));
        ITokenizer expected = ModelTokenizer.Load(file), actual = ModelTokenizer.Load(PathOf("folder"));
        using JsonDocument golden = JsonDocument.Parse(File.ReadAllBytes(Repository.Shared("golden/smollm2/tokens.json")));
        foreach (JsonElement row in golden.RootElement.GetProperty("rows").EnumerateArray())
        {
            string text = row.GetProperty("text").GetString()!;
            foreach (ITokenizer tokenizer in new[] { expected, actual })
                Assert.Equal(row.GetProperty("ids_parse_special").Deserialize<int[]>(), tokenizer.Encode(text, parseSpecial: true));
        }
        using JsonDocument config = JsonDocument.Parse(File.ReadAllBytes(PathOf("folder/tokenizer_config.json")));
        Assert.Equal(golden.RootElement.GetProperty("chat_template").GetString(), config.RootElement.GetProperty("chat_template").GetString());
        Assert.Equal(("<|im_start|>", "<|im_end|>"), (config.RootElement.GetProperty("bos_token").GetString(), config.RootElement.GetProperty("eos_token").GetString()));
        Assert.Equal(expected.EndIds, actual.EndIds);
    }

    public void Dispose() => _folder.Dispose();

    // What has no place in GGUF: how weights were initialised, and keys of config.json that no decoder here reads.
    private static void AssertSameShape(ModelConfig expected, ModelConfig actual)
    {
        ModelConfig Shape(ModelConfig config) => config with { InitializerRange = 0, OtherKeys = NoKeys, OtherGenerationKeys = NoKeys };
        Assert.Equivalent(Shape(expected), Shape(actual), strict: true);
        Assert.Equal(expected.RopeScaling, actual.RopeScaling);
    }
}
