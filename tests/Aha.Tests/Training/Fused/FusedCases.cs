using Aha.Models;
using Aha.Models.Rotary;
using Aha.Tensors;
using Aha.Training.Batching;
using Aha.Training.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace Aha.Tests.Training.Fused;

/// <summary>Models and ragged batches, and what libtorch's autograd makes of them.</summary>
internal static class FusedCases
{
    /// <summary>Widths that are whole vectors.</summary>
    public static readonly ModelConfig Even = new()
    {
        VocabSize = 48, HiddenSize = 64, IntermediateSize = 96, NumHiddenLayers = 2, NumAttentionHeads = 2, NumKeyValueHeads = 2, HeadDim = 32,
    };

    /// <summary>Nothing is a multiple of anything; grouped queries; rotary cosines and sines with a factor.</summary>
    public static readonly ModelConfig Odd = new()
    {
        VocabSize = 37, HiddenSize = 54, IntermediateSize = 71, NumHiddenLayers = 2, NumAttentionHeads = 6, NumKeyValueHeads = 2, HeadDim = 10,
        RopeScaling = new YarnRopeScaling(4, 16),
    };

    /// <summary>No biases, an output matrix of its own, heads wider than hidden / heads, scaled rotary frequencies.</summary>
    public static readonly ModelConfig Llama = new()
    {
        ModelType = "llama", AttentionBias = false, TieWordEmbeddings = false, VocabSize = 50, HiddenSize = 40, IntermediateSize = 112,
        NumHiddenLayers = 3, NumAttentionHeads = 4, NumKeyValueHeads = 1, HeadDim = 48, RmsNormEps = 1e-5,
        RopeScaling = new Llama3RopeScaling(8, 1, 4, 16),
    };

    public static ModelConfig Named(string name) => name switch { "even" => Even, "odd" => Odd, _ => Llama };

    /// <summary>Weights, norms and biases far enough from their initial values that every gradient matters.</summary>
    public static CausalLanguageModel Model(ModelConfig config, int seed = 1)
    {
        var model = CausalLanguageModel.Create(config with { InitializerRange = 0.15 }, seed);
        var random = new Random(seed);
        Span<float> values = TensorMemory.Floats(model.Parameters);
        foreach (ParameterSlice slice in model.Layout.Where(slice => !slice.WeightDecay))
        {
            for (long i = slice.Offset; i < slice.Offset + slice.Count; i++) values[(int)i] += (float)(0.4 * (random.NextDouble() - 0.5));
        }

        return model;
    }

    public static TrainingSequence[] Sequences(ModelConfig config, IEnumerable<(int Prompt, int Completion)> lengths, int seed = 2)
    {
        var random = new Random(seed);
        int[] Ids(int count) => [.. Enumerable.Range(0, count).Select(_ => random.Next(config.VocabSize))];
        return [.. lengths.Select((length, i) => new TrainingSequence(i, Ids(length.Prompt), Ids(length.Completion)))];
    }

    /// <summary>Pseudo-random gradients of both signs.</summary>
    public static float[] Coefficients(int count, int seed) => [.. new Random(seed).GetItems([-1.5f, -0.25f, 0.5f, 1f, 2f], count)];

    /// <summary>Log-probabilities and entropies by libtorch; where coefficients are given, the gradient of their weighted sum goes into the model.</summary>
    public static (float[] LogProbs, float[] Entropies) Autograd(
        CausalLanguageModel model, TrainingSequence[] sequences, double temperature, float[]? forLogProbs = null, float[]? forEntropies = null, ComputePrecision precision = ComputePrecision.Float32)
    {
        using DisposeScope scope = NewDisposeScope();
        var logProbs = new float[sequences.Sum(s => s.Completion.Length)];
        var entropies = new float[logProbs.Length];
        int next = 0;
        foreach (TrainingSequence s in sequences)
        {
            MicroBatch micro = SequenceBatcher.Cut([s], s.Length)[0];
            Tensor mask = micro.CompletionMask();
            (Tensor logps, Tensor entropy) = TokenLogProbs.Compute(model, micro.Ids(), precision, temperature, mask);
            int count = s.Completion.Length, first = s.Prompt.Length - 1;
            logps.detach().narrow(1, first, count).flatten().data<float>().CopyTo(logProbs, next);
            entropy.detach().narrow(1, first, count).flatten().data<float>().CopyTo(entropies, next);
            if (forLogProbs is not null)
            {
                Tensor sum = (logps * micro.Align(_ => forLogProbs[next..(next + count)])).sum();
                if (forEntropies is not null) sum += (entropy * micro.Align(_ => forEntropies[next..(next + count)])).sum();
                sum.backward();
            }

            next += count;
        }

        return (logProbs, entropies);
    }

    /// <summary>Takes the gradient out of the model.</summary>
    public static float[] TakeGradient(CausalLanguageModel model)
    {
        using Tensor gradient = model.Parameters.grad!;
        float[] values = TensorMemory.Floats(gradient).ToArray();
        gradient.zero_();
        return values;
    }

    /// <summary>
    /// Largest Euclidean distance of a tensor's gradient from the expected one, over the norm of the latter. Some true gradients are 0 (a key's bias
    /// shifts all scores of a query alike; a lone token attends to itself whatever its query): a norm below a thousandth of the whole gradient's
    /// counts as that, which leaves the distance to be within rounding of the whole.
    /// </summary>
    public static (double Worst, string Tensor) RelativeDistance(CausalLanguageModel model, float[] expected, float[] actual)
    {
        (double worst, string name) = (0, "");
        double whole = Math.Sqrt(expected.Sum(x => (double)x * x));
        foreach (ParameterSlice slice in model.Layout)
        {
            double distance = 0, norm = 0;
            for (long i = slice.Offset; i < slice.Offset + slice.Count; i++)
            {
                distance += Math.Pow((double)expected[i] - actual[i], 2);
                norm += Math.Pow(expected[i], 2);
            }

            double relative = Math.Sqrt(distance) / Math.Max(Math.Sqrt(norm), 1e-3 * whole);
            if (!(relative <= worst)) (worst, name) = (relative, slice.Name);
        }

        return (worst, name);
    }
}
