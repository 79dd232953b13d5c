namespace Aha.Models.Adapters;

/// <summary>
/// Which matrices of a model get an addition of low rank, and how it is scaled (Hu et al., arXiv 2106.09685): <c>W + scale * B A</c> with A [r, in] and B [out, r].
/// </summary>
/// <param name="Rank">r.</param>
/// <param name="Alpha">Scales the addition.</param>
/// <param name="Targets">Last parts of module names: <c>q_proj</c>, or <c>self_attn.q_proj</c>.</param>
/// <param name="RankStabilised">Divide alpha by the root of the rank instead of the rank (Kalajdzievski, arXiv 2312.03732).</param>
public sealed record LoraConfig(int Rank, double Alpha, IReadOnlyList<string> Targets, bool RankStabilised = false)
{
    /// <summary>Every matrix of the layers of a dense decoder.</summary>
    public static IReadOnlyList<string> AllLinear { get; } = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"];

    public double Scale => RankStabilised ? Alpha / Math.Sqrt(Rank) : Alpha / Rank;

    /// <summary>Whether a module is one of the targets, as PEFT decides it.</summary>
    /// <param name="module">A tensor's name without <c>.weight</c>.</param>
    public bool Takes(string module) => Targets.Any(target => module == target || module.EndsWith("." + target, StringComparison.Ordinal));
}
