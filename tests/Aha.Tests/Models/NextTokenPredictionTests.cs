using Aha.Models;
using Aha.Models.Checkpoints;
using Aha.Tensors;
using Aha.Tests.Generation;
using Aha.Training.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace Aha.Tests.Models;

/// <summary>DeepSeek-V3's multi-token prediction module: its states, its loss, its place in checkpoints.</summary>
public sealed class NextTokenPredictionTests : IDisposable
{
    private static readonly ModelConfig s_config = TestModel.Latent with { NextTokenPredictors = 1 };
    private static readonly int[] s_ids = DecoderEqualityTests.Ids(s_config, 24, 5);
    private readonly string _folder = Directory.CreateTempSubdirectory("aha-mtp").FullName;

    [Fact]
    public void StatesAndLossEqualTheDefinition()
    {
        TestModel weights = TestModel.Random(s_config);
        using CausalLanguageModel model = Model(weights);
        using DisposeScope scope = NewDisposeScope();
        var reference = new ReferenceDecoder(weights);
        double[][] expected = reference.Ahead(s_ids);
        (Tensor hidden, IReadOnlyList<Tensor> ahead) = model.PredictAhead(Ids(), ComputePrecision.Float32);
        CausalLanguageModelTests.AssertClose(reference.Hidden(s_ids).SelectMany(row => row), hidden.data<float>().ToArray(), 1e-4);
        CausalLanguageModelTests.AssertClose(expected.SelectMany(row => row), Assert.Single(ahead).data<float>().ToArray(), 1e-4);

        double loss = -expected.SkipLast(1).Select((row, t) => ReferenceDecoder.LogSoftmax(reference.Head(row))[s_ids[t + 2]]).Average();
        Assert.Equal(loss, NextTokenPredictionLoss.Compute(model, Ids(), ComputePrecision.Float32).ToDouble(), 1e-4);
    }

    [Fact]
    public void OnlyItsOwnLossMovesIt()
    {
        using CausalLanguageModel model = Model(TestModel.Random(s_config));
        using DisposeScope scope = NewDisposeScope();
        ParameterSlice[] module = [.. model.Layout.Where(slice => slice.Name.StartsWith("model.layers.3.", StringComparison.Ordinal))];
        Assert.All(module, slice => Assert.False(slice.WeightDecay));
        Assert.All(model.Layout.Except(module), slice => Assert.Equal(slice.Shape.Count > 1, slice.WeightDecay));

        TokenLogProbs.Compute(model, Ids(), ComputePrecision.Float32).LogProbs.mean().backward();
        Assert.All(module, slice => Assert.False(Gradient(model, slice).AsSpan().ContainsAnyExcept(0f)));
        NextTokenPredictionLoss.Compute(model, Ids(), ComputePrecision.Float32).backward();
        // Experts that no token chose have none, and selection biases never have one.
        Assert.All(module.Where(slice => !slice.Name.Contains("experts.", StringComparison.Ordinal) && !slice.Name.EndsWith("bias", StringComparison.Ordinal)),
            slice => Assert.True(Gradient(model, slice).AsSpan().ContainsAnyExcept(0f), slice.Name));
    }

    [Fact]
    public void ItIsKeptInCheckpointsWithTheMatricesItShares()
    {
        using CausalLanguageModel model = Model(TestModel.Random(s_config));
        model.Save(_folder);
        using (SafetensorsCheckpoint saved = SafetensorsCheckpoint.Open(_folder))
        {
            Assert.Contains("model.layers.3.embed_tokens.weight", saved.Names);
            Assert.Contains("model.layers.3.shared_head.head.weight", saved.Names);
        }

        using (CausalLanguageModel loaded = CausalLanguageModel.Load(_folder))
            Assert.True(TensorMemory.Floats(model.Parameters).SequenceEqual(TensorMemory.Floats(loaded.Parameters)));

        string path = Path.Combine(_folder, SafetensorsCheckpoint.SingleName);
        IReadOnlyList<SafetensorsEntry> entries = SafetensorsWriter.LayOut(
            [.. model.Layout.Select(slice => (slice.Name, SafetensorsType.F32, slice.Shape)), ("model.layers.3.embed_tokens.weight", SafetensorsType.F32, [37, 21])]);
        SafetensorsWriter.Write(path, [], entries, entry => System.Runtime.InteropServices.MemoryMarshal.AsBytes(
            entry.Name == "model.layers.3.embed_tokens.weight" ? new float[37 * 21] : model.Read(entry.Name)));
        ModelFormatException error = Assert.Throws<ModelFormatException>(() => CausalLanguageModel.Load(_folder));
        Assert.Equal("model.layers.3.embed_tokens.weight", error.Key);
        Assert.Contains("which a next-token predictor shares", error.Message);
    }

    [Fact]
    public void AnnouncedButAbsentItIsSkippedWithANotice()
    {
        var notices = new List<string>();
        using CausalLanguageModel model = CausalLanguageModel.Load(GoldenModel.Read("deepseek-v3").Folder, notices.Add);
        Assert.Equal(0, model.Config.NextTokenPredictors);
        Assert.Contains(notices, notice => notice.Contains("num_nextn_predict_layers", StringComparison.Ordinal));
        Assert.Contains(notices, notice => notice.Contains("parameters need", StringComparison.Ordinal));
        Assert.Throws<ArgumentException>(() => NextTokenPredictionLoss.Compute(model, Ids(), ComputePrecision.Float32));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static Tensor Ids() => tensor(s_ids.Select(id => (long)id).ToArray()).unsqueeze(0);

    private static float[] Gradient(CausalLanguageModel model, ParameterSlice slice) =>
        TensorMemory.Floats(model.Parameters.grad!).Slice((int)slice.Offset, (int)slice.Count).ToArray();

    private static CausalLanguageModel Model(TestModel weights)
    {
        CausalLanguageModel model = CausalLanguageModel.Create(weights.Config, seed: 0);
        Span<float> parameters = TensorMemory.Floats(model.Parameters);
        foreach (ParameterSlice slice in model.Layout) weights.Read(slice.Name).CopyTo(parameters[(int)slice.Offset..]);
        return model;
    }
}
