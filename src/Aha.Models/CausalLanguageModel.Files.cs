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
        ModelConfig config = PredictorTensors.Settle(checkpoint.Config, tensors, notice);
        IReadOnlyList<ParameterSlice> layout = ParameterLayout.Of(config);
        // Everything is checked before the buffer is allocated: a config may claim any size.
        foreach (ParameterSlice slice in layout) RequireShape(tensors, slice);
        RequireNothingElse(tensors, layout, config);
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

    private static void RequireShape(ITensorSource tensors, ParameterSlice slice)
    {
        if (!tensors.TryFind(slice.Name, out StoredTensor? tensor))
            throw new ModelFormatException(tensors.Description, slice.Name, $"missing; the configuration asks for [{string.Join(", ", slice.Shape)}]");
        if (!tensor.Shape.SequenceEqual(slice.Shape))
            throw new ModelFormatException(tensor.File, slice.Name, $"shape [{string.Join(", ", tensor.Shape)}], where the configuration asks for [{string.Join(", ", slice.Shape)}]");
    }

    private static void RequireNothingElse(ITensorSource tensors, IReadOnlyList<ParameterSlice> layout, ModelConfig config)
    {
        var known = layout.Select(slice => slice.Name).ToHashSet(StringComparer.Ordinal);
        // Some files repeat the tied output matrix, and old Llama files hold tables that follow from rope_theta.
        if (config.TieWordEmbeddings && !config.ScoreHead) known.Add(ParameterLayout.Head);
        known.UnionWith(PredictorTensors.SharedNames(config));
        string? extra = tensors.Names.FirstOrDefault(name => !known.Contains(name) && !name.EndsWith(".rotary_emb.inv_freq", StringComparison.Ordinal));
        if (extra is not null) throw new ModelFormatException(tensors.Description, extra, $"{config.ModelType} has no such tensor");
    }
}
