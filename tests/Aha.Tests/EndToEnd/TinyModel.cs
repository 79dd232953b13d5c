using Aha.Models;
using Aha.Tokenization;

namespace Aha.Tests.EndToEnd;

/// <summary>An untrained model folder with a tokenizer of its own words.</summary>
internal static class TinyModel
{
    public static void Save(string folder, IReadOnlyList<string> words, string architecture = "qwen2")
    {
        var tokenizer = new WordTokenizer(words);
        var config = new ModelConfig
        {
            ModelType = architecture, AttentionBias = architecture == "qwen2", VocabSize = tokenizer.VocabularySize, HiddenSize = 16, IntermediateSize = 24, NumHiddenLayers = 1,
            NumAttentionHeads = 2, NumKeyValueHeads = 1, HeadDim = 8, MaxPositionEmbeddings = 160, BosTokenId = tokenizer.BeginId, EosTokenIds = tokenizer.EndIds,
        };
        using CausalLanguageModel model = CausalLanguageModel.Create(config, seed: 1);
        model.Save(folder);
        tokenizer.Save(folder);
    }
}
