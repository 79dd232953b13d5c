using Aha.Models.Adapters;
using Aha.Models.Checkpoints.Gguf;
using Aha.Tokenization;

namespace Aha.Models.Checkpoints;

/// <summary>A stored model, tokenizer included, from one format into another.</summary>
public static class ModelConversion
{
    /// <summary>Writes a GGUF file from a model folder, another GGUF file, or an adapter folder, merged.</summary>
    /// <param name="to">The file.</param>
    /// <param name="type">How matrices are stored; null keeps what most of the model is stored in, fp32 where that is not written.</param>
    /// <param name="notice">Told, in a line each, what a reader of the result ought to know.</param>
    /// <param name="progress">Told how many bytes of how many are written; what it throws ends the writing.</param>
    /// <exception cref="ModelFormatException">The model cannot be read, or not be written as GGUF.</exception>
    /// <exception cref="TokenizationException">Its tokenizer cannot be read.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void ToGguf(string from, string to, GgufTensorType? type = null, Action<string>? notice = null, Action<long, long>? progress = null)
    {
        GgufTokenizer tokenizer;
        using CausalLanguageModel model = CausalLanguageModel.Load(from, notice);
        string holder = AdapterFolder.TokenizerHolder(from);
        if (GgufFile.Locate(holder) is string file)
        {
            using GgufFile gguf = GgufFile.Open(file);
            tokenizer = GgufTokenizer.Read(gguf.Metadata);
        }
        else
        {
            tokenizer = GgufTokenizer.Of(holder, model.Config);
        }
        if (tokenizer.Vocabulary is null)
            notice?.Invoke($"{from} has no byte-level BPE tokenizer: other programs will load {to}, but take token ids only");
        string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(from)));
        if (name.EndsWith(GgufFile.Extension, StringComparison.OrdinalIgnoreCase)) name = Path.GetFileNameWithoutExtension(name);
        GgufModelFile.Write(to, model, tokenizer, name, type ?? MostlyStoredAs(from, GgufModelFile.Types), progress);
    }

    /// <summary>Writes a model folder as the hub lays it out, from a GGUF file, another folder, or an adapter folder, merged.</summary>
    /// <param name="type">How weights are stored; null keeps what most of the model is stored in, fp32 where that is a quantised type.</param>
    /// <exception cref="ModelFormatException">The model cannot be read.</exception>
    /// <exception cref="TokenizationException">Its tokenizer cannot be read.</exception>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public static void ToFolder(string from, string to, SafetensorsType? type = null, Action<string>? notice = null, Action<long, long>? progress = null)
    {
        using CausalLanguageModel model = CausalLanguageModel.Load(from, notice);
        Directory.CreateDirectory(to);
        string holder = AdapterFolder.TokenizerHolder(from);
        if (GgufFile.Locate(holder) is string file) WriteTokenizer(file, to, notice);
        else ModelFolderWriter.CopyCompanions(holder, to);
        model.Save(to, type ?? MostlyStoredAs(from, Enum.GetValues<SafetensorsType>()), progress: progress);
    }

    private static void WriteTokenizer(string file, string to, Action<string>? notice)
    {
        using GgufFile gguf = GgufFile.Open(file);
        GgufTokenizer tokenizer = GgufTokenizer.Read(gguf.Metadata);
        if (!tokenizer.IsComplete)
        {
            notice?.Invoke($"{file} has no tokenizer: the folder will hold weights and configuration only");
            return;
        }
        tokenizer.ToTokenizer(file).Save(to);
    }

    /// <summary>The type in which most of a model's values are stored; the first one, fp32, where that is none of <paramref name="written"/>.</summary>
    private static T MostlyStoredAs<T>(string from, IReadOnlyList<T> written) where T : struct, Enum
    {
        using ModelCheckpoint checkpoint = ModelCheckpoint.Open(from);
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (string name in checkpoint.Tensors.Names)
        {
            if (checkpoint.Tensors.TryFind(name, out StoredTensor? tensor)) counts[tensor.Type] = counts.GetValueOrDefault(tensor.Type) + tensor.Count;
        }
        return Enum.TryParse(counts.MaxBy(pair => pair.Value).Key, out T type) && written.Contains(type) ? type : written[0];
    }
}
