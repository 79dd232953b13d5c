using Aha.Models.Layers;

namespace Aha.Models.Checkpoints;

/// <summary>
/// Next-token predictors (MTP) in checkpoints. A configuration may announce modules that the files do not hold; those that are there repeat the model's
/// embedding and output matrix, which a module shares.
/// </summary>
internal static class PredictorTensors
{
    /// <summary>The configuration with as many predictors as are stored: all that it announces, or none.</summary>
    public static ModelConfig Settle(ModelConfig config, ITensorSource tensors, Action<string>? notice)
    {
        if (config.NextTokenPredictors == 0) return config;
        string prefix = DecoderLayer.Prefix(config.NumHiddenLayers);
        if (tensors.Names.Any(name => name.StartsWith(prefix, StringComparison.Ordinal))) return config;
        notice?.Invoke($"{tensors.Description}: the configuration announces {config.NextTokenPredictors} next-token predictor(s) (num_nextn_predict_layers), the files hold none; going on without");
        return config with { NextTokenPredictors = 0 };
    }

    public static IEnumerable<string> SharedNames(ModelConfig config) => Shared(config).Select(pair => pair.Copy);

    /// <exception cref="ModelFormatException">A module has an embedding or output matrix of its own.</exception>
    public static void RequireShared(IModelWeights model, ITensorSource tensors)
    {
        foreach ((string copy, string original) in Shared(model.Config))
        {
            if (!tensors.TryFind(copy, out StoredTensor? tensor)) continue;
            ReadOnlySpan<float> expected = model.Read(original);
            var values = new float[expected.Length];
            if (tensor.Count == values.Length) tensors.CopyTo(copy, values);
            if (!expected.SequenceEqual(values)) throw new ModelFormatException(tensor.File, copy, $"differs from {original}, which a next-token predictor shares");
        }
    }

    /// <summary>Every repeated matrix and the one it repeats.</summary>
    public static IEnumerable<(string Copy, string Original)> Shared(ModelConfig config) =>
        NextTokenPredictor.All(config).SelectMany(predictor => new[]
        {
            (predictor.SharedNames.Embedding, ParameterLayout.Embedding),
            (predictor.SharedNames.Head, config.TieWordEmbeddings ? ParameterLayout.Embedding : ParameterLayout.Head),
        });
}
