using Aha.Models.Checkpoints.Gguf;

namespace Aha.Models.Checkpoints;

/// <summary>A stored model: its configuration, and its tensors ready to be read. The one place that knows which formats there are.</summary>
public sealed record ModelCheckpoint(ModelConfig Config, ITensorSource Tensors) : IDisposable
{
    /// <summary>
    /// Opens a model folder, <c>config.json</c> and one or several safetensors files; or a GGUF file, or a folder that holds one and no safetensors.
    /// </summary>
    /// <exception cref="ModelFormatException">There is no model, or its files are broken or not supported; names file and key or tensor.</exception>
    public static ModelCheckpoint Open(string path)
    {
        if (GgufFile.Locate(path) is string file)
        {
            var checkpoint = GgufCheckpoint.Open(file);
            return new ModelCheckpoint(checkpoint.Config, checkpoint);
        }
        return new ModelCheckpoint(ModelConfigFile.Read(path), SafetensorsCheckpoint.Open(path));
    }

    public void Dispose() => Tensors.Dispose();
}
