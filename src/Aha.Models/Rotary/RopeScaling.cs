namespace Aha.Models.Rotary;

/// <summary>How rotary frequencies are changed so that a model reaches beyond the positions it was first trained on; see <see cref="RotaryFrequencies"/>.</summary>
/// <param name="Factor">How many times longer; at least 1.</param>
public abstract record RopeScaling(double Factor);

/// <summary><c>rope_type: linear</c>: every frequency divided by the factor (Chen et al., arXiv 2306.15595).</summary>
public sealed record LinearRopeScaling(double Factor) : RopeScaling(Factor);

/// <summary>
/// <c>rope_type: llama3</c>: waves longer than <c>OriginalPositions / LowFrequencyFactor</c> are divided by the factor, those shorter than
/// <c>OriginalPositions / HighFrequencyFactor</c> kept, and those between interpolated (Llama 3.1).
/// </summary>
public sealed record Llama3RopeScaling(double Factor, double LowFrequencyFactor, double HighFrequencyFactor, int OriginalPositions) : RopeScaling(Factor);

/// <summary>
/// <c>rope_type: yarn</c> (Peng et al., arXiv 2309.00071). A pair that turns more than <paramref name="BetaFast"/> times over the original positions is
/// kept, one that turns less than <paramref name="BetaSlow"/> times divided by the factor, those between are interpolated.
/// </summary>
/// <param name="OriginalPositions"><c>original_max_position_embeddings</c>.</param>
/// <param name="AttentionFactor">Multiplies cos and sin; null derives it from the factor and the two scales.</param>
/// <param name="Scale"><c>mscale</c>; 0 for none.</param>
/// <param name="ScaleAllDimensions"><c>mscale_all_dim</c>; 0 for none. DeepSeek multiplies the softmax scale by its square.</param>
/// <param name="Truncate">Whether the bounds between kept and divided pairs are whole numbers.</param>
public sealed record YarnRopeScaling(
    double Factor, int OriginalPositions, double BetaFast = 32, double BetaSlow = 1, double? AttentionFactor = null, double Scale = 0,
    double ScaleAllDimensions = 0, bool Truncate = true) : RopeScaling(Factor);
