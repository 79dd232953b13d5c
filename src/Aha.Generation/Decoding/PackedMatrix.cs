using Aha.Generation.Kernels.Panels;
using Aha.Models;

namespace Aha.Generation.Decoding;

/// <summary>
/// A weight matrix <c>[outputs, depth]</c> as panels of <see cref="Width"/> outputs over the whole depth, zero behind the last output; or, where libtorch multiplies by it,
/// as <see cref="Half"/>, with so many outputs and no panels.
/// </summary>
internal readonly unsafe record struct PackedMatrix(nint Address, StoredFormat Format, int Depth, int Width, int Panels, BFloat16Matrix? Half = null)
{
    public long PanelBytes { get; } = PanelBlock.Bytes(Format, Depth, Width);

    public long Bytes => PanelBytes * Panels;

    public byte* Panel(int index) => (byte*)Address + index * PanelBytes;

    /// <summary>Writes one output's numbers, fp32.</summary>
    public void Write(int output, ReadOnlySpan<float> row)
    {
        if (Half is not null)
        {
            Half.Write(output, row);
            return;
        }

        float* to = (float*)Panel(output / Width) + output % Width;
        for (int k = 0; k < row.Length; k++, to += Width) *to = row[k];
    }

    /// <summary>Writes one output's numbers as they are stored.</summary>
    /// <exception cref="ArgumentException">A scale is not finite.</exception>
    public void Write(int output, ReadOnlySpan<byte> row) => PanelBlock.Write(Format, row, Panel(output / Width), Width, output % Width);

    /// <summary>Reads one output's numbers <c>[depth]</c>.</summary>
    public void Read(int output, float* target) => PanelBlock.Read(Format, Panel(output / Width), Depth, Width, output % Width, target);
}
