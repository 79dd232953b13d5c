using Aha.Models.Layers;
using static TorchSharp.torch;

namespace Aha.Models.FeedForward;

/// <summary>A kind of feed-forward network.</summary>
internal interface IFeedForward
{
    /// <summary>Its weights, named within a layer.</summary>
    IEnumerable<ParameterGroup> Parameters { get; }

    /// <summary>Rows [N, D] of normalised rows [N, D] in the pass's precision.</summary>
    Tensor Forward(Tensor h, WeightViews weights, ForwardPass pass);
}
