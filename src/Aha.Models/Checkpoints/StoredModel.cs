namespace Aha.Models.Checkpoints;

/// <summary>
/// A stored model to be run and not trained: its tensors stay in the mapped file and are widened one at a time. What <see cref="Read"/> gives is what
/// <see cref="CausalLanguageModel.Load"/> would hold. Not for use by several threads at once.
/// </summary>
public sealed class StoredModel : IStoredWeights, IDisposable
{
    private readonly ModelCheckpoint _checkpoint;
    private readonly Dictionary<string, ParameterSlice> _byName;
    private float[] _values = [];

    private StoredModel(ModelCheckpoint checkpoint, ModelConfig config, IReadOnlyList<ParameterSlice> layout)
    {
        (_checkpoint, Config) = (checkpoint, config);
        _byName = layout.ToDictionary(slice => slice.Name, StringComparer.Ordinal);
    }

    public ModelConfig Config { get; }

    /// <summary>The file that errors about the whole name.</summary>
    public string Description => _checkpoint.Tensors.Description;

    /// <summary>Opens a stored model; see <see cref="ModelCheckpoint.Open"/>.</summary>
    /// <param name="notice">Told, in a line each, what of its files is left aside.</param>
    /// <exception cref="ModelFormatException">As <see cref="CausalLanguageModel.Load"/>.</exception>
    public static StoredModel Open(string path, Action<string>? notice = null)
    {
        ModelCheckpoint checkpoint = ModelCheckpoint.Open(path);
        try
        {
            (ModelConfig config, IReadOnlyList<ParameterSlice> layout) = CheckpointRules.Settle(checkpoint, notice);
            var model = new StoredModel(checkpoint, config, layout);
            PredictorTensors.RequireShared(model, checkpoint.Tensors);
            return model;
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public ReadOnlySpan<float> Read(string name)
    {
        int count = checked((int)SliceOf(name).Count);
        if (_values.Length < count) _values = GC.AllocateUninitializedArray<float>(count);
        _checkpoint.Tensors.CopyTo(name, _values.AsSpan(0, count));
        return _values.AsSpan(0, count);
    }

    /// <inheritdoc/>
    public StoredFormat FormatOf(string name)
    {
        ParameterSlice slice = SliceOf(name);
        _checkpoint.Tensors.TryFind(name, out StoredTensor? tensor);
        if (slice.Shape.Count != 2 || !_checkpoint.Tensors.TryRow(name, 0, out _)) return StoredFormat.Float32;
        return tensor!.Type switch
        {
            "BF16" => StoredFormat.BFloat16,
            nameof(StoredFormat.Q8_0) => StoredFormat.Q8_0,
            nameof(StoredFormat.Q4_0) => StoredFormat.Q4_0,
            nameof(StoredFormat.Q4_1) => StoredFormat.Q4_1,
            _ => StoredFormat.Float32,
        };
    }

    /// <inheritdoc/>
    public ReadOnlySpan<byte> Row(string name, long row)
    {
        SliceOf(name);
        return _checkpoint.Tensors.TryRow(name, row, out ReadOnlySpan<byte> bytes) ? bytes : throw new InvalidOperationException($"tensor '{name}' is not stored in a format of its own");
    }

    public void Dispose() => _checkpoint.Dispose();

    private ParameterSlice SliceOf(string name) =>
        _byName.TryGetValue(name, out ParameterSlice? slice) ? slice : throw new KeyNotFoundException($"the model has no tensor '{name}'");
}
