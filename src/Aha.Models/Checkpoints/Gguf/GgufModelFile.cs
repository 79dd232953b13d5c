using Aha.Models.Checkpoints.Gguf.Blocks;

namespace Aha.Models.Checkpoints.Gguf;

/// <summary>Writes models as GGUF files that llama.cpp loads.</summary>
public static class GgufModelFile
{
    /// <summary>Element types that are written.</summary>
    public static IReadOnlyList<GgufTensorType> Types { get; } = [.. BlockFormat.All.Where(format => format.Encode is not null).Select(format => format.Type)];

    /// <summary>
    /// Writes a file beside its place and renames it: a reader never sees half of one. Vectors stay in fp32, and matrices whose rows do not fill the type's
    /// blocks become fp16, as llama.cpp's own converter does.
    /// </summary>
    /// <param name="name">The model's name in the metadata.</param>
    /// <param name="progress">Told, tensor by tensor, how many bytes of how many are done; what it throws ends the writing, and nothing is left.</param>
    /// <exception cref="ModelFormatException">The architecture has no counterpart in GGUF, or a value does not fit the type.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(
        string path, CausalLanguageModel model, GgufTokenizer tokenizer, string name, GgufTensorType type, Action<long, long>? progress = null)
    {
        ModelConfig config = model.Config;
        IReadOnlyList<KeyValuePair<string, object>> metadata = [.. GgufConfig.Write(config, name, type), .. tokenizer.ToMetadata()];
        var huggingFaceNames = new Dictionary<string, string>(StringComparer.Ordinal);
        var tensors = new List<(string, GgufTensorType, IReadOnlyList<long>)>();
        foreach (ParameterSlice slice in model.Layout)
        {
            string ggml = GgufNames.ToGgml(slice.Name);
            huggingFaceNames.Add(ggml, slice.Name);
            tensors.Add((ggml, TypeOf(slice, type), slice.Shape));
        }
        float[]? divisors = GgufRope.DivisorsOf(config);
        if (divisors is not null) tensors.Add((GgufRope.Divisors, GgufTensorType.F32, [divisors.Length]));
        IReadOnlyList<GgufEntry> entries = GgufWriter.LayOut(tensors);

        long total = entries[^1].Begin + entries[^1].ByteCount;
        float[] interleaved = [];
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        ReplacedFile.Write(path, temporary => GgufWriter.Write(temporary, metadata, entries, Values));

        ReadOnlySpan<float> Values(GgufEntry entry)
        {
            progress?.Invoke(entry.Begin, total);
            if (!huggingFaceNames.TryGetValue(entry.Name, out string? huggingFace)) return divisors;
            ReadOnlySpan<float> values = model.Read(huggingFace);
            if (RotaryRows.InterleavedHeads(config, huggingFace) == 0) return values;
            Array.Resize(ref interleaved, Math.Max(interleaved.Length, values.Length));
            RotaryRows.Interleave(values, interleaved, entry.Shape[0], config.HeadDim);
            return interleaved.AsSpan(0, values.Length);
        }
    }

    private static GgufTensorType TypeOf(ParameterSlice slice, GgufTensorType type)
    {
        if (slice.Shape.Count == 1) return GgufTensorType.F32;
        return slice.Shape[^1] % BlockFormat.Of(type).Elements == 0 ? type : GgufTensorType.F16;
    }
}
