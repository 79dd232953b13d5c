using Aha.Models;

namespace Aha.Generation.Decoding.FeedForward;

/// <summary>One layer's feed-forward weights in the kernels' layout.</summary>
internal abstract class PackedFeedForward
{
    /// <param name="prefix">Of the tensors' names.</param>
    public abstract void Load(IModelWeights weights, string prefix, WeightPacker packer);
}
