using Aha.Generation.Kernels;
using Aha.Generation.Memory;
using Aha.Models;
using Aha.Models.FeedForward;

namespace Aha.Generation.Decoding.FeedForward;

/// <summary>
/// Mixture of experts: each expert multiplies the rows that chose it. A row adds up its experts in ascending order, so that its result does not
/// depend on its neighbours.
/// </summary>
internal sealed unsafe class ExpertsStep<TSimd, TVector> : FeedForwardStep<TSimd, TVector>
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    private readonly ExpertsConfig _experts;
    private readonly int _width, _scoreStride;
    private readonly MatrixProduct<TSimd, TVector> _product;
    private readonly GatedStep<TSimd, TVector> _gated;
    private readonly NativeBuffer<float> _scores, _gathered, _outputs, _zeros;
    private readonly int[] _chosen;
    private readonly float[] _shares, _biased;

    public ExpertsStep(ExpertsConfig experts, PackedWeights weights, MatrixProduct<TSimd, TVector> product, int maxRows, int mostMembers)
    {
        (_experts, _product, _width) = (experts, product, weights.Width);
        _scoreStride = weights.RoundUp(experts.Routed);
        _gated = new GatedStep<TSimd, TVector>(product, _width, Math.Max(1, experts.Shared) * experts.IntermediateSize, maxRows, mostMembers);
        _scores = new NativeBuffer<float>((long)maxRows * _scoreStride);
        _gathered = new NativeBuffer<float>((long)maxRows * _width);
        _outputs = new NativeBuffer<float>((long)maxRows * _width);
        _zeros = new NativeBuffer<float>(Math.Max(_width, _scoreStride));
        _chosen = new int[maxRows * experts.PerToken];
        _shares = new float[maxRows * experts.PerToken];
        _biased = new float[experts.Routed];
    }

    public override void Run(PackedFeedForward weights, int rows, float* normed, float* x)
    {
        var experts = (PackedExperts)weights;
        _product.Run(normed, _width, rows, experts.Router, _scores.Pointer, _scoreStride, _zeros.Pointer, 0);
        for (int r = 0; r < rows; r++) Route(experts, r);

        if (experts.Shared is { } shared) _gated.Run(shared, rows, normed, x);
        for (int e = 0; e < experts.Routed.Count; e++)
        {
            int taken = 0;
            for (int i = 0; i < rows * _experts.PerToken; i++)
                if (_chosen[i] == e) Copy(normed, i / _experts.PerToken, _gathered.Pointer + (long)_width * taken++);
            if (taken == 0) continue;
            _gated.Run(experts.Routed[e], taken, _gathered.Pointer, _outputs.Pointer, _zeros.Pointer, 0);
            taken = 0;
            for (int i = 0; i < rows * _experts.PerToken; i++)
                if (_chosen[i] == e) Add(_shares[i], _outputs.Pointer + (long)_width * taken++, x + (long)_width * (i / _experts.PerToken));
        }
    }

    public override void Dispose()
    {
        _gated.Dispose();
        _scores.Dispose();
        _gathered.Dispose();
        _outputs.Dispose();
        _zeros.Dispose();
    }

    // A row's experts and their shares of its output.
    private void Route(PackedExperts experts, int row)
    {
        float* scores = _scores.Pointer + (long)row * _scoreStride;
        for (int e = 0; e < _experts.Routed; e++)
        {
            scores[e] = 1 / (1 + MathF.Exp(-scores[e]));
            _biased[e] = scores[e] + experts.SelectionBias[e];
        }

        int first = row * _experts.PerToken;
        Span<int> chosen = _chosen.AsSpan(first, _experts.PerToken);
        ExpertRouter.Select(_biased, _experts, chosen);
        float sum = 0;
        foreach (int e in chosen) sum += scores[e];
        float factor = (float)_experts.ScalingFactor / (_experts.NormaliseWeights ? sum + 1e-20f : 1);
        for (int i = 0; i < chosen.Length; i++) _shares[first + i] = scores[chosen[i]] * factor;
    }

    private void Copy(float* rows, int row, float* target) => new ReadOnlySpan<float>(rows + (long)row * _width, _width).CopyTo(new Span<float>(target, _width));

    private void Add(float share, float* output, float* x)
    {
        TVector factor = TSimd.Broadcast(share);
        for (int i = 0; i < _width; i += Lanes.Count) TSimd.Store(TSimd.MultiplyAdd(factor, TSimd.Load(output + i), TSimd.Load(x + i)), x + i);
    }
}
