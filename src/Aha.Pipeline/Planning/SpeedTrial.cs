using System.Diagnostics;
using Aha.Generation;
using Aha.Models;
using Aha.Pipeline.Recipes;
using Aha.Tensors;
using Aha.Training.Backends;
using TorchSharp;

namespace Aha.Pipeline.Planning;

/// <summary>Tokens a second that this machine trains and samples, for models of any shape.</summary>
internal sealed class SpeedTrial(Recipe recipe, MatmulProbe probe, int threads)
{
    // Larger models are not worth making for a trial: their time is that of their matrix products.
    private const long MostParameters = 30_000_000;

    // What the products of a decoder reach of the peak, everything around them included; measured on models of 10-100 million parameters.
    private const double ShareOfPeak = 0.4;

    private const int Groups = 32;
    private const int GroupSize = 4;
    private const int TokensSampled = 48;

    private readonly Dictionary<string, (double Trained, double Sampled)> _known = [];

    /// <summary>Measured on a new model of the shape; of one too large for that, computed from the machine's matrix products (6 operations a weight and trained token, 2 a sampled one).</summary>
    public (double Trained, double Sampled) TokensPerSecond(ModelConfig config)
    {
        string shape = ModelConfigFile.Format(config);
        if (!_known.TryGetValue(shape, out (double, double) speeds))
        {
            _known[shape] = speeds = MemoryEstimate.Parameters(config) <= MostParameters ? Measure(config) : Compute(config);
        }

        return speeds;
    }

    private (double Trained, double Sampled) Compute(ModelConfig config)
    {
        double perSecond = ShareOfPeak * 1e9 * Math.Max(probe.Float32GigaFlops, probe.BFloat16GigaFlops);
        long parameters = MemoryEstimate.Parameters(config);
        return (perSecond / (6 * parameters), perSecond / (2 * parameters));
    }

    private (double Trained, double Sampled) Measure(ModelConfig config)
    {
        IReadOnlyList<BackendKind> candidates = recipe.Backend == BackendChoiceKey.Auto
            ? BackendChoice.Candidates(config, probe)
            : [Enum.Parse<BackendKind>(recipe.Backend.ToString())];
        (BackendKind best, IReadOnlyDictionary<BackendKind, double> trained) = BackendChoice.Measure(config, candidates, threads);
        return (trained[best], Sample(config));
    }

    private double Sample(ModelConfig config)
    {
        using CausalLanguageModel model = CausalLanguageModel.Create(config, seed: 0);
        using var engine = new RolloutEngine(config, new RolloutEngineOptions { Threads = threads });
        engine.LoadWeights(model, policyVersion: 0);
        int length = Math.Clamp(config.MaxPositionEmbeddings / 2, 1, TokensSampled);
        RolloutRequest[] requests = [.. Enumerable.Range(0, Groups).Select(i => new RolloutRequest([i % config.VocabSize], GroupSize, (ulong)i))];
        var options = new SamplingOptions { MaxNewTokens = length };
        // The first round compiles.
        engine.Generate(requests.AsSpan(0, 2).ToArray(), options, CancellationToken.None);
        long start = Stopwatch.GetTimestamp();
        engine.Generate(requests, options, CancellationToken.None);
        return Groups * GroupSize * length / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>A trial on this machine for a recipe.</summary>
    public static SpeedTrial For(Recipe recipe)
    {
        NativeRuntime.EnsureLoaded();
        int threads = Running.RecipeRunner.Threads(recipe);
        torch.set_num_threads(threads);
        return new SpeedTrial(recipe, MatmulProbe.Measure(), threads);
    }
}
