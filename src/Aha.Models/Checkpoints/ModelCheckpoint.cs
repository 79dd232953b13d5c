using Aha.Models.Adapters;
using Aha.Models.Checkpoints.Gguf;

namespace Aha.Models.Checkpoints;

/// <summary>A stored model: its configuration, and its tensors ready to be read. The one place that knows which formats there are.</summary>
public sealed record ModelCheckpoint(ModelConfig Config, ITensorSource Tensors) : IDisposable
{
    /// <summary>
    /// Opens a model folder, <c>config.json</c> and one or several safetensors files; or a GGUF file, or a folder that holds one and no safetensors; or an
    /// adapter folder in PEFT's layout, merged into the model it names.
    /// </summary>
    /// <exception cref="ModelFormatException">There is no model, or its files are broken or not supported; names file and key or tensor.</exception>
    public static ModelCheckpoint Open(string path)
    {
        if (AdapterFolder.Is(path)) return OpenAdapted(path);
        if (GgufFile.Locate(path) is string file)
        {
            var checkpoint = GgufCheckpoint.Open(file);
            return new ModelCheckpoint(checkpoint.Config, checkpoint);
        }
        return new ModelCheckpoint(ModelConfigFile.Read(path), SafetensorsCheckpoint.Open(path));
    }

    /// <summary>The files that make a stored model, wherever they lie: configuration and weights, and an adapter's base model with it. Empty where there is no model.</summary>
    /// <exception cref="ModelFormatException">An adapter names no base model, or one that is not there.</exception>
    public static IReadOnlyList<string> FilesOf(string path)
    {
        if (AdapterFolder.Is(path)) return [.. Directory.GetFiles(path, "adapter_*").Order(StringComparer.Ordinal), .. FilesOf(AdapterFolder.BaseOf(path))];
        if (GgufFile.Locate(path) is string file) return File.Exists(file) ? [file] : [];
        string config = Path.Combine(path, ModelConfigFile.ConfigName);
        return File.Exists(config) ? [config, .. Directory.GetFiles(path, "*.safetensors").Order(StringComparer.Ordinal)] : [];
    }

    /// <summary>The configuration alone, without a look at the tensors of a folder.</summary>
    /// <exception cref="ModelFormatException">As <see cref="Open"/>.</exception>
    public static ModelConfig ReadConfig(string path)
    {
        if (AdapterFolder.Is(path)) return ReadConfig(AdapterFolder.BaseOf(path));
        if (GgufFile.Locate(path) is not string file) return ModelConfigFile.Read(path);
        using GgufFile gguf = GgufFile.Open(file);
        return GgufConfig.Read(gguf);
    }

    public void Dispose() => Tensors.Dispose();

    private static ModelCheckpoint OpenAdapted(string folder)
    {
        ModelCheckpoint model = Open(AdapterFolder.BaseOf(folder));
        try
        {
            return model with { Tensors = new AdaptedTensors(folder, model.Tensors) };
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }
}
