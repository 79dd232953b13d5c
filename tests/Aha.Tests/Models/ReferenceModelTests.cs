using System.Text.RegularExpressions;
using Aha.Models;
using Aha.Tensors;
using Aha.Training.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace Aha.Tests.Models;

/// <summary>Every architecture against the values that transformers computed from the same checkpoint.</summary>
public sealed partial class ReferenceModelTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("aha-reference").FullName;

    [Theory]
    [InlineData("qwen2-tied")]
    [InlineData("qwen2-untied")]
    [InlineData("qwen2-untied-classic-config")]
    [InlineData("qwen2-bf16")]
    [InlineData("qwen3")]
    [InlineData("llama-mha")]
    [InlineData("llama3")]
    [InlineData("deepseek-v3")]
    [InlineData("deepseek-v3-yarn")]
    [InlineData("deepseek-v3-fp8")]
    public void LogitsAndGradientsAgree(string name)
    {
        GoldenModel golden = GoldenModel.Read(name);
        using CausalLanguageModel model = CausalLanguageModel.Load(golden.Folder);
        using DisposeScope scope = NewDisposeScope();
        Assert.InRange(Distance(golden, Logits(model, golden, ComputePrecision.Float32)), 0, 1e-4);

        (Tensor logProbs, _) = TokenLogProbs.Compute(model, Ids(golden), ComputePrecision.Float32);
        CausalLanguageModelTests.AssertClose(golden.LogProbs.SelectMany(row => row), logProbs.data<float>().ToArray(), 1e-4);
        if (golden.Gradients is null) return;
        Tensor loss = logProbs.mean().neg();
        Assert.Equal(golden.Loss!.Value, loss.ToDouble(), 1e-4);
        loss.backward();
        AssertGradients(golden.Gradients, model);
    }

    [Theory]
    [InlineData("qwen2-tied")]
    [InlineData("qwen3")]
    [InlineData("llama3")]
    [InlineData("deepseek-v3")]
    [InlineData("deepseek-v3-yarn")]
    public void BFloat16IsNoFartherThanTheReferences(string name)
    {
        GoldenModel golden = GoldenModel.Read(name);
        using CausalLanguageModel model = CausalLanguageModel.Load(golden.Folder);
        using DisposeScope scope = NewDisposeScope();
        double distance = Distance(golden, Logits(model, golden, ComputePrecision.BFloat16));
        // Above 0: the matrices were multiplied in bf16.
        Assert.InRange(distance, 1e-3, golden.BFloat16Error!.Value);
    }

    [Theory]
    [InlineData("llama3")]
    [InlineData("deepseek-v3-yarn")]
    public void BothConfigStylesGiveTheSameModel(string name)
    {
        string source = GoldenModel.Read(name).Folder;
        foreach (string file in Directory.GetFiles(source)) File.Copy(file, Path.Combine(_folder, Path.GetFileName(file)));
        File.Copy(Path.Combine(source + "-classic-config", "config.json"), Path.Combine(_folder, "config.json"), overwrite: true);
        using CausalLanguageModel current = CausalLanguageModel.Load(source), classic = CausalLanguageModel.Load(_folder);
        ModelConfig Own(ModelConfig config) => config with { OtherKeys = new Dictionary<string, System.Text.Json.JsonElement>() };
        Assert.Equivalent(Own(current.Config), Own(classic.Config));
        using Tensor ids = arange(40L).unsqueeze(0), expected = current.HiddenStates(ids, ComputePrecision.Float32), actual = classic.HiddenStates(ids, ComputePrecision.Float32);
        Assert.True(TensorMemory.Floats(expected.detach()).SequenceEqual(TensorMemory.Floats(actual.detach())));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static Tensor Ids(GoldenModel golden) => tensor(golden.InputIds.SelectMany(row => row).ToArray(), [2, 96]);

    private static (float[] Last3, float[] Pos5) Logits(CausalLanguageModel model, GoldenModel golden, ComputePrecision precision)
    {
        using var noGrad = no_grad();
        Tensor hidden = model.HiddenStates(Ids(golden), precision);
        return (
            model.Logits(hidden[0].narrow(0, 93, 3), precision).data<float>().ToArray(),
            model.Logits(hidden[1].narrow(0, 5, 1), precision).data<float>().ToArray());
    }

    private static double Distance(GoldenModel golden, (float[] Last3, float[] Pos5) logits)
    {
        double last3 = golden.LogitsRow0Last3.SelectMany(row => row).Zip(logits.Last3, (a, b) => Math.Abs(a - b)).Max();
        return golden.LogitsRow1Pos5 is null ? last3 : Math.Max(last3, golden.LogitsRow1Pos5.Zip(logits.Pos5, (a, b) => Math.Abs(a - b)).Max());
    }

    private static void AssertGradients(Dictionary<string, double[]> golden, CausalLanguageModel model)
    {
        Span<float> gradient = TensorMemory.Floats(model.Parameters.grad!);
        var own = new Dictionary<string, (double Squares, float First, float Last)>();
        foreach (ParameterSlice slice in model.Layout)
        {
            Span<float> values = gradient.Slice((int)slice.Offset, (int)slice.Count);
            // The selection bias is no parameter of the reference's: nothing may flow into it.
            if (slice.Name.EndsWith("e_score_correction_bias", StringComparison.Ordinal))
            {
                Assert.False(values.ContainsAnyExcept(0f));
                continue;
            }
            // The reference holds all experts of a layer in two tensors, gates before ups.
            string name = Expert().Replace(slice.Name, match => match.Groups[1].Value == "down" ? "experts.down_proj" : "experts.gate_up_proj");
            double squares = 0;
            foreach (float value in values) squares += (double)value * value;
            own[name] = own.TryGetValue(name, out var before) ? (before.Squares + squares, before.First, values[^1]) : (squares, values[0], values[^1]);
        }
        Assert.Equal(golden.Keys.Order(), own.Keys.Order());
        foreach ((string name, (double squares, float first, float last)) in own)
        {
            double[] expected = golden[name];
            double norm = Math.Sqrt(squares), tolerance = 1e-3 * expected[0];
            Assert.True(Math.Abs(norm - expected[0]) <= tolerance, $"{name}: norm {norm}, expected {expected[0]}");
            Assert.True(Math.Abs(first - expected[1]) <= tolerance, $"{name}: first {first}, expected {expected[1]}");
            Assert.True(Math.Abs(last - expected[2]) <= tolerance, $"{name}: last {last}, expected {expected[2]}");
        }
    }

    [GeneratedRegex(@"experts\.\d+\.(gate|up|down)_proj\.weight")]
    private static partial Regex Expert();
}
