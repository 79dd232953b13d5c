using System.Diagnostics.CodeAnalysis;

namespace Aha.Models;

/// <summary>What a <c>model_type</c> means for the decoder, beyond the numbers in its configuration.</summary>
/// <param name="ModelType">Hugging Face <c>model_type</c>.</param>
/// <param name="ClassName">Entry of <c>architectures</c> for a language model.</param>
internal sealed record DecoderArchitecture(string ModelType, string ClassName)
{
    private static readonly DecoderArchitecture[] Known =
    [
        new("qwen2", "Qwen2ForCausalLM") { AttentionBias = true },
        new("qwen3", "Qwen3ForCausalLM") { QueryKeyNorm = true },
        new("llama", "LlamaForCausalLM"),
        new("deepseek_v3", "DeepseekV3ForCausalLM") { LatentAttentionAndExperts = true },
    ];

    /// <summary>Biases on q, k and v.</summary>
    public bool AttentionBias { get; private init; }

    /// <summary>RMSNorm on every head's query and key.</summary>
    public bool QueryKeyNorm { get; private init; }

    /// <summary>Multi-head latent attention, and experts behind the first dense layers.</summary>
    public bool LatentAttentionAndExperts { get; private init; }

    private const string ForScores = "ForSequenceClassification";

    /// <summary>Entry of <c>architectures</c> for a reward model.</summary>
    public string ScoreClassName => ClassName.Replace("ForCausalLM", ForScores, StringComparison.Ordinal);

    /// <summary>Whether an entry of <c>architectures</c> names a model that scores texts.</summary>
    public static bool NamesScores(string className) => className.EndsWith(ForScores, StringComparison.Ordinal);

    public static string KnownNames => string.Join(", ", Known.Select(architecture => architecture.ModelType));

    public static bool TryFind(string modelType, [NotNullWhen(true)] out DecoderArchitecture? architecture)
    {
        architecture = Array.Find(Known, candidate => candidate.ModelType == modelType);
        return architecture is not null;
    }

    /// <exception cref="ModelFormatException">Unknown.</exception>
    public static DecoderArchitecture Find(string modelType) => TryFind(modelType, out DecoderArchitecture? architecture)
        ? architecture
        : throw new ModelFormatException(ModelConfigFile.ConfigName, "model_type", $"'{modelType}' is not supported; known are {KnownNames}");
}
