using System.Text.Json;
using Aha.Models;
using Aha.Tensors;
using Aha.Tests.Support;
using Aha.Training.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace Aha.Tests.Models.Gguf;

/// <summary>A real file, 135 million parameters in Q4_1 and Q8_0, against transformers on its dequantised weights.</summary>
public sealed class SmolLm2Tests
{
    private sealed record Row(string Question, long[] Prompt, long[] Greedy, double[] LogProbs);

    // Below this, another order of summation may flip a token.
    private const float Undecided = 0.02f;

    [Fact]
    public void LogProbsAndGreedyTokensAreTransformers()
    {
        using CausalLanguageModel model = CausalLanguageModel.Load(Repository.Shared("models/smollm2-135m-instruct"));
        using var noGrad = no_grad();
        foreach (Row row in ReadRows())
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor ids = tensor(row.Prompt.Concat(row.Greedy).ToArray()).unsqueeze(0);
            (Tensor logProbs, _) = TokenLogProbs.Compute(model, ids, ComputePrecision.Float32);
            CausalLanguageModelTests.AssertClose(row.LogProbs, logProbs.data<float>().ToArray(), 1e-3);

            Tensor logits = model.Logits(model.HiddenStates(ids, ComputePrecision.Float32)[0].narrow(0, row.Prompt.Length - 1, row.Greedy.Length), ComputePrecision.Float32);
            (Tensor best, Tensor at) = logits.topk(2, 1);
            float[] values = best.data<float>().ToArray();
            long[] tokens = at.data<long>().ToArray();
            for (int i = 0; i < row.Greedy.Length; i++)
            {
                if (values[2 * i] - values[2 * i + 1] >= Undecided) Assert.True(row.Greedy[i] == tokens[2 * i], $"{row.Question}: token {i} is {tokens[2 * i]}, expected {row.Greedy[i]}");
            }
        }
    }

    private static Row[] ReadRows()
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(Repository.Shared("golden/smollm2/generation.json")));
        return [.. document.RootElement.GetProperty("rows").EnumerateArray().Select(row => new Row(
            row.GetProperty("question").GetString()!, row.GetProperty("prompt_ids").Deserialize<long[]>()!, row.GetProperty("greedy_fp32").Deserialize<long[]>()!,
            row.GetProperty("logprobs_all").Deserialize<double[]>()!))];
    }
}
