using Aha.Models.Checkpoints;
using Aha.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Aha.Models.Adapters;

/// <summary>
/// Low-rank additions to a model's matrices, trained in place of them: the parameters here are A and B of every adapted matrix in one flat buffer of their own.
/// <para>
/// The model's weights always are the merged ones, <c>W + scale * B A</c>. So every way to compute with it (kernels, libtorch, the rollout engine) serves
/// without knowing of adapters, and costs what it costs without one. The gradient of A and B follows from the whole matrix's by the chain rule
/// (<see cref="TakeGradient"/>): what is saved against training all weights is the optimiser's two moments, at the price of a copy of the adapted matrices.
/// </para>
/// </summary>
public sealed class LoraAdapter : ITrainable, IDisposable
{
    private readonly CausalLanguageModel _model;
    private readonly IReadOnlyList<LoraTarget> _targets;
    private readonly IReadOnlyList<Tensor> _base;

    private LoraAdapter(CausalLanguageModel model, LoraConfig config, string file)
    {
        _model = model;
        Config = config;
        _targets = LoraTarget.LayOut(file, config, model.Layout.Select(slice => (slice.Name, slice.Shape)));
        Layout = [.. _targets.SelectMany(target => new[] { target.Down, target.Up })];
        ParameterCount = Layout.Sum(slice => slice.Count);
        Parameters = zeros(ParameterCount, ScalarType.Float32).requires_grad_(true).DetachFromDisposeScope();
        _base = [.. _targets.Select(target => Matrix(target).clone().DetachFromDisposeScope())];
    }

    public LoraConfig Config { get; }

    /// <inheritdoc/>
    public long ParameterCount { get; }

    /// <inheritdoc/>
    public Tensor Parameters { get; }

    /// <inheritdoc/>
    public IReadOnlyList<ParameterSlice> Layout { get; }

    /// <summary>How many values an adapter of a model of this shape trains, and how many the matrices hold that it is added to and keeps a copy of.</summary>
    /// <exception cref="ModelFormatException">A target is no matrix of the model.</exception>
    public static (long Trained, long Adapted) Count(ModelConfig model, LoraConfig config)
    {
        IReadOnlyList<LoraTarget> targets = LoraTarget.LayOut("lora", config, ParameterLayout.Of(model).Select(slice => (slice.Name, slice.Shape)));
        return (targets.Sum(target => target.Down.Count + target.Up.Count), targets.Sum(target => target.Up.Shape[0] * target.Down.Shape[1]));
    }

    /// <summary>
    /// A new adapter on a model, which it leaves as it is: A uniform within 1/sqrt(in), B zero, as PEFT begins. The same seed gives the same bits on every machine.
    /// The model's own weights must not be changed otherwise while it is attached.
    /// </summary>
    /// <exception cref="ModelFormatException">A target is no matrix of the model.</exception>
    public static LoraAdapter Attach(CausalLanguageModel model, LoraConfig config, long seed)
    {
        var adapter = new LoraAdapter(model, config, "lora");
        Span<float> values = TensorMemory.Floats(adapter.Parameters);
        var random = new SplitMix64((ulong)seed);
        foreach (LoraTarget target in adapter._targets)
        {
            double bound = 1 / Math.Sqrt(target.Down.Shape[1]);
            foreach (ref float value in values.Slice((int)target.Down.Offset, (int)target.Down.Count)) value = (float)(bound * (2 * random.NextUniform() - 1));
        }
        return adapter;
    }

    /// <summary>Moves the gradient of the model's weights to that of A and B, and clears it.</summary>
    public void TakeGradient()
    {
        if (_model.Parameters.grad is not Tensor whole) return;
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        if (Parameters.grad is null) Parameters.grad = zeros_like(Parameters, requires_grad: false).DetachFromDisposeScope();
        foreach (LoraTarget target in _targets)
        {
            LowRank.AddGradients(
                View(whole, _model.SliceOf(target.Name)), View(Parameters.detach(), target.Down), View(Parameters.detach(), target.Up), Config.Scale,
                View(Parameters.grad, target.Down), View(Parameters.grad, target.Up));
        }
        whole.zero_();
    }

    /// <summary>Gives the model the weights that follow from A and B as they are now.</summary>
    public void Merge()
    {
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        foreach ((LoraTarget target, Tensor original) in _targets.Zip(_base))
        {
            Tensor merged = Matrix(target);
            merged.copy_(original);
            LowRank.AddTo(merged, View(Parameters.detach(), target.Down), View(Parameters.detach(), target.Up), Config.Scale);
        }
    }

    /// <summary>Writes A and B in PEFT's layout, without naming a base model.</summary>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public void Save(string folder) => Save(folder, baseModel: null);

    /// <summary>Writes an adapter folder in PEFT's layout.</summary>
    /// <param name="baseModel">The folder of the model it was attached to; it is named relative to the adapter's.</param>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public void Save(string folder, string? baseModel) => AdapterFolder.Write(folder, this, baseModel);

    /// <summary>Reads A and B of an adapter of the same shape, and merges them.</summary>
    /// <exception cref="ModelFormatException">The folder's files are broken, or of another shape.</exception>
    public void Restore(string folder)
    {
        using SafetensorsFile file = AdapterFolder.OpenTensors(folder, Config, _targets);
        foreach (ParameterSlice slice in Layout)
        {
            file.TryFind(slice.Name, out SafetensorsEntry? entry);
            file.CopyTo(entry!, TensorMemory.Floats(Parameters).Slice((int)slice.Offset, (int)slice.Count));
        }
        Merge();
    }

    internal ReadOnlySpan<float> Read(ParameterSlice slice) => TensorMemory.Floats(Parameters).Slice((int)slice.Offset, (int)slice.Count);

    public void Dispose()
    {
        foreach (Tensor original in _base) original.Dispose();
        Parameters.grad?.Dispose();
        Parameters.Dispose();
    }

    private Tensor Matrix(LoraTarget target) => View(_model.Parameters.detach(), _model.SliceOf(target.Name));

    private static Tensor View(Tensor flat, ParameterSlice slice) => flat.narrow(0, slice.Offset, slice.Count).view([.. slice.Shape]);
}
