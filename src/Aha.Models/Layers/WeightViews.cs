using static TorchSharp.torch;

namespace Aha.Models.Layers;

/// <summary>The flat parameters cut into their groups for one pass: matrices [out, in] in the pass's precision, vectors in fp32. Differentiable.</summary>
internal sealed class WeightViews
{
    private readonly IReadOnlyDictionary<string, Tensor> _views;
    private readonly string _prefix;

    public WeightViews(IReadOnlyDictionary<string, Tensor> views)
        : this(views, "")
    {
    }

    private WeightViews(IReadOnlyDictionary<string, Tensor> views, string prefix) => (_views, _prefix) = (views, prefix);

    /// <summary>A group by its name, relative to the prefix.</summary>
    public Tensor this[string group] => _views[_prefix + group];

    /// <summary>The views of one layer.</summary>
    public WeightViews Under(string prefix) => new(_views, _prefix + prefix);
}
