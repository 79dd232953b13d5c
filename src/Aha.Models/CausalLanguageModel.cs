using Aha.Tensors;
using static TorchSharp.torch;

namespace Aha.Models;

/// <summary>
/// A decoder-only transformer that can be trained: fp32 weights in one flat buffer, of which every weight is a view. With
/// <see cref="ModelConfig.ScoreHead"/> it scores texts instead of continuing them. Not for use by several threads at once.
/// </summary>
public sealed unsafe partial class CausalLanguageModel : IModelWeights, ITrainable, IDisposable
{
    private readonly Dictionary<string, ParameterSlice> _byName;
    private readonly float* _values;
    private readonly DecoderForward _forward;

    private CausalLanguageModel(ModelConfig config)
    {
        NativeRuntime.EnsureLoaded();
        Config = config;
        Layout = ParameterLayout.Of(config);
        _byName = Layout.ToDictionary(slice => slice.Name, StringComparer.Ordinal);
        ParameterCount = Layout[^1].Offset + Layout[^1].Count;
        Parameters = zeros(ParameterCount, ScalarType.Float32).requires_grad_(true).DetachFromDisposeScope();
        _values = (float*)TensorMemory.Address(Parameters);
        _forward = new DecoderForward(config);
    }

    public ModelConfig Config { get; }

    /// <inheritdoc/>
    public long ParameterCount { get; }

    /// <summary>
    /// All weights: one fp32 leaf tensor [<see cref="ParameterCount"/>] that requires a gradient. Optimisers change it in place.
    /// </summary>
    public Tensor Parameters { get; }

    /// <summary>Where each weight lies in <see cref="Parameters"/>; all that have weight decay come before all that have none.</summary>
    public IReadOnlyList<ParameterSlice> Layout { get; }

    /// <summary>
    /// A new model: matrices from Normal(0, <see cref="ModelConfig.InitializerRange"/>), those that write into the residual stream scaled by
    /// 1/sqrt(2 * layers) (GPT-2, section 2.3), biases 0, norms 1. The same seed gives the same bits on every machine.
    /// </summary>
    /// <exception cref="ModelFormatException">The configuration is impossible or not supported.</exception>
    public static CausalLanguageModel Create(ModelConfig config, long seed)
    {
        ModelConfigRules.Validate(config, ModelConfigFile.ConfigName);
        var model = new CausalLanguageModel(config);
        ParameterInitializer.Fill(TensorMemory.Floats(model.Parameters), config, model.Layout, seed);
        return model;
    }

    /// <summary>
    /// The residual stream after the final norm, [B,T,D] fp32, for token ids [B,T] (int64). Attention is causal and positions count from 0 in each
    /// row, so padding on the right changes nothing before it.
    /// </summary>
    /// <exception cref="ArgumentException">T exceeds the model's positions.</exception>
    public Tensor HiddenStates(Tensor ids_BT, ComputePrecision precision) => _forward.HiddenStates(Parameters, ids_BT, precision);

    /// <summary>
    /// <see cref="HiddenStates"/>, and those of each next-token predictor k = 1, 2, ... (<see cref="ModelConfig.NextTokenPredictors"/>), [B,T-k,D] fp32:
    /// <see cref="Logits"/> of row t are for token t+k+1.
    /// </summary>
    /// <exception cref="ArgumentException">T exceeds the model's positions.</exception>
    public (Tensor Hidden, IReadOnlyList<Tensor> Ahead) PredictAhead(Tensor ids_BT, ComputePrecision precision) =>
        _forward.PredictAhead(Parameters, ids_BT, precision);

    /// <summary>Unnormalised log-probabilities of the next token, [N,V] fp32, for final hidden states [N,D].</summary>
    public Tensor Logits(Tensor hidden_ND, ComputePrecision precision)
    {
        using Tensor head_VD = HeadWeight();
        return DecoderForward.Multiply(hidden_ND, head_VD, precision);
    }

    /// <summary>The output matrix [V,D], fp32: a differentiable view of <see cref="Parameters"/>; the embedding matrix where the two are tied.</summary>
    public Tensor HeadWeight()
    {
        ParameterSlice slice = _byName[Config.TieWordEmbeddings ? ParameterLayout.Embedding : ParameterLayout.Head];
        using Tensor flat = Parameters.narrow(0, slice.Offset, slice.Count);
        return flat.view(Config.VocabSize, Config.HiddenSize);
    }

    /// <summary>Scores [N] fp32 of final hidden states [N,D], each the last token's of a text; differentiable.</summary>
    /// <exception cref="InvalidOperationException">The model has no score head.</exception>
    public Tensor Scores(Tensor hidden_ND)
    {
        if (!Config.ScoreHead) throw new InvalidOperationException("the model has no score head");
        using Tensor weight_D = Parameters.narrow(0, _byName[ParameterLayout.Score].Offset, Config.HiddenSize);
        return hidden_ND.matmul(weight_D);
    }

    /// <summary>
    /// A model with this one's weights that scores texts: output matrix and next-token predictors give way to a score head of zeros, so that at first every text
    /// scores 0. A model that has a score head is copied with it.
    /// </summary>
    public CausalLanguageModel WithScoreHead()
    {
        var scoring = new CausalLanguageModel(Config with { ScoreHead = true, NextTokenPredictors = 0 });
        foreach (ParameterSlice slice in scoring.Layout)
        {
            if (_byName.ContainsKey(slice.Name)) Read(slice.Name).CopyTo(new Span<float>(scoring._values + slice.Offset, (int)slice.Count));
        }
        return scoring;
    }

    /// <inheritdoc/>
    public ReadOnlySpan<float> Read(string name)
    {
        ParameterSlice slice = SliceOf(name);
        return new ReadOnlySpan<float>(_values + slice.Offset, (int)slice.Count);
    }

    /// <exception cref="KeyNotFoundException">No tensor has that name.</exception>
    internal ParameterSlice SliceOf(string name) =>
        _byName.TryGetValue(name, out ParameterSlice? slice) ? slice : throw new KeyNotFoundException($"the model has no tensor '{name}'");

    /// <summary>Overwrites all weights with those of a model of the same shape.</summary>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public void CopyParametersFrom(CausalLanguageModel other)
    {
        if (other.ParameterCount != ParameterCount || !other.Layout.Select(Signature).SequenceEqual(Layout.Select(Signature)))
            throw new ArgumentException("the models differ in shape", nameof(other));
        TensorMemory.Floats(other.Parameters).CopyTo(TensorMemory.Floats(Parameters));
        static string Signature(ParameterSlice slice) => $"{slice.Name} {string.Join(',', slice.Shape)}";
    }

    public void Dispose()
    {
        _forward.Dispose();
        Parameters.grad?.Dispose();
        Parameters.Dispose();
    }
}
