namespace Aha.Models;

/// <summary>Mixture of experts as DeepSeek-V3 has it (arXiv 2412.19437, section 2.1.2): sigmoid scores, a bias for selection only, limited groups.</summary>
/// <param name="Routed"><c>n_routed_experts</c></param>
/// <param name="Shared"><c>n_shared_experts</c>: run for every token; their width is that of so many experts.</param>
/// <param name="PerToken"><c>num_experts_per_tok</c></param>
/// <param name="IntermediateSize"><c>moe_intermediate_size</c>: width of one expert.</param>
/// <param name="FirstDenseLayers"><c>first_k_dense_replace</c>: layers before the first that has experts.</param>
/// <param name="Groups"><c>n_group</c></param>
/// <param name="GroupsPerToken"><c>topk_group</c>: groups a token's experts may come from.</param>
/// <param name="ScalingFactor"><c>routed_scaling_factor</c></param>
/// <param name="NormaliseWeights"><c>norm_topk_prob</c>: the chosen experts' scores are divided by their sum.</param>
public sealed record ExpertsConfig(
    int Routed, int Shared, int PerToken, int IntermediateSize, int FirstDenseLayers, int Groups = 1, int GroupsPerToken = 1,
    double ScalingFactor = 1, bool NormaliseWeights = true);
