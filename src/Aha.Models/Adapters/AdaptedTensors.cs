using System.Diagnostics.CodeAnalysis;
using Aha.Models.Checkpoints;
using Aha.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Aha.Models.Adapters;

/// <summary>The tensors of a stored model with an adapter's additions, merged as they are read.</summary>
internal sealed class AdaptedTensors : ITensorSource
{
    private readonly ITensorSource _model;
    private readonly LoraConfig _config;
    private readonly SafetensorsFile _adapter;
    private readonly Dictionary<string, LoraTarget> _targets;

    /// <param name="folder">The adapter's.</param>
    /// <param name="model">Owned.</param>
    /// <exception cref="ModelFormatException">The adapter is broken, not supported, or does not fit the model.</exception>
    public AdaptedTensors(string folder, ITensorSource model)
    {
        NativeRuntime.EnsureLoaded();
        Description = folder;
        _model = model;
        _config = AdapterFolder.ReadConfig(folder);
        IReadOnlyList<LoraTarget> targets = LoraTarget.LayOut(folder, _config, model.Names.Select(name => (name, ShapeOf(model, name))));
        _adapter = AdapterFolder.OpenTensors(folder, _config, targets);
        _targets = targets.ToDictionary(target => target.Name, StringComparer.Ordinal);
    }

    public string Description { get; }

    public IReadOnlyCollection<string> Names => _model.Names;

    public bool TryFind(string name, [NotNullWhen(true)] out StoredTensor? tensor) => _model.TryFind(name, out tensor);

    public void CopyTo(string name, Span<float> destination)
    {
        _model.CopyTo(name, destination);
        if (!_targets.TryGetValue(name, out LoraTarget? target)) return;
        using DisposeScope scope = NewDisposeScope();
        Tensor w = zeros(target.Up.Shape[0], target.Down.Shape[1]);
        Span<float> values = TensorMemory.Floats(w);
        destination.CopyTo(values);
        LowRank.AddTo(w, Stored(target.Down), Stored(target.Up), _config.Scale);
        values.CopyTo(destination);
    }

    public void Dispose()
    {
        _adapter.Dispose();
        _model.Dispose();
    }

    private Tensor Stored(ParameterSlice slice)
    {
        _adapter.TryFind(slice.Name, out SafetensorsEntry? entry);
        Tensor values = zeros([.. slice.Shape]);
        _adapter.CopyTo(entry!, TensorMemory.Floats(values));
        return values;
    }

    private static IReadOnlyList<long> ShapeOf(ITensorSource model, string name) => model.TryFind(name, out StoredTensor? tensor) ? tensor.Shape : [];
}
