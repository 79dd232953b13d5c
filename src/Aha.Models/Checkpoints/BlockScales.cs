using System.Text.Json.Nodes;

namespace Aha.Models.Checkpoints;

/// <summary>
/// FP8 matrices as DeepSeek-V3 ships them: E4M3 elements and one fp32 factor for every block of 128 x 128, the last blocks of a row or column partial.
/// The factors of tensor T are tensor T + <see cref="Suffix"/>, [ceil(rows / 128), ceil(columns / 128)].
/// </summary>
public static class BlockScales
{
    public const string Suffix = "_scale_inv";

    private const int Side = 128;
    private const float LargestElement = 448;

    /// <summary>Shape of the factors of a matrix.</summary>
    public static long[] ShapeOf(IReadOnlyList<long> matrix) => [(matrix[0] + Side - 1) / Side, (matrix[1] + Side - 1) / Side];

    /// <summary>Whether a tensor is quantised when a model is written in FP8: the layers' projections, not embeddings, head, norms, biases or routers.</summary>
    public static bool Takes(string name, IReadOnlyList<long> shape) =>
        shape.Count == 2 && !name.EndsWith(".eh_proj.weight", StringComparison.Ordinal)
        && (name.EndsWith("_proj.weight", StringComparison.Ordinal) || name.EndsWith("_proj_with_mqa.weight", StringComparison.Ordinal));

    /// <summary>Multiplies every element of a matrix by its block's factor.</summary>
    public static void Apply(Span<float> matrix, int columns, ReadOnlySpan<float> factors)
    {
        int across = (columns + Side - 1) / Side;
        for (int start = 0, row = 0; start < matrix.Length; start += columns, row++)
        {
            Span<float> values = matrix.Slice(start, columns);
            for (int c = 0; c < columns; c++) values[c] *= factors[row / Side * across + c / Side];
        }
    }

    /// <summary>
    /// Divides every element by its block's factor, which takes the block's largest to 448, the largest E4M3 number; a block of zeros has factor 1.
    /// </summary>
    public static void Divide(Span<float> matrix, int columns, Span<float> factors)
    {
        int across = (columns + Side - 1) / Side;
        factors.Clear();
        for (int i = 0; i < matrix.Length; i++)
        {
            ref float largest = ref factors[i / columns / Side * across + i % columns / Side];
            largest = Math.Max(largest, Math.Abs(matrix[i]));
        }
        foreach (ref float factor in factors) factor = factor == 0 ? 1 : factor / LargestElement;
        for (int i = 0; i < matrix.Length; i++) matrix[i] /= factors[i / columns / Side * across + i % columns / Side];
    }

    /// <summary>The <c>quantization_config</c> of such a model.</summary>
    internal static JsonObject ConfigKeys() => new()
    {
        ["activation_scheme"] = "dynamic",
        ["fmt"] = "e4m3",
        ["quant_method"] = "fp8",
        ["weight_block_size"] = new JsonArray(Side, Side),
    };

    /// <exception cref="ModelFormatException">Another quantisation.</exception>
    internal static void RequireSupported(ConfigReader quantisation)
    {
        if (quantisation.String("quant_method") is var method and not "fp8") throw quantisation.Refused("quant_method", $"'{method}' is not supported, only fp8");
        quantisation.RequireOnly("fmt", "e4m3");
        IReadOnlyList<int> block = quantisation.Ids("weight_block_size");
        if (!block.SequenceEqual([Side, Side])) throw quantisation.Refused("weight_block_size", $"[{string.Join(", ", block)}] is not supported, only [{Side}, {Side}]");
    }
}
