using Aha.Models;

namespace Aha.Generation.Decoding.Attention;

/// <summary>One layer's attention weights in the kernels' layout.</summary>
internal abstract class PackedAttention
{
    /// <param name="prefix">Of the tensors' names.</param>
    public abstract void Load(IModelWeights weights, string prefix, WeightPacker packer);
}
