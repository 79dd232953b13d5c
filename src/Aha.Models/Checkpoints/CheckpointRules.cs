namespace Aha.Models.Checkpoints;

/// <summary>A stored model holds what its configuration asks for, in those shapes, and nothing else.</summary>
internal static class CheckpointRules
{
    /// <summary>The configuration and layout of what is really stored; nothing large has been read by then.</summary>
    /// <exception cref="ModelFormatException">A tensor is missing, unknown to this architecture, or of another shape; names file and tensor.</exception>
    public static (ModelConfig Config, IReadOnlyList<ParameterSlice> Layout) Settle(ModelCheckpoint checkpoint, Action<string>? notice)
    {
        ModelConfig config = PredictorTensors.Settle(checkpoint.Config, checkpoint.Tensors, notice);
        IReadOnlyList<ParameterSlice> layout = ParameterLayout.Of(config);
        foreach (ParameterSlice slice in layout) RequireShape(checkpoint.Tensors, slice);
        RequireNothingElse(checkpoint.Tensors, layout, config);
        return (config, layout);
    }

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
