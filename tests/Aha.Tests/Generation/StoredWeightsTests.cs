using Aha.Generation;
using Aha.Models;
using Aha.Models.Checkpoints;
using Aha.Models.Checkpoints.Gguf;

namespace Aha.Tests.Generation;

/// <summary>Matrices kept as their file has them, and steps shared by threads, give the bits of fp32 weights and one thread.</summary>
public sealed class StoredWeightsTests : IDisposable
{
    // One size in each role is no multiple of a panel; 21 outputs and more end inside one.
    private static readonly ModelConfig Llama = new()
    {
        ModelType = "llama", VocabSize = 77, HiddenSize = 96, IntermediateSize = 160, NumHiddenLayers = 2, NumAttentionHeads = 6, NumKeyValueHeads = 3, HeadDim = 16,
        MaxPositionEmbeddings = 200, AttentionBias = false,
    };

    private static readonly ModelConfig[] Shapes = [Llama, Llama with { ModelType = "qwen2", TieWordEmbeddings = false, AttentionBias = true, IntermediateSize = 64 }];

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<int, GgufTensorType, KernelSet> Formats()
    {
        var data = new TheoryData<int, GgufTensorType, KernelSet>();
        foreach (GgufTensorType type in GgufModelFile.Types)
            foreach (KernelSet kernels in DecoderEqualityTests.Supported)
                for (int shape = 0; shape < Shapes.Length; shape++) data.Add(shape, type, kernels);
        return data;
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void GiveTheBitsOfFp32(int shape, GgufTensorType type, KernelSet kernels)
    {
        string file = Write(Shapes[shape], type);
        using CausalLanguageModel widened = CausalLanguageModel.Load(file);
        using StoredModel stored = StoredModel.Open(file);
        using var expected = new RolloutEngine(widened.Config, new RolloutEngineOptions { Threads = 1, Kernels = kernels });
        expected.LoadWeights(widened, 0);
        using var engine = new RolloutEngine(stored, new RolloutEngineOptions { Threads = 1, Kernels = kernels });

        StoredFormat format = stored.FormatOf("model.layers.1.mlp.up_proj.weight");
        Assert.Equal(type is GgufTensorType.F32 or GgufTensorType.F16 ? "Float32" : type == GgufTensorType.BF16 ? "BFloat16" : type.ToString(), format.ToString());
        Assert.Equal(format == StoredFormat.Float32, engine.WeightBytes == expected.WeightBytes);
        Assert.InRange(engine.WeightBytes, 1, expected.WeightBytes);

        // One to three rows are widened in registers, more in scratch; a prompt of 33 ends with a step of one row.
        foreach (int samples in new[] { 1, 2, 3, 5, 13 })
        {
            RolloutRequest[] requests = [new(DecoderEqualityTests.Ids(widened.Config, 33, samples), samples, 5)];
            var options = new SamplingOptions { MaxNewTokens = 20, Temperature = 1.2f };
            RolloutEngineTests.AssertSame(expected.Run(requests, options), engine.Run(requests, options));
        }

        int[] ids = DecoderEqualityTests.Ids(widened.Config, 100, 9);
        Assert.Equal(expected.LogProbs(ids), engine.LogProbs(ids));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    public void ATeamGivesTheBitsOfOneThread(int threads)
    {
        foreach (ModelConfig config in (ModelConfig[])[.. Shapes, TestModel.Tiny, TestModel.Latent, TestModel.Tiny with { HeadDim = 22, QueryKeyNorm = true }])
        {
            TestModel model = TestModel.Random(config);
            using var one = new RolloutEngine(config, new RolloutEngineOptions { Threads = 1 });
            using var team = new RolloutEngine(config, new RolloutEngineOptions { Threads = threads, ShareFromBytes = 0 });
            one.LoadWeights(model, 1);
            team.LoadWeights(model, 1);
            foreach (int samples in new[] { 1, 6 })
            {
                RolloutRequest[] requests = [new(DecoderEqualityTests.Ids(config, 40, 1), samples, 2), new(DecoderEqualityTests.Ids(config, 3, 2), 1, 3)];
                var options = new SamplingOptions { MaxNewTokens = 60 };
                RolloutEngineTests.AssertSame(one.Run(requests, options), team.Run(requests, options));
            }

            int[] ids = DecoderEqualityTests.Ids(config, 90, 4);
            Assert.Equal(one.LogProbs(ids), team.LogProbs(ids));
        }
    }

    [Fact]
    public void ASafetensorsFolderInBf16StaysSo()
    {
        using CausalLanguageModel model = CausalLanguageModel.Create(Llama with { InitializerRange = 0.3 }, 2);
        model.Save(_folder.Path, SafetensorsType.BF16);
        using CausalLanguageModel widened = CausalLanguageModel.Load(_folder.Path);
        using StoredModel stored = StoredModel.Open(_folder.Path);
        using var expected = new RolloutEngine(widened.Config);
        expected.LoadWeights(widened, 0);
        using var engine = new RolloutEngine(stored);
        Assert.InRange(engine.WeightBytes, expected.WeightBytes / 2, expected.WeightBytes * 0.55);
        int[] ids = DecoderEqualityTests.Ids(Llama, 60, 9);
        Assert.Equal(expected.LogProbs(ids), engine.LogProbs(ids));
    }

    [Fact]
    public void AnEngineOfAStoredModelTakesNoOtherWeights()
    {
        using StoredModel stored = StoredModel.Open(Write(Llama, GgufTensorType.Q8_0));
        using var engine = new RolloutEngine(stored);
        Assert.Contains("takes no others", Assert.Throws<InvalidOperationException>(() => engine.LoadWeights(stored, 1)).Message);
        Assert.InRange(RolloutEngine.EstimateBytes(stored, 16, 1) - engine.WeightBytes, 1, 100_000);
    }

    public void Dispose() => _folder.Dispose();

    private string Write(ModelConfig config, GgufTensorType type)
    {
        // Wide enough that the logits spread, so that a wrong bit shows in the samples.
        using CausalLanguageModel model = CausalLanguageModel.Create(config with { InitializerRange = 0.3 }, 1);
        string folder = Path.Combine(_folder.Path, "model"), file = Path.Combine(_folder.Path, "model.gguf");
        model.Save(folder);
        ModelConversion.ToGguf(folder, file, type);
        return file;
    }
}
