using Aha.Models.Kernels;
using Aha.Models.Layers;
using static TorchSharp.torch;

namespace Aha.Models.FeedForward;

/// <summary>SwiGLU (Shazeer, arXiv 2002.05202): <c>down(silu(gate(h)) * up(h))</c>.</summary>
/// <param name="prefix">Of its weights' names within a layer.</param>
/// <param name="width">Of the residual stream, D.</param>
/// <param name="inner">Of the activations between, F.</param>
internal sealed class GatedFeedForward(string prefix, long width, long inner) : IFeedForward
{
    private readonly string _gateUp = prefix + "gate_up_proj.weight";
    private readonly string _down = prefix + "down_proj.weight";

    public IEnumerable<ParameterGroup> Parameters =>
    [
        new(_gateUp, [(prefix + "gate_proj.weight", [inner, width]), (prefix + "up_proj.weight", [inner, width])]),
        new(_down, width, inner),
    ];

    public Tensor Forward(Tensor h, WeightViews weights, ForwardPass pass) =>
        nn.functional.linear(FusedOperators.SwiGlu(nn.functional.linear(h, weights[_gateUp])), weights[_down]);
}
