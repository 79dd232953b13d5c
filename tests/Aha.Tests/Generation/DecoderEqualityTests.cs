using Aha.Generation;
using Aha.Models;
using Aha.Models.Rotary;
using Aha.Training.Losses;

namespace Aha.Tests.Generation;

/// <summary>The engine computes what the definition says, on every kernel set, and every kernel set computes the same bits.</summary>
public class DecoderEqualityTests
{
    private static readonly ModelConfig[] Shapes =
    [
        TestModel.Tiny,
        TestModel.Tiny with { NumAttentionHeads = 6, NumKeyValueHeads = 2, HeadDim = 8, TieWordEmbeddings = false },
        TestModel.Tiny with { AttentionBias = false, NumAttentionHeads = 2, NumKeyValueHeads = 2, HeadDim = 32, VocabSize = 144 },
        new ModelConfig
        {
            VocabSize = 37, HiddenSize = 21, IntermediateSize = 29, NumHiddenLayers = 3, NumAttentionHeads = 3, NumKeyValueHeads = 1, HeadDim = 10,
            MaxPositionEmbeddings = 100,
        },
        new ModelConfig
        {
            VocabSize = 5, HiddenSize = 7, IntermediateSize = 3, NumHiddenLayers = 1, NumAttentionHeads = 1, NumKeyValueHeads = 1, HeadDim = 2,
            MaxPositionEmbeddings = 100, TieWordEmbeddings = false, AttentionBias = false,
        },
        new ModelConfig
        {
            VocabSize = 50, HiddenSize = 96, IntermediateSize = 100, NumHiddenLayers = 1, NumAttentionHeads = 4, NumKeyValueHeads = 2, HeadDim = 72,
            MaxPositionEmbeddings = 100, RopeTheta = 1e6,
        },
        // Qwen3, one head width of whole vectors and one that is not.
        TestModel.Tiny with { QueryKeyNorm = true, AttentionBias = false, NumAttentionHeads = 4, NumKeyValueHeads = 2 },
        TestModel.Tiny with { QueryKeyNorm = true, AttentionBias = false, HeadDim = 22 },
        TestModel.Tiny with { AttentionBias = false, RopeScaling = new Llama3RopeScaling(8, 1, 4, 32) },
        TestModel.Tiny with { RopeScaling = new YarnRopeScaling(4, 32) },
        TestModel.Tiny with { RopeScaling = new LinearRopeScaling(2) },
        // SmolLM2's width and heads.
        new ModelConfig
        {
            ModelType = "llama", VocabSize = 60, HiddenSize = 576, IntermediateSize = 96, NumHiddenLayers = 1, NumAttentionHeads = 9, NumKeyValueHeads = 3, HeadDim = 64,
            MaxPositionEmbeddings = 100, AttentionBias = false,
        },
        TestModel.Latent,
        TestModel.Latent with
        {
            LatentAttention = new(QueryRank: null, KeyValueRank: 16, PlainHeadDim: 16, ValueHeadDim: 20, Interleaved: false),
            RopeScaling = new YarnRopeScaling(8, 32, Scale: 1, ScaleAllDimensions: 1),
            Experts = new(Routed: 5, Shared: 0, PerToken: 2, IntermediateSize: 17, FirstDenseLayers: 0, NormaliseWeights: false),
        },
    ];

    public static TheoryData<int, KernelSet> ShapesAndKernels()
    {
        var data = new TheoryData<int, KernelSet>();
        for (int i = 0; i < Shapes.Length; i++)
            foreach (var kernels in Supported) data.Add(i, kernels);
        return data;
    }

    internal static IEnumerable<KernelSet> Supported => Enum.GetValues<KernelSet>().Where(k => k != KernelSet.Auto && RolloutEngineOptions.IsSupported(k));

    [Theory]
    [MemberData(nameof(ShapesAndKernels))]
    public void Greedy_tokens_and_log_probs_equal_the_definition(int shape, KernelSet kernels)
    {
        var model = TestModel.Random(Shapes[shape], shape + 1);
        var reference = new ReferenceDecoder(model);
        using var engine = new RolloutEngine(model.Config, new RolloutEngineOptions { Threads = 1, Kernels = kernels });
        engine.LoadWeights(model, 1);
        int[] prompt = Ids(model.Config, 19, shape);

        var completion = Assert.Single(engine.Run([new RolloutRequest(prompt, 1, 0)], new SamplingOptions { Temperature = 0, MaxNewTokens = 30 }));
        Assert.Equal(reference.Greedy(prompt, 30), completion.Tokens);
        AssertClose(reference.LogProbs([.. prompt, .. completion.Tokens])[(prompt.Length - 1)..], completion.LogProbs);

        int[] ids = Ids(model.Config, 70, shape + 100);
        AssertClose(reference.LogProbs(ids), engine.LogProbs(ids));
    }

    [Theory]
    [MemberData(nameof(ShapesAndKernels))]
    public void Kernel_sets_give_the_same_bits(int shape, KernelSet kernels)
    {
        var model = TestModel.Random(Shapes[shape], shape + 1);
        RolloutRequest[] requests = [.. Enumerable.Range(1, 5).Select(i => new RolloutRequest(Ids(model.Config, 7 * i, i), 3, (ulong)i))];
        var options = new SamplingOptions { Temperature = 1.3f, TopP = 0.97f, MaxNewTokens = 40 };
        RolloutEngineTests.AssertSame(Run(KernelSet.Scalar), Run(kernels));

        Completion[] Run(KernelSet set)
        {
            using var engine = new RolloutEngine(model.Config, new RolloutEngineOptions { Threads = 1, SlotsPerThread = 13, Kernels = set });
            engine.LoadWeights(model, 1);
            return engine.Run(requests, options);
        }
    }

    [Theory]
    [MemberData(nameof(ShapesAndKernels))]
    public void Decoding_and_prefill_give_the_same_bits(int shape, KernelSet kernels)
    {
        var model = TestModel.Random(Shapes[shape], shape + 1);
        using var engine = new RolloutEngine(model.Config, new RolloutEngineOptions { Threads = 1, Kernels = kernels });
        engine.LoadWeights(model, 1);
        int[] prompt = Ids(model.Config, 9, shape);
        foreach (var completion in engine.Run([new RolloutRequest(prompt, 5, 3)], new SamplingOptions { MaxNewTokens = 50 }))
            Assert.Equal(engine.LogProbs([.. prompt, .. completion.Tokens])[(prompt.Length - 1)..], completion.LogProbs);
    }

    [Theory]
    [InlineData("qwen2-tied")]
    [InlineData("qwen2-untied")]
    [InlineData("llama-mha")]
    [InlineData("llama3")]
    [InlineData("qwen3")]
    [InlineData("deepseek-v3")]
    [InlineData("deepseek-v3-yarn")]
    public void Golden_checkpoints(string name)
    {
        var (model, golden) = TestModel.LoadGolden(name);
        foreach (var kernels in Supported)
        {
            using var engine = new RolloutEngine(model.Config, new RolloutEngineOptions { Kernels = kernels });
            engine.LoadWeights(model, 0);
            for (int i = 0; i < 2; i++)
            {
                int[] ids = [.. golden.GetProperty("input_ids")[i].EnumerateArray().Select(v => v.GetInt32())];
                AssertClose([.. golden.GetProperty("logprobs")[i].EnumerateArray().Select(v => v.GetDouble())], engine.LogProbs(ids));
            }

            int[] prompt = [.. golden.GetProperty("greedy_prompt").EnumerateArray().Select(v => v.GetInt32())];
            int[] greedy = [.. golden.GetProperty("greedy").EnumerateArray().Select(v => v.GetInt32())];
            var options = new SamplingOptions { Temperature = 0, MaxNewTokens = greedy.Length };
            Assert.Equal(greedy, engine.Run([new RolloutRequest(prompt, 1, 0)], options)[0].Tokens);
        }
    }

    [Fact]
    public void A_large_vocabulary_equals_the_trainer()
    {
        var config = new ModelConfig
        {
            ModelType = "llama", VocabSize = 49152, HiddenSize = 64, IntermediateSize = 96, NumHiddenLayers = 2, NumAttentionHeads = 9, NumKeyValueHeads = 3, HeadDim = 8,
            MaxPositionEmbeddings = 100, AttentionBias = false, InitializerRange = 0.2,
        };
        using CausalLanguageModel model = CausalLanguageModel.Create(config, seed: 1);
        using var engine = new RolloutEngine(config);
        engine.LoadWeights(model, 0);
        int[] ids = Ids(config, 70, 1);
        using var scope = TorchSharp.torch.NewDisposeScope();
        var (logProbs, _) = TokenLogProbs.Compute(model, TorchSharp.torch.tensor(ids.Select(id => (long)id).ToArray()).unsqueeze(0), Aha.Tensors.ComputePrecision.Float32);
        AssertClose([.. logProbs.data<float>().ToArray().Select(v => (double)v)], engine.LogProbs(ids));
    }

    [Fact]
    public void The_most_likely_tokens_come_with_the_log_probs()
    {
        var model = TestModel.Random(TestModel.Tiny);
        using var engine = new RolloutEngine(model.Config);
        engine.LoadWeights(model, 0);
        int[] ids = Ids(model.Config, 20, 4);
        SequenceScores scores = engine.Score(ids, top: 5);
        double[][] expected = [.. new ReferenceDecoder(model).Logits(ids[..^1]).Select(row => ReferenceDecoder.LogSoftmax(row))];
        Assert.Equal(engine.LogProbs(ids), scores.LogProbs);
        Assert.Equal(ids.Length - 1, scores.Top.Length);
        for (int t = 0; t < expected.Length; t++)
        {
            Assert.Equal(expected[t].Select((p, id) => (p, id)).OrderByDescending(pair => pair.p).Take(5).Select(pair => pair.id), scores.Top[t].Select(score => score.Id));
            AssertClose([.. scores.Top[t].Select(score => expected[t][score.Id])], [.. scores.Top[t].Select(score => score.LogProb)]);
        }

        Assert.Equal(model.Config.VocabSize, engine.Score(ids, top: 1000).Top[0].Count);
    }

    internal static int[] Ids(ModelConfig config, int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.Next(config.VocabSize))];
    }

    private static void AssertClose(double[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++) Assert.InRange(actual[i], expected[i] - 1e-4, expected[i] + 1e-4);
    }
}
