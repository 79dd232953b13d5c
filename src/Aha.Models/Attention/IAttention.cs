using Aha.Models.Layers;
using static TorchSharp.torch;

namespace Aha.Models.Attention;

/// <summary>A kind of causal self-attention.</summary>
internal interface IAttention
{
    /// <summary>Its weights, named within a layer.</summary>
    IEnumerable<ParameterGroup> Parameters { get; }

    /// <summary>Mixed rows [B*T, D] of normalised rows [B*T, D], both in the pass's precision.</summary>
    Tensor Forward(Tensor h, WeightViews weights, ForwardPass pass);
}
