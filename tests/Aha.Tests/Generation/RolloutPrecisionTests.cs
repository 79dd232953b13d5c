using System.Buffers.Binary;
using Aha.Generation;
using Aha.Models;
using Aha.Models.Checkpoints;
using Aha.Models.Checkpoints.Gguf;
using Aha.Tensors;

namespace Aha.Tests.Generation;

/// <summary>Policies that sample in less than fp32.</summary>
public sealed class RolloutPrecisionTests
{
    // Rows of a multiple of 32, which blocks need, and of other lengths, which stay fp32.
    private static readonly ModelConfig[] Shapes =
    [
        TestModel.Tiny with { IntermediateSize = 64 },
        TestModel.Tiny with { HiddenSize = 96, IntermediateSize = 100, NumAttentionHeads = 6, NumKeyValueHeads = 3, TieWordEmbeddings = false, QueryKeyNorm = true },
        TestModel.Latent with { HiddenSize = 64, LatentAttention = TestModel.Latent.LatentAttention! with { KeyValueRank = 32 } },
    ];

    [Theory]
    [InlineData(RolloutPrecision.Bf16)]
    [InlineData(RolloutPrecision.Q8_0)]
    [InlineData(RolloutPrecision.Q4_0)]
    public void ResultsDoNotDependOnThreadsSlotsOrOrder(RolloutPrecision precision)
    {
        Gen.Select(Gen.Int[1, 4], Gen.Int[1, 20], Gen.Int[0, 1000], Gen.Int[1, 12], Gen.Int[0, Shapes.Length - 1]).Sample(
            (threads, slots, seed, groups, shape) =>
            {
                TestModel model = TestModel.Random(Shapes[shape]);
                var random = new Random(seed);
                RolloutRequest[] requests = [.. Enumerable.Range(0, groups).Select(i =>
                    new RolloutRequest(DecoderEqualityTests.Ids(model.Config, random.Next(1, 40), seed + i), random.Next(1, 7), (ulong)random.Next(5)))];
                var options = new SamplingOptions { MaxNewTokens = 30, StopTokens = [3, 7] };
                using RolloutEngine alone = Engine(model, precision, 1, 1), several = Engine(model, precision, threads, slots);
                int[] order = [.. Enumerable.Range(0, groups)];
                random.Shuffle(order);
                Completion[] shuffled = several.Run([.. order.Select(i => requests[i])], options);
                RolloutEngineTests.AssertSame(alone.Run(requests, options), [.. shuffled.Select(c => c with { Request = order[c.Request] }).OrderBy(c => c.Request).ThenBy(c => c.Sample)]);
            },
            iter: 12,
            threads: 1);
    }

    [Theory]
    [InlineData(RolloutPrecision.Q8_0)]
    [InlineData(RolloutPrecision.Q4_0)]
    public void BlocksSampleAsTheirWidenedNumbersDo(RolloutPrecision precision)
    {
        foreach (ModelConfig config in Shapes)
        {
            TestModel model = TestModel.Random(config, 3);
            using RolloutEngine rounded = Engine(model, precision), exact = Engine(Widened(model, precision), RolloutPrecision.Fp32), unrounded = Engine(model, RolloutPrecision.Fp32);
            RolloutRequest[] requests = [new(DecoderEqualityTests.Ids(config, 33, 1), 5, 1), new(DecoderEqualityTests.Ids(config, 2, 2), 9, 2)];
            var options = new SamplingOptions { MaxNewTokens = 40 };
            RolloutEngineTests.AssertSame(exact.Run(requests, options), rounded.Run(requests, options));
            int[] ids = DecoderEqualityTests.Ids(config, 60, 5);
            Assert.NotEqual(unrounded.LogProbs(ids), rounded.LogProbs(ids));
        }
    }

    /// <summary>What the engine rounds to is what a file of that format holds.</summary>
    [Theory]
    [InlineData(StoredFormat.Q8_0, GgufTensorType.Q8_0)]
    [InlineData(StoredFormat.Q4_0, GgufTensorType.Q4_0)]
    [InlineData(StoredFormat.BFloat16, GgufTensorType.BF16)]
    public void RowsAreThoseOfAFile(StoredFormat format, GgufTensorType type)
    {
        using var folder = new TemporaryFolder();
        var config = new ModelConfig
        {
            ModelType = "llama", VocabSize = 64, HiddenSize = 64, IntermediateSize = 96, NumHiddenLayers = 2, NumAttentionHeads = 2, NumKeyValueHeads = 1, HeadDim = 32,
            MaxPositionEmbeddings = 64, AttentionBias = false,
        };
        using CausalLanguageModel model = CausalLanguageModel.Create(config, 4);
        model.Save(folder.File("model"));
        ModelConversion.ToGguf(folder.File("model"), folder.File("model.gguf"), type);
        using StoredModel stored = StoredModel.Open(folder.File("model.gguf"));
        var rounded = new RoundedWeights(model, format);
        string[] matrices = [.. model.Layout.Where(slice => rounded.FormatOf(slice.Name) == format).Select(slice => slice.Name)];
        Assert.Equal(14, matrices.Length);
        // Rows of q and k are stored in another order there; the others lie as they do here.
        foreach (string name in matrices.Where(name => !name.Contains("q_proj", StringComparison.Ordinal) && !name.Contains("k_proj", StringComparison.Ordinal)))
        {
            for (int row = 0; row < 32; row++) Assert.Equal(stored.Row(name, row).ToArray(), rounded.Row(name, row).ToArray());
        }
    }

    /// <summary>A step has as many rows as a thread has slots, however many it is given.</summary>
    [Theory]
    [InlineData(RolloutPrecision.Fp32)]
    [InlineData(RolloutPrecision.Bf16)]
    public void AThreadMayHaveManySlots(RolloutPrecision precision)
    {
        TestModel model = TestModel.Random(Shapes[0]);
        RolloutRequest[] requests = [new(DecoderEqualityTests.Ids(model.Config, 5, 1), 300, 1)];
        var options = new SamplingOptions { MaxNewTokens = 12 };
        using RolloutEngine few = Engine(model, precision, threads: 1), many = Engine(model, precision, threads: 1, slots: 300);
        RolloutEngineTests.AssertSame(few.Run(requests, options), many.Run(requests, options));
    }

    [Fact]
    public void Bf16IsNearFp32()
    {
        foreach (ModelConfig config in Shapes)
        {
            TestModel model = TestModel.Random(config, 2);
            using RolloutEngine half = Engine(model, RolloutPrecision.Bf16), exact = Engine(model, RolloutPrecision.Fp32);
            Assert.InRange(half.WeightBytes, exact.WeightBytes / 2, exact.WeightBytes * 0.9);
            int[] ids = DecoderEqualityTests.Ids(config, 100, 5);
            float[] differences = [.. half.LogProbs(ids).Zip(exact.LogProbs(ids), (a, b) => Math.Abs(a - b))];
            // Eight bits of mantissa: weights alone, or every product's inputs and result.
            Assert.InRange(differences.Average(), 1e-4, BFloat16Units.ArePresent ? 0.08 : 0.04);
        }
    }

    [Fact]
    public void AStoredModelKeepsItsFilesPrecision()
    {
        TestModel model = TestModel.Random(Shapes[0]);
        using var engine = new RolloutEngine(new RoundedWeights(model, StoredFormat.Q8_0), new RolloutEngineOptions { Precision = RolloutPrecision.Bf16 });
        using RolloutEngine expected = Engine(model, RolloutPrecision.Q8_0);
        int[] ids = DecoderEqualityTests.Ids(model.Config, 60, 5);
        Assert.Equal(expected.LogProbs(ids), engine.LogProbs(ids));
        Assert.Equal(RolloutPrecision.Fp32, engine.Precision);
    }

    private static RolloutEngine Engine(TestModel model, RolloutPrecision precision, int threads = 2, int? slots = null)
    {
        var engine = new RolloutEngine(model.Config, new RolloutEngineOptions { Threads = threads, SlotsPerThread = slots, Precision = precision });
        engine.LoadWeights(model, 0);
        return engine;
    }

    // The rounded matrices, widened by a reading of the format that is not the engine's.
    private static TestModel Widened(TestModel model, RolloutPrecision precision)
    {
        var rounded = new RoundedWeights(model, precision == RolloutPrecision.Q8_0 ? StoredFormat.Q8_0 : StoredFormat.Q4_0);
        var tensors = model.Tensors.ToDictionary(t => t.Key, t => t.Value);
        foreach (string name in model.Tensors.Keys.Where(name => rounded.FormatOf(name) != StoredFormat.Float32))
        {
            int depth = ParameterLayout.Of(model.Config).Single(slice => slice.Name == name) is { } slice ? (int)slice.Shape[1] : 0;
            if (depth % 32 != 0) continue;
            tensors[name] = [.. Enumerable.Range(0, model.Tensors[name].Length / depth).SelectMany(row => Widen(rounded.Row(name, row).ToArray(), precision))];
        }

        return new TestModel(model.Config, tensors);
    }

    private static IEnumerable<float> Widen(byte[] row, RolloutPrecision precision)
    {
        int size = precision == RolloutPrecision.Q8_0 ? 34 : 18;
        foreach (byte[] block in row.Chunk(size))
        {
            float scale = (float)BinaryPrimitives.ReadHalfLittleEndian(block);
            for (int i = 0; i < 32; i++)
                yield return scale * (precision == RolloutPrecision.Q8_0 ? (sbyte)block[2 + i] : (i < 16 ? block[2 + i] & 15 : block[2 + i - 16] >> 4) - 8);
        }
    }
}
