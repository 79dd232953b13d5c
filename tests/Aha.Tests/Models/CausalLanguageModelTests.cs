using Aha.Models;
using Aha.Tensors;
using Aha.Training.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace Aha.Tests.Models;

public sealed class CausalLanguageModelTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("aha-model").FullName;

    internal static ModelConfig Small(bool tied = true, bool bias = true, int heads = 4, int kvHeads = 2) => new()
    {
        ModelType = bias ? "qwen2" : "llama",
        VocabSize = 37,
        HiddenSize = 16,
        IntermediateSize = 40,
        NumHiddenLayers = 2,
        NumAttentionHeads = heads,
        NumKeyValueHeads = kvHeads,
        HeadDim = 8,
        TieWordEmbeddings = tied,
        AttentionBias = bias,
        MaxPositionEmbeddings = 64,
        InitializerRange = 0.2,
        EosTokenIds = [3],
    };

    [Fact]
    public void SavedAndLoadedIsEqualToTheByte()
    {
        foreach (bool tied in new[] { true, false })
        {
            using CausalLanguageModel model = CausalLanguageModel.Create(Small(tied), seed: 7);
            string first = Path.Combine(_folder, $"first{tied}"), second = Path.Combine(_folder, $"second{tied}");
            model.Save(first);
            using CausalLanguageModel loaded = CausalLanguageModel.Load(first);
            Assert.Equivalent(model.Config, loaded.Config);
            Assert.True(TensorMemory.Floats(model.Parameters).SequenceEqual(TensorMemory.Floats(loaded.Parameters)));
            loaded.Save(second);
            foreach (string file in Directory.GetFiles(first))
                Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(Path.Combine(second, Path.GetFileName(file))));
            Assert.Equal(3, Directory.GetFiles(first).Length);
        }
    }

    [Fact]
    public void SavingAReferenceCheckpointGivesItsOwnBytes()
    {
        string source = GoldenModel.Read("qwen2-tied").Folder;
        using CausalLanguageModel model = CausalLanguageModel.Load(source);
        model.Save(_folder);
        Assert.Equal(File.ReadAllBytes(Path.Combine(source, "model.safetensors")), File.ReadAllBytes(Path.Combine(_folder, "model.safetensors")));
        Assert.Equal([2, 0], model.Config.EosTokenIds);
    }

    [Fact]
    public void SeedDecidesTheWeights()
    {
        using CausalLanguageModel a = CausalLanguageModel.Create(Small(), 1), b = CausalLanguageModel.Create(Small(), 1), c = CausalLanguageModel.Create(Small(), 2);
        Assert.True(TensorMemory.Floats(a.Parameters).SequenceEqual(TensorMemory.Floats(b.Parameters)));
        Assert.False(TensorMemory.Floats(a.Parameters).SequenceEqual(TensorMemory.Floats(c.Parameters)));
        c.CopyParametersFrom(a);
        Assert.True(TensorMemory.Floats(a.Parameters).SequenceEqual(TensorMemory.Floats(c.Parameters)));
        Assert.All(a.Read("model.norm.weight").ToArray(), value => Assert.Equal(1f, value));
        Assert.All(a.Read("model.layers.1.self_attn.q_proj.bias").ToArray(), value => Assert.Equal(0f, value));
        Assert.Throws<KeyNotFoundException>(() => { a.Read("lm_head.weight"); });
        Assert.InRange(Deviation(a.Read("model.embed_tokens.weight")), 0.18, 0.22);
        Assert.InRange(Deviation(a.Read("model.layers.0.mlp.down_proj.weight")), 0.09, 0.11);
    }

    [Fact]
    public void PaddingOnTheRightChangesNothingBeforeIt()
    {
        using CausalLanguageModel model = CausalLanguageModel.Create(Small(), 3);
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        Tensor ids = randint(0, 37, [3, 20], dtype: ScalarType.Int64);
        Tensor padded = cat([ids, ones([3, 13], ScalarType.Int64)], 1);
        foreach (ComputePrecision precision in Enum.GetValues<ComputePrecision>())
        {
            float[] plain = model.HiddenStates(ids, precision).data<float>().ToArray();
            float[] longer = model.HiddenStates(padded, precision).narrow(1, 0, 20).contiguous().data<float>().ToArray();
            AssertClose(plain.Select(value => (double)value), longer, precision == ComputePrecision.Float32 ? 1e-5 : 0.05);
        }
    }

    [Fact]
    public void BFloat16IsCloseToFloat32()
    {
        using CausalLanguageModel model = CausalLanguageModel.Create(Small() with { InitializerRange = 0.05 }, 3);
        using DisposeScope scope = NewDisposeScope();
        Tensor ids = randint(0, 37, [4, 30], dtype: ScalarType.Int64);
        (float[] logProbs32, float[] gradient32) = Run(ComputePrecision.Float32);
        (float[] logProbs16, float[] gradient16) = Run(ComputePrecision.BFloat16);
        AssertClose(logProbs32.Select(value => (double)value), logProbs16, 0.02);
        double dot = gradient32.Zip(gradient16, (a, b) => (double)a * b).Sum();
        Assert.True(dot / Math.Sqrt(gradient32.Sum(g => (double)g * g) * gradient16.Sum(g => (double)g * g)) > 0.999);

        (float[], float[]) Run(ComputePrecision precision)
        {
            model.Parameters.grad?.zero_();
            (Tensor logProbs, _) = TokenLogProbs.Compute(model, ids, precision);
            logProbs.mean().neg().backward();
            return (logProbs.data<float>().ToArray(), TensorMemory.Floats(model.Parameters.grad!).ToArray());
        }
    }

    [Fact]
    public void TooManyPositionsAreRefused()
    {
        using CausalLanguageModel model = CausalLanguageModel.Create(Small(), 3);
        using Tensor ids = zeros([1, 65], ScalarType.Int64);
        Assert.Contains("64 positions", Assert.Throws<ArgumentException>(() => model.HiddenStates(ids, ComputePrecision.Float32)).Message);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static double Deviation(ReadOnlySpan<float> values)
    {
        double sum = 0;
        foreach (float value in values) sum += (double)value * value;
        return Math.Sqrt(sum / values.Length);
    }

    internal static void AssertClose(IEnumerable<double> expected, IReadOnlyList<float> actual, double tolerance)
    {
        int i = 0;
        foreach (double value in expected)
        {
            Assert.True(Math.Abs(value - actual[i]) <= tolerance, $"element {i}: {actual[i]}, expected {value}");
            i++;
        }
        Assert.Equal(i, actual.Count);
    }
}
