using Aha.Models;
using Aha.Models.Checkpoints;
using Aha.Models.Checkpoints.Gguf;
using Aha.Models.Checkpoints.Gguf.Blocks;
using Aha.Tensors;
using Aha.Tests.Support;
using Aha.Tokenization;

namespace Aha.Tests.Models.Gguf;

public sealed class GgufRoundTripTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string PathOf(string name) => _folder.File(name);

    [Theory]
    [InlineData("qwen2-tied")]
    [InlineData("qwen2-untied")]
    [InlineData("qwen2-bf16")]
    [InlineData("llama-mha")]
    public void ToGgufAndBackIsEqualToTheBit(string name)
    {
        string source = Repository.Shared($"golden/models/{name}");
        ModelConversion.ToGguf(source, PathOf("m.gguf"), GgufTensorType.F32);
        ModelConversion.ToFolder(PathOf("m.gguf"), PathOf("back"));
        using CausalLanguageModel expected = CausalLanguageModel.Load(source), file = CausalLanguageModel.Load(PathOf("m.gguf")), folder = CausalLanguageModel.Load(PathOf("back"));
        foreach (CausalLanguageModel actual in new[] { file, folder })
        {
            Assert.True(TensorMemory.Floats(expected.Parameters).SequenceEqual(TensorMemory.Floats(actual.Parameters)));
            Assert.Equivalent(expected.Config with { InitializerRange = 0.02 }, actual.Config);
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
        Assert.All(file.Entries, entry => Assert.Equal(entry.Shape.Count == 1 ? GgufTensorType.F32 : GgufTensorType.F16, entry.Type));
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

    public void Dispose() => _folder.Dispose();
}
