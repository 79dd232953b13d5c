using Aha.Models.Checkpoints;

namespace Aha.Models;

public sealed unsafe partial class CausalLanguageModel
{
    /// <summary>Reads a stored model; see <see cref="ModelCheckpoint.Open"/>. Its memory is estimated before anything large is allocated.</summary>
    /// <param name="path">A model folder.</param>
    /// <param name="notice">Told, in a line each, what the model needs and what of its files is left aside.</param>
    /// <param name="furtherBytes">What its user will need beside it, counted in the estimate.</param>
    /// <exception cref="ModelFormatException">
    /// The configuration is not supported, the model does not fit into memory, or a tensor is missing, unknown to this architecture, or of another
    /// shape; names file and tensor.
    /// </exception>
    public static CausalLanguageModel Load(string path, Action<string>? notice = null, long furtherBytes = 0)
    {
        using ModelCheckpoint checkpoint = ModelCheckpoint.Open(path);
        ITensorSource tensors = checkpoint.Tensors;
        // Everything is checked before the buffer is allocated: a config may claim any size.
        (ModelConfig config, IReadOnlyList<ParameterSlice> layout) = CheckpointRules.Settle(checkpoint, notice);
        string need = ModelMemory.Require(tensors.Description, config, furtherBytes);
        notice?.Invoke(need);

        var model = new CausalLanguageModel(config);
        try
        {
            foreach (ParameterSlice slice in layout) tensors.CopyTo(slice.Name, model.Floats(slice));
            PredictorTensors.RequireShared(model, tensors);
            return model;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Writes <c>config.json</c>, <c>generation_config.json</c> and the weights: <c>model.safetensors</c>, or shards and an index where they are larger than
    /// <paramref name="shardBytes"/>. Each file is written beside its place and renamed, the weights last: a reader never sees half a file.
    /// </summary>
    /// <param name="type">
    /// How weights are stored. What was loaded from that type is the same to the byte. FP8 takes the layers' projections, the rest is then bf16;
    /// routers' selection biases are always fp32.
    /// </param>
    /// <param name="progress">Told, tensor by tensor, how many bytes of how many are done; what it throws ends the writing.</param>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public void Save(
        string folder, SafetensorsType type = SafetensorsType.F32, long shardBytes = ModelFolderWriter.DefaultShardBytes, Action<long, long>? progress = null) =>
        ModelFolderWriter.Write(this, folder, type, shardBytes, progress);

    void ITrainable.Save(string folder) => Save(folder);

    /// <inheritdoc/>
    public void Restore(string folder)
    {
        using CausalLanguageModel saved = Load(folder);
        CopyParametersFrom(saved);
    }

    private Span<float> Floats(ParameterSlice slice) => new(_values + slice.Offset, (int)slice.Count);
}
