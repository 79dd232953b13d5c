using Aha.Models.Checkpoints.Gguf;
using Aha.Models.Checkpoints.Gguf.Blocks;

namespace Aha.Models.Checkpoints;

/// <summary>
/// A model's weights with the matrices of its layers rounded to a stored format, as a file of that format would have them. Embedding, norms, biases, routers and
/// the output matrix stay as they are. Not for use by several threads at once.
/// </summary>
/// <param name="weights">Read through; not owned.</param>
public sealed class RoundedWeights(IModelWeights weights, StoredFormat format) : IStoredWeights
{
    private readonly Dictionary<string, int> _depths = Depths(weights.Config);
    private readonly BlockFormat _blocks = BlockFormat.Of(TypeOf(format));
    private byte[] _row = [];

    public ModelConfig Config => weights.Config;

    /// <summary>What <see cref="FormatOf"/> will say of a model's tensors.</summary>
    public static Func<string, StoredFormat> Formats(ModelConfig config, StoredFormat format)
    {
        Dictionary<string, int> depths = Depths(config);
        return name => depths.ContainsKey(name) ? format : StoredFormat.Float32;
    }

    /// <inheritdoc/>
    public ReadOnlySpan<float> Read(string name) => weights.Read(name);

    /// <inheritdoc/>
    public StoredFormat FormatOf(string name) => _depths.ContainsKey(name) ? format : StoredFormat.Float32;

    /// <inheritdoc/>
    /// <remarks>Valid until the next row is read.</remarks>
    public ReadOnlySpan<byte> Row(string name, long row)
    {
        int depth = _depths[name], bytes = (int)_blocks.RowBytes(depth);
        if (_row.Length < bytes) _row = new byte[bytes];
        Span<byte> target = _row.AsSpan(0, bytes);
        _blocks.Encode!(weights.Read(name).Slice(checked((int)(row * depth)), depth), target);
        return target;
    }

    private static GgufTensorType TypeOf(StoredFormat format) => format switch
    {
        StoredFormat.BFloat16 => GgufTensorType.BF16,
        StoredFormat.Q8_0 => GgufTensorType.Q8_0,
        StoredFormat.Q4_0 => GgufTensorType.Q4_0,
        StoredFormat.Q4_1 => GgufTensorType.Q4_1,
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "nothing is rounded to it"),
    };

    // The rounded matrices, by the length of their rows.
    private static Dictionary<string, int> Depths(ModelConfig config) => ParameterLayout.Of(config)
        .Where(slice => slice.Shape.Count == 2 && slice.Name.StartsWith("model.layers.", StringComparison.Ordinal) && !slice.Name.EndsWith("mlp.gate.weight", StringComparison.Ordinal))
        .ToDictionary(slice => slice.Name, slice => (int)slice.Shape[1], StringComparer.Ordinal);
}
