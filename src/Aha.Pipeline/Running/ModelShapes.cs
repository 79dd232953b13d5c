using Aha.Models;
using Aha.Pipeline.Recipes;
using Aha.Tokenization;

namespace Aha.Pipeline.Running;

/// <summary>From a recipe's <c>model</c> to the model's configuration.</summary>
internal static class ModelShapes
{
    public static ModelConfig ToConfig(this ModelOptions options, ITokenizer tokenizer) => new()
    {
        ModelType = options.Architecture,
        AttentionBias = options.Architecture == "qwen2",
        VocabSize = tokenizer.VocabularySize,
        HiddenSize = options.HiddenSize,
        IntermediateSize = options.IntermediateSize,
        NumHiddenLayers = options.Layers,
        NumAttentionHeads = options.Heads,
        NumKeyValueHeads = options.KvHeads,
        HeadDim = options.HiddenSize / options.Heads,
        MaxPositionEmbeddings = options.MaxPositions,
        InitializerRange = options.InitializerRange,
        BosTokenId = tokenizer.BeginId,
        EosTokenIds = tokenizer.EndIds,
        PadTokenId = tokenizer is WordTokenizer ? WordTokenizer.PadId : null,
    };
}
