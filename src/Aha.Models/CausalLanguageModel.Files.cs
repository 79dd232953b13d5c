using System.Runtime.InteropServices;
using System.Text;
using Aha.Models.Checkpoints;

namespace Aha.Models;

public sealed unsafe partial class CausalLanguageModel
{
    /// <summary>Reads a stored model; see <see cref="ModelCheckpoint.Open"/>.</summary>
    /// <exception cref="ModelFormatException">
    /// The configuration is not supported, or a tensor is missing, unknown to this architecture, or of another shape; names file and tensor.
    /// </exception>
    public static CausalLanguageModel Load(string folder)
    {
        using ModelCheckpoint checkpoint = ModelCheckpoint.Open(folder);
        (ModelConfig config, ITensorSource tensors) = checkpoint;
        IReadOnlyList<ParameterSlice> layout = ParameterLayout.Of(config);
        // Everything is checked before the buffer is allocated: a config may claim any size.
        foreach (ParameterSlice slice in layout) RequireShape(tensors, slice);
        RequireNothingElse(tensors, layout, config);

        var model = new CausalLanguageModel(config);
        foreach (ParameterSlice slice in layout) tensors.CopyTo(slice.Name, new Span<float>(model._values + slice.Offset, (int)slice.Count));
        return model;
    }

    /// <summary>
    /// Writes <c>config.json</c>, <c>generation_config.json</c> and <c>model.safetensors</c> (F32). Each file is written beside its place and
    /// renamed, the weights last: a reader never sees half a file.
    /// </summary>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public void Save(string folder)
    {
        Directory.CreateDirectory(folder);
        Replace(Path.Combine(folder, ModelConfigFile.ConfigName), path => WriteText(path, ModelConfigFile.Format(Config)));
        Replace(Path.Combine(folder, ModelConfigFile.GenerationConfigName), path => WriteText(path, ModelConfigFile.FormatGeneration(Config)));
        IReadOnlyList<SafetensorsEntry> entries = SafetensorsWriter.LayOutFloats(Layout.Select(slice => (slice.Name, slice.Shape)));
        Replace(Path.Combine(folder, SafetensorsCheckpoint.SingleName), path => SafetensorsWriter.Write(
            path, [new("format", "pt")], entries, entry => MemoryMarshal.AsBytes(Read(entry.Name))));
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
        if (config.TieWordEmbeddings) known.Add(ParameterLayout.Head);
        string? extra = tensors.Names.FirstOrDefault(name => !known.Contains(name) && !name.EndsWith(".rotary_emb.inv_freq", StringComparison.Ordinal));
        if (extra is not null) throw new ModelFormatException(tensors.Description, extra, $"{config.ModelType} has no such tensor");
    }

    private static void WriteText(string path, string text)
    {
        using var stream = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None);
        stream.Write(Encoding.UTF8.GetBytes(text));
        stream.Flush(flushToDisk: true);
    }

    private static void Replace(string path, Action<string> write)
    {
        string temporary = path + ".tmp";
        try
        {
            write(temporary);
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }
}
