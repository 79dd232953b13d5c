using Aha.Models;

namespace Aha.Benchmarks.Scaling;

/// <summary>Made-up models from a third of N to the shape of SmolLM2-135M; width, depth and vocabulary grow together, as they do in published families.</summary>
public static class ModelFamily
{
    /// <summary>Smallest first, named by their parameters but for the two that have names.</summary>
    public static IReadOnlyList<BenchmarkModel> Models { get; } =
    [
        Shape("0.2M", vocabulary: 144, width: 96, inner: 192, layers: 2, heads: 3, kvHeads: 3, headDim: 32),
        BenchmarkModel.Find("N"),
        BenchmarkModel.Find("M"),
        Shape("15M", vocabulary: 4096, width: 384, inner: 1024, layers: 8, heads: 6, kvHeads: 3, headDim: 64),
        Shape("45M", vocabulary: 8192, width: 512, inner: 1376, layers: 14, heads: 8, kvHeads: 4, headDim: 64),
        Shape("135M", vocabulary: 49152, width: 576, inner: 1536, layers: 30, heads: 9, kvHeads: 3, headDim: 64),
    ];

    private static BenchmarkModel Shape(string name, int vocabulary, int width, int inner, int layers, int heads, int kvHeads, int headDim) => new(
        name,
        new ModelConfig
        {
            VocabSize = vocabulary, HiddenSize = width, IntermediateSize = inner, NumHiddenLayers = layers, NumAttentionHeads = heads, NumKeyValueHeads = kvHeads, HeadDim = headDim,
        },
        null);
}
