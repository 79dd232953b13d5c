namespace Aha.Models.Checkpoints.Gguf.Blocks;

/// <summary>Widens whole blocks to fp32: <paramref name="blocks"/> is a multiple of the format's bytes, <paramref name="values"/> as many blocks of its elements.</summary>
internal delegate void BlockDecoder(ReadOnlySpan<byte> blocks, Span<float> values);

/// <summary>Rounds fp32 values to whole blocks; the inverse of <see cref="BlockDecoder"/>.</summary>
internal delegate void BlockEncoder(ReadOnlySpan<float> values, Span<byte> blocks);

/// <summary>How one element type lies in memory: blocks of <paramref name="Elements"/> consecutive elements of a row in <paramref name="Bytes"/> bytes.</summary>
/// <param name="Encode">Absent where files of this type are only read.</param>
internal sealed record BlockFormat(GgufTensorType Type, int Elements, int Bytes, BlockDecoder Decode, BlockEncoder? Encode = null)
{
    /// <summary>Every type that is read.</summary>
    public static IReadOnlyList<BlockFormat> All { get; } =
    [
        Plain(GgufTensorType.F32, SafetensorsType.F32),
        Plain(GgufTensorType.F16, SafetensorsType.F16),
        Plain(GgufTensorType.BF16, SafetensorsType.BF16),
        new(GgufTensorType.Q8_0, 32, 34, SmallBlocks.DecodeQ8_0, BlockQuantizer.EncodeQ8_0),
        new(GgufTensorType.Q4_0, 32, 18, SmallBlocks.DecodeQ4_0, BlockQuantizer.EncodeQ4_0),
        new(GgufTensorType.Q4_1, 32, 20, SmallBlocks.DecodeQ4_1, BlockQuantizer.EncodeQ4_1),
        new(GgufTensorType.Q5_0, 32, 22, SmallBlocks.DecodeQ5_0),
        new(GgufTensorType.Q5_1, 32, 24, SmallBlocks.DecodeQ5_1),
        new(GgufTensorType.Q2_K, 256, 84, SuperBlocks.DecodeQ2_K),
        new(GgufTensorType.Q3_K, 256, 110, SuperBlocks.DecodeQ3_K),
        new(GgufTensorType.Q4_K, 256, 144, SuperBlocks.DecodeQ4_K),
        new(GgufTensorType.Q5_K, 256, 176, SuperBlocks.DecodeQ5_K),
        new(GgufTensorType.Q6_K, 256, 210, SuperBlocks.DecodeQ6_K),
    ];

    public static BlockFormat? Find(GgufTensorType type) => All.FirstOrDefault(format => format.Type == type);

    /// <exception cref="ArgumentOutOfRangeException">Not a type that is read.</exception>
    public static BlockFormat Of(GgufTensorType type) => Find(type) ?? throw new ArgumentOutOfRangeException(nameof(type), type, "not a type that is read");

    /// <summary>Bytes of a row of so many elements, a multiple of <see cref="Elements"/>.</summary>
    public long RowBytes(long elements) => elements / Elements * Bytes;

    // Elements that stand by themselves lie in safetensors alike.
    private static BlockFormat Plain(GgufTensorType type, SafetensorsType stored) => new(
        type, 1, stored.Size(), (blocks, values) => ElementCodec.Decode(blocks, stored, values), (values, blocks) => ElementCodec.Encode(values, stored, blocks));
}
