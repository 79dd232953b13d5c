namespace Aha.Models.Layers;

/// <summary>
/// Tensors that lie one after another in the flat buffer and are read as one: q, k and v of a layer are one matrix [(H+2K)d, D], gate and up another
/// [2F, D].
/// </summary>
/// <param name="Name">What the forward pass asks for.</param>
/// <param name="Tensors">Hugging Face names and shapes; matrices of one group have as many columns.</param>
internal sealed record ParameterGroup(string Name, IReadOnlyList<(string Name, long[] Shape)> Tensors)
{
    /// <summary>A group of one tensor.</summary>
    public ParameterGroup(string name, params long[] shape)
        : this(name, [(name, shape)])
    {
    }

    public bool IsMatrix => Tensors[0].Shape.Length > 1;

    /// <summary>Belongs to a next-token predictor: without that one's loss no gradient reaches it, so that it must not decay either.</summary>
    public bool IsPredictor { get; init; }

    /// <summary>The pass reads the master weights whatever its precision: a router's choice flips on small differences.</summary>
    public bool KeepFloat32 { get; init; }

    /// <summary>Elements, without overflow.</summary>
    public Int128 Count => Tensors.Aggregate(Int128.Zero, (sum, tensor) => sum + tensor.Shape.Aggregate(Int128.One, (product, size) => product * size));

    /// <summary>The same tensors inside a layer.</summary>
    public ParameterGroup Under(string prefix) =>
        this with { Name = prefix + Name, Tensors = [.. Tensors.Select(tensor => (prefix + tensor.Name, tensor.Shape))] };
}
