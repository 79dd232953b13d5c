using System.Runtime.InteropServices;

namespace Aha.Models.Checkpoints;

/// <summary>A model's tensors as they are stored, one at a time: its own, and the matrices that a checkpoint repeats.</summary>
internal sealed class ModelBytes(CausalLanguageModel model)
{
    private readonly Dictionary<string, string> _originals = PredictorTensors.Shared(model.Config).ToDictionary(pair => pair.Copy, pair => pair.Original);
    private byte[] _bytes = [];
    private float[] _floats = [];
    private float[] _factors = [];

    public static IEnumerable<(string Name, IReadOnlyList<long> Shape)> Tensors(CausalLanguageModel model)
    {
        var shapes = model.Layout.ToDictionary(slice => slice.Name, slice => slice.Shape);
        return model.Layout.Select(slice => (slice.Name, slice.Shape)).Concat(PredictorTensors.Shared(model.Config).Select(pair => (pair.Copy, shapes[pair.Original])));
    }

    /// <summary>Valid till the next call.</summary>
    public ReadOnlySpan<byte> Bytes(SafetensorsEntry entry)
    {
        // The factors are asked for after their matrix: their name is longer.
        if (entry.Name.EndsWith(BlockScales.Suffix, StringComparison.Ordinal)) return MemoryMarshal.AsBytes<float>(_factors);
        ReadOnlySpan<float> values = model.Read(_originals.GetValueOrDefault(entry.Name, entry.Name));
        if (entry.Type == SafetensorsType.F32) return MemoryMarshal.AsBytes(values);
        if (entry.Type == SafetensorsType.F8_E4M3)
        {
            _floats = values.ToArray();
            _factors = new float[BlockScales.ShapeOf(entry.Shape).Aggregate(1L, (product, size) => product * size)];
            BlockScales.Divide(_floats, (int)entry.Shape[1], _factors);
            values = _floats;
        }
        int bytes = checked(values.Length * entry.Type.Size());
        if (_bytes.Length < bytes) _bytes = new byte[bytes];
        ElementCodec.Encode(values, entry.Type, _bytes.AsSpan(0, bytes));
        return _bytes.AsSpan(0, bytes);
    }
}
