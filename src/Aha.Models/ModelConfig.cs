using System.Text.Json;
using Aha.Models.Rotary;

namespace Aha.Models;

/// <summary>
/// Shape of a decoder-only transformer: RMSNorm before attention and feed-forward, rotary position embeddings, grouped-query or latent attention,
/// SwiGLU or experts made of it. Names follow <c>config.json</c>.
/// </summary>
public sealed record ModelConfig
{
    /// <summary>Hugging Face <c>model_type</c>; <c>qwen2</c> is what Aha trains from scratch.</summary>
    public string ModelType { get; init; } = "qwen2";
    public required int VocabSize { get; init; }
    /// <summary>Width of the residual stream, D.</summary>
    public required int HiddenSize { get; init; }
    /// <summary>Width of the SwiGLU MLP, F.</summary>
    public required int IntermediateSize { get; init; }
    public required int NumHiddenLayers { get; init; }
    /// <summary>Query heads, H.</summary>
    public required int NumAttentionHeads { get; init; }
    /// <summary>Key and value heads, K; divides H.</summary>
    public required int NumKeyValueHeads { get; init; }
    /// <summary>
    /// Width of one head; <c>hidden_size / num_attention_heads</c> unless the file says otherwise. With latent attention the width of the rotary part
    /// (<c>qk_rope_head_dim</c>), as DeepSeek's own <c>head_dim</c> is.
    /// </summary>
    public required int HeadDim { get; init; }
    public double RmsNormEps { get; init; } = 1e-6;
    public double RopeTheta { get; init; } = 10_000;
    /// <summary>Null where positions are as trained.</summary>
    public RopeScaling? RopeScaling { get; init; }
    /// <summary>The output matrix is the embedding matrix.</summary>
    public bool TieWordEmbeddings { get; init; } = true;
    /// <summary>Biases on q, k and v (Qwen2 has them; never on o).</summary>
    public bool AttentionBias { get; init; } = true;
    /// <summary>RMSNorm on every head's query and key before they turn (Qwen3).</summary>
    public bool QueryKeyNorm { get; init; }
    /// <summary>Multi-head latent attention in place of grouped queries; null for none.</summary>
    public LatentAttentionConfig? LatentAttention { get; init; }
    /// <summary>Experts in place of the gated feed-forward, but for the first layers; null for none.</summary>
    public ExpertsConfig? Experts { get; init; }
    /// <summary>Modules that predict tokens further ahead (<c>num_nextn_predict_layers</c>; DeepSeek-V3, arXiv 2412.19437, section 2.2).</summary>
    public int NextTokenPredictors { get; init; }
    /// <summary>
    /// A linear head [1,D] that scores a text by its last token's hidden state stands in place of the output matrix: a reward model,
    /// <c>...ForSequenceClassification</c> with one label.
    /// </summary>
    public bool ScoreHead { get; init; }
    public int MaxPositionEmbeddings { get; init; } = 512;
    public double InitializerRange { get; init; } = 0.02;
    public int? BosTokenId { get; init; }
    /// <summary>Every id that ends a completion.</summary>
    public IReadOnlyList<int> EosTokenIds { get; init; } = [];
    public int? PadTokenId { get; init; }
    /// <summary>Further keys of <c>config.json</c>, kept when it is written again.</summary>
    public IReadOnlyDictionary<string, JsonElement> OtherKeys { get; init; } = new Dictionary<string, JsonElement>();
    /// <summary>Further keys of <c>generation_config.json</c>, likewise.</summary>
    public IReadOnlyDictionary<string, JsonElement> OtherGenerationKeys { get; init; } = new Dictionary<string, JsonElement>();
}
