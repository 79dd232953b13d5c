using Aha.Models;

namespace Aha.Generation.Decoding.Attention;

/// <summary>One layer's attention weights in the kernels' layout.</summary>
internal abstract class PackedAttention
{
    public abstract void Load(IModelWeights weights);
}
