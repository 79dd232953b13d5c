using Aha.Generation.Kernels;
using Aha.Generation.Kernels.Panels;
using Aha.Generation.Memory;
using Aha.Models;

namespace Aha.Generation.Decoding;

/// <summary>
/// One zeroed buffer for all packed weights, filled place by place. Everything is reserved twice: first to learn the size, then, after
/// <see cref="Allocate"/>, in the memory.
/// </summary>
/// <param name="panelWidth">Outputs of a panel.</param>
/// <param name="formatOf">How a tensor's matrix is to be kept, by its name; null where all are fp32.</param>
/// <param name="byLibtorch">Whether libtorch multiplies by what is kept in bf16.</param>
internal sealed unsafe class WeightPacker(int panelWidth, Func<string, StoredFormat>? formatOf, bool byLibtorch) : IDisposable
{
    private const int HugePage = 2 << 20;
    private const int Alignment = Lanes.Count * sizeof(float);
    private readonly List<BFloat16Matrix> _halves = [];
    private NativeBuffer<byte>? _buffer;
    private long _reserved, _halfBytes;

    /// <summary>Size of all that was reserved.</summary>
    public long Bytes => _reserved + _halfBytes;

    /// <summary>Floats that the widest panel takes in fp32, of those that are stored in less: the scratch of a product.</summary>
    public long WidestPanel { get; private set; }

    public int RoundUp(int n) => (n + panelWidth - 1) / panelWidth * panelWidth;

    public void Allocate()
    {
        _buffer = new NativeBuffer<byte>(_reserved, HugePage);
        _reserved = _halfBytes = 0;
    }

    /// <summary>A vector's place, rounded up to whole vectors and aligned to them.</summary>
    public nint Reserve(long floats) => ReserveBytes(floats * sizeof(float));

    /// <summary>A norm's weights, rounded up to whole panels.</summary>
    public nint ReserveRow(int width) => Reserve(RoundUp(width));

    /// <param name="tensors">What will be written there: all stored alike, the matrix keeps their format.</param>
    public PackedMatrix ReserveMatrix(int outputs, int depth, params ReadOnlySpan<string> tensors)
    {
        StoredFormat format = FormatOf(depth, tensors);
        if (byLibtorch && format == StoredFormat.BFloat16) return ReserveHalf(RoundUp(outputs), depth);
        var matrix = new PackedMatrix(0, format, depth, panelWidth, RoundUp(outputs) / panelWidth);
        if (format != StoredFormat.Float32) WidestPanel = Math.Max(WidestPanel, (long)depth * panelWidth);
        return matrix with { Address = ReserveBytes(matrix.Bytes) };
    }

    /// <summary>How tensors with rows of such a length are kept that make up one matrix.</summary>
    public StoredFormat FormatOf(int depth, params ReadOnlySpan<string> tensors)
    {
        if (formatOf is null || tensors.Length == 0) return StoredFormat.Float32;
        StoredFormat format = formatOf(tensors[0]);
        foreach (string name in tensors[1..])
            if (formatOf(name) != format) return StoredFormat.Float32;
        return format == StoredFormat.BFloat16 || depth % PanelBlock.Depth == 0 ? format : StoredFormat.Float32;
    }

    /// <summary>Writes rows of a tensor <c>[tensorRows, depth]</c> as outputs from <paramref name="firstOutput"/> on.</summary>
    /// <exception cref="ArgumentException">It is missing, has another number of values than the configuration says, or a scale that is not finite.</exception>
    public static void Pack(IModelWeights weights, string name, long tensorRows, PackedMatrix target, int firstOutput = 0) =>
        Pack(weights, name, tensorRows, target, 0, (int)tensorRows, row => firstOutput + row);

    /// <summary>Writes each row from <paramref name="first"/> to before <paramref name="end"/> as the output that <paramref name="place"/> gives it, counted from first.</summary>
    /// <exception cref="ArgumentException">It is missing, has another number of values than the configuration says, or a scale that is not finite.</exception>
    public static void Pack(IModelWeights weights, string name, long tensorRows, PackedMatrix target, int first, int end, Func<int, int> place)
    {
        if (target.Format == StoredFormat.Float32 || target.Half is not null)
        {
            ReadOnlySpan<float> values = Read(weights, name, tensorRows * target.Depth);
            for (int row = first; row < end; row++) target.Write(place(row - first), values.Slice(row * target.Depth, target.Depth));
            return;
        }

        var rows = (IStoredWeights)weights;
        try
        {
            for (int row = first; row < end; row++) target.Write(place(row - first), rows.Row(name, row));
        }
        catch (ArgumentException e)
        {
            throw new ArgumentException($"Tensor '{name}' cannot be used: {e.Message}.", e);
        }
    }

    public void Dispose()
    {
        _buffer?.Dispose();
        foreach (BFloat16Matrix half in _halves) half.Dispose();
    }

    /// <summary>A tensor of the model.</summary>
    /// <exception cref="ArgumentException">It is missing or has another number of values than the configuration says.</exception>
    public static ReadOnlySpan<float> Read(IModelWeights weights, string name, long expected)
    {
        ReadOnlySpan<float> values;
        try
        {
            values = weights.Read(name);
        }
        catch (KeyNotFoundException e)
        {
            throw new ArgumentException($"The weights hold no tensor '{name}', which the model's configuration asks for.", e);
        }

        if (values.Length != expected)
            throw new ArgumentException($"Tensor '{name}' has {values.Length} values; the model's configuration asks for {expected}.");
        return values;
    }

    /// <summary>Copies a vector of the model to its place.</summary>
    public static void Copy(IModelWeights weights, string name, nint target, int count) =>
        Read(weights, name, count).CopyTo(new Span<float>((float*)target, count));

    private PackedMatrix ReserveHalf(int outputs, int depth)
    {
        _halfBytes += BFloat16Matrix.Size(outputs, depth);
        var matrix = new PackedMatrix(0, StoredFormat.BFloat16, depth, panelWidth, 0);
        if (_buffer is null) return matrix;
        _halves.Add(new BFloat16Matrix(outputs, depth));
        return matrix with { Half = _halves[^1] };
    }

    private nint ReserveBytes(long bytes)
    {
        nint start = _buffer is null ? 0 : (nint)_buffer.Pointer;
        nint address = start + (nint)_reserved;
        _reserved += (bytes + Alignment - 1) / Alignment * Alignment;
        return address;
    }
}
