namespace Aha.Models.Checkpoints.Gguf;

/// <summary>One tensor of a GGUF file.</summary>
/// <param name="Name">ggml's name, such as <c>blk.0.attn_q.weight</c>.</param>
/// <param name="Type">How its elements are stored.</param>
/// <param name="Shape">Row-major, [out, in] for matrices: the file's own order (fastest first) turned round.</param>
/// <param name="Begin">First byte, from the beginning of the file's data section.</param>
/// <param name="ByteCount">Bytes of all rows.</param>
public sealed record GgufEntry(string Name, GgufTensorType Type, IReadOnlyList<long> Shape, long Begin, long ByteCount)
{
    /// <summary>Elements of a row, the last size of <see cref="Shape"/>.</summary>
    public long RowLength => Shape.Count == 0 ? 1 : Shape[^1];

    public long Count => Shape.Aggregate(1L, (product, size) => product * size);
}
