using System.Diagnostics.CodeAnalysis;

namespace Aha.Models.Checkpoints;

/// <summary>What is known of a stored tensor before it is read.</summary>
/// <param name="File">The file that holds it.</param>
/// <param name="Type">How its elements are stored, in the format's own word (<c>BF16</c>, <c>Q8_0</c>).</param>
/// <param name="Shape">Row-major, [out, in] for matrices.</param>
public sealed record StoredTensor(string File, string Type, IReadOnlyList<long> Shape)
{
    /// <summary>Elements; a source has checked that the product does not overflow.</summary>
    public long Count { get; } = Shape.Aggregate(1L, (product, size) => product * size);
}

/// <summary>
/// The tensors of a stored model under their Hugging Face names, whatever file format they come from. A source has checked its files before it
/// is handed out: what it lists can be read.
/// </summary>
public interface ITensorSource : IDisposable
{
    /// <summary>The file that errors about the whole name.</summary>
    string Description { get; }

    IReadOnlyCollection<string> Names { get; }

    bool TryFind(string name, [NotNullWhen(true)] out StoredTensor? tensor);

    /// <summary>Copies a tensor's values, dequantised or widened to fp32, into as many elements.</summary>
    /// <exception cref="KeyNotFoundException">No tensor has that name.</exception>
    /// <exception cref="ArgumentException">The tensor has another number of elements.</exception>
    void CopyTo(string name, Span<float> destination);

    /// <summary>
    /// A row's bytes in the type that <see cref="TryFind"/> names, mapped from the file, where that type alone says what <see cref="CopyTo"/> makes of them; false
    /// where more takes part in it, such as scales that are stored apart or an adapter.
    /// </summary>
    /// <exception cref="KeyNotFoundException">No tensor has that name.</exception>
    bool TryRow(string name, long row, out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        return false;
    }
}
