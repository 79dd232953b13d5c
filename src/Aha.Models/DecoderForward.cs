using Aha.Models.Kernels;
using Aha.Models.Layers;
using Aha.Models.Rotary;
using Aha.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Aha.Models;

/// <summary>
/// The decoder's forward pass, differentiable with respect to the flat parameters: matrix products by libtorch, what lies between them by
/// <see cref="FusedOperators"/> where it can be.
/// In bf16 the matrices are cast once per call; the residual stream, norms and softmax stay in fp32.
/// </summary>
internal sealed class DecoderForward(ModelConfig config) : IDisposable
{
    private readonly ParameterGroup[][] _sections = [.. ParameterLayout.Groups(config).GroupBy(ParameterLayout.Section).OrderBy(section => section.Key).Select(section => section.ToArray())];
    private readonly DecoderLayer[] _layers = [.. DecoderLayer.All(config)];
    private readonly NextTokenPredictor[] _predictors = [.. NextTokenPredictor.All(config)];
    private (Tensor Cos, Tensor Sin)? _rotary;

    /// <summary>[B,T,D] fp32 after the final norm.</summary>
    public Tensor HiddenStates(Tensor parameters, Tensor ids_BT, ComputePrecision precision)
    {
        using DisposeScope scope = NewDisposeScope();
        WeightViews weights = View(parameters, precision);
        return HiddenStates(weights, ids_BT, precision).view(ids_BT.shape[0], ids_BT.shape[1], config.HiddenSize).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// [B,T,D] fp32 after the final norm, and of each next-token predictor k = 1, 2, ... [B,T-k,D], whose row t is for token t+k+1.
    /// </summary>
    public (Tensor Hidden, Tensor[] Ahead) PredictAhead(Tensor parameters, Tensor ids_BT, ComputePrecision precision)
    {
        long batch = ids_BT.shape[0], time = ids_BT.shape[1], d = config.HiddenSize;
        using DisposeScope scope = NewDisposeScope();
        WeightViews weights = View(parameters, precision);
        Tensor hidden = HiddenStates(weights, ids_BT, precision).view(batch, time, d), state = hidden;
        var ahead = new List<Tensor>();
        foreach (NextTokenPredictor predictor in _predictors.Take((int)time - 1))
        {
            int offset = ahead.Count + 1;
            ForwardPass pass = Begin(batch, time - offset, precision);
            Tensor x = predictor.Forward(state.narrow(1, 0, time - offset).reshape(-1, d), Embed(weights, ids_BT.narrow(1, offset, time - offset)), weights, pass);
            state = x.view(batch, time - offset, d);
            ahead.Add(predictor.Normalise(x, weights).view(batch, time - offset, d).MoveToOuterDisposeScope());
        }
        return (hidden.MoveToOuterDisposeScope(), [.. ahead]);
    }

    /// <summary><c>x w^T</c> in fp32, [N,V], from x [N,D] and w [V,D] multiplied in <paramref name="precision"/>.</summary>
    public static Tensor Multiply(Tensor x_ND, Tensor w_VD, ComputePrecision precision)
    {
        using DisposeScope scope = NewDisposeScope();
        return nn.functional.linear(To(x_ND, precision), To(w_VD, precision)).to(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        _rotary?.Cos.Dispose();
        _rotary?.Sin.Dispose();
    }

    private Tensor HiddenStates(WeightViews weights, Tensor ids_BT, ComputePrecision precision)
    {
        ForwardPass pass = Begin(ids_BT.shape[0], ids_BT.shape[1], precision);
        Tensor x = Embed(weights, ids_BT);
        foreach (DecoderLayer layer in _layers) x = layer.Forward(x, weights, pass);
        return FusedOperators.RmsNorm(x, weights[ParameterLayout.FinalNorm], config.RmsNormEps, ComputePrecision.Float32);
    }

    // All rows of the batch under one another, [B*T, D].
    private static Tensor Embed(WeightViews weights, Tensor ids_BT) =>
        weights[ParameterLayout.Embedding].index_select(0, ids_BT.flatten()).to(ScalarType.Float32);

    private ForwardPass Begin(long batch, long time, ComputePrecision precision)
    {
        if (time > config.MaxPositionEmbeddings)
            throw new ArgumentException($"{time} tokens, but the model has {config.MaxPositionEmbeddings} positions (max_position_embeddings)", nameof(time));
        (Tensor cos, Tensor sin) = RotaryTables(time);
        return new ForwardPass((int)batch, (int)time, cos, sin, precision);
    }

    private WeightViews View(Tensor parameters, ComputePrecision precision)
    {
        Tensor[] parts = parameters.split([.. _sections.Select(groups => groups.Sum(group => (long)group.Count))]);
        var views = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach ((ParameterGroup[] groups, Tensor part) in _sections.Zip(parts))
        {
            Cut(groups[0].IsMatrix ? To(part, precision) : part, groups, keptOnly: false, views);
            if (precision != ComputePrecision.Float32 && groups[0].IsMatrix && groups.Any(group => group.KeepFloat32)) Cut(part, groups, keptOnly: true, views);
        }
        return new WeightViews(views);
    }

    private static void Cut(Tensor part, ParameterGroup[] groups, bool keptOnly, Dictionary<string, Tensor> views)
    {
        Tensor[] pieces = part.split([.. groups.Select(group => (long)group.Count)]);
        foreach ((ParameterGroup group, Tensor piece) in groups.Zip(pieces))
            if (!keptOnly || group.KeepFloat32) views[group.Name] = group.IsMatrix ? piece.view(-1, group.Tensors[0].Shape[1]) : piece;
    }

    private (Tensor Cos, Tensor Sin) RotaryTables(long time)
    {
        if (_rotary is null || _rotary.Value.Cos.shape[0] < time)
        {
            Dispose();
            using DisposeScope scope = NewDisposeScope();
            Tensor angle = outer(arange(Scalars.Of(time), ScalarType.Float64), tensor(RotaryFrequencies.Of(config)));
            double magnitude = RotaryFrequencies.Magnitude(config);
            _rotary = (Table(angle.cos(), magnitude), Table(angle.sin(), magnitude));
        }
        return _rotary.Value;

        static Tensor Table(Tensor x, double magnitude) => x.mul(Scalars.Of(magnitude)).to(ScalarType.Float32).DetachFromDisposeScope();
    }

    private static Tensor To(Tensor x, ComputePrecision precision) =>
        x.to(precision == ComputePrecision.BFloat16 ? ScalarType.BFloat16 : ScalarType.Float32);
}
