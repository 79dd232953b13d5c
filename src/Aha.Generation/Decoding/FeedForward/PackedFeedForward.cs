using Aha.Models;

namespace Aha.Generation.Decoding.FeedForward;

/// <summary>One layer's feed-forward weights in the kernels' layout.</summary>
internal abstract class PackedFeedForward
{
    public abstract void Load(IModelWeights weights);
}
