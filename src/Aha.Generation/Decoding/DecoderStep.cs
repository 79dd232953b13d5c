using Aha.Generation.Decoding.Attention;
using Aha.Generation.Decoding.FeedForward;
using Aha.Generation.Kernels;
using Aha.Generation.Memory;
using Aha.Generation.Sampling;
using Aha.Generation.Scheduling;
using Aha.Models;

namespace Aha.Generation.Decoding;

/// <summary>One token to run through the model: its id, its position, and its sequence's cache blocks.</summary>
internal unsafe struct Row
{
    public int Token;
    public int Position;

    /// <summary>Room for this position must be there already; earlier positions are cached or come as earlier rows of the same call.</summary>
    public float** Blocks;
}

/// <summary>
/// One thread's forward pass: the model's weights, shared, with scratch of its own. The rows of a call may be one token each of many
/// sequences (decoding) or many of one sequence (prefill): the arithmetic of a row is the same.
/// </summary>
internal abstract unsafe class DecoderStep : IDisposable
{
    protected DecoderStep(int maxRows)
    {
        MaxRows = maxRows;
        RowBuffer = new NativeBuffer<Row>(maxRows);
    }

    public int MaxRows { get; }

    /// <summary>Input of <see cref="Forward"/>.</summary>
    public Row* Rows => RowBuffer.Pointer;

    /// <summary>Who shares the work of <see cref="Forward"/> and <see cref="Logits"/>; null when nobody does.</summary>
    public abstract ThreadTeam? Team { set; }

    protected NativeBuffer<Row> RowBuffer { get; }

    /// <summary>Runs <see cref="Rows"/>[0..rows) through all layers and caches their keys and values.</summary>
    public abstract void Forward(int rows);

    /// <summary>Logits <c>[rows, LogitsStride]</c> of a range of the last call's rows.</summary>
    public abstract float* Logits(int firstRow, int rows);

    public abstract int LogitsStride { get; }

    /// <summary>Draws a token; see <see cref="TokenSampler{TSimd,TVector}.Sample"/>.</summary>
    public abstract int Sample(float* logits, SamplingOptions options, double uniform, out float logProb);

    /// <summary>Natural log of softmax(logits)[token].</summary>
    public abstract float LogProb(float* logits, int token);

    /// <summary>The most likely tokens, best first.</summary>
    public abstract IReadOnlyList<TokenScore> Top(float* logits, int count);

    public virtual void Dispose() => RowBuffer.Dispose();
}

/// <inheritdoc cref="DecoderStep"/>
internal sealed unsafe class DecoderStep<TSimd, TVector> : DecoderStep
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    private readonly ModelConfig _config;
    private readonly PackedWeights _weights;
    private readonly MatrixProduct<TSimd, TVector> _product;
    private readonly AttentionStep<TSimd, TVector> _attention;
    private readonly FeedForwardStep<TSimd, TVector> _dense;
    private readonly FeedForwardStep<TSimd, TVector>? _experts;
    private readonly TokenSampler<TSimd, TVector> _sampler;
    private readonly NativeBuffer<float> _scratch;
    private readonly int _width, _logitsStride;
    private readonly float* _x, _normed, _logits, _zeros;

    public DecoderStep(ModelConfig config, PackedWeights weights, RopeTable rope, KvLayout layout, int maxRows, int mostMembers)
        : base(maxRows)
    {
        _config = config;
        _weights = weights;
        _product = new MatrixProduct<TSimd, TVector>(weights.WidestPanel, mostMembers);
        _attention = config.LatentAttention is { } latent
            ? new LatentAttentionStep<TSimd, TVector>(config, latent, weights, _product, rope, layout, maxRows, mostMembers)
            : new GroupedQueryStep<TSimd, TVector>(config, weights, _product, rope, layout, maxRows, mostMembers);
        _dense = new GatedStep<TSimd, TVector>(_product, weights.Width, config.IntermediateSize, maxRows, mostMembers);
        _experts = config.Experts is { } experts ? new ExpertsStep<TSimd, TVector>(experts, weights, _product, maxRows, mostMembers) : null;
        _sampler = new TokenSampler<TSimd, TVector>(config.VocabSize);
        _width = weights.Width;
        _logitsStride = weights.RoundUp(config.VocabSize);
        _scratch = new NativeBuffer<float>((2L * _width + _logitsStride) * maxRows + _logitsStride);
        _x = _scratch.Pointer;
        _normed = _x + (long)_width * maxRows;
        _logits = _normed + (long)_width * maxRows;
        _zeros = _logits + (long)_logitsStride * maxRows;
    }

    public override int LogitsStride => _logitsStride;

    public override ThreadTeam? Team
    {
        set => _product.Team = value;
    }

    public override void Forward(int rows)
    {
        int longest = 0;
        for (int r = 0; r < rows; r++)
        {
            Row row = Rows[r];
            longest = Math.Max(longest, row.Position + 1);
            _weights.Embed(row.Token, _x + (long)r * _width);
        }

        _attention.EnsurePositions(longest);
        for (int l = 0; l < _weights.Layers.Count; l++)
        {
            PackedLayer layer = _weights.Layers[l];
            Normalise(_x, (float*)layer.AttentionNorm, rows);
            _attention.Run(l, Rows, rows, _normed, _x);
            Normalise(_x, (float*)layer.FeedForwardNorm, rows);
            (layer.FeedForward is PackedExperts ? _experts! : _dense).Run(layer.FeedForward, rows, _normed, _x);
        }
    }

    public override float* Logits(int firstRow, int rows)
    {
        Normalise(_x + (long)firstRow * _width, _weights.FinalNorm, rows);
        _product.Run(_normed, _width, rows, _weights.Head, _logits, _logitsStride, _zeros, 0);
        return _logits;
    }

    public override int Sample(float* logits, SamplingOptions options, double uniform, out float logProb) =>
        _sampler.Sample(logits, options, uniform, out logProb);

    public override float LogProb(float* logits, int token) => _sampler.LogProb(logits, token);

    public override IReadOnlyList<TokenScore> Top(float* logits, int count) => _sampler.Top(logits, count);

    public override void Dispose()
    {
        base.Dispose();
        _product.Dispose();
        _attention.Dispose();
        _dense.Dispose();
        _experts?.Dispose();
        _scratch.Dispose();
        _sampler.Dispose();
    }

    private void Normalise(float* x, float* weight, int rows)
    {
        for (int r = 0; r < rows; r++)
        {
            Elementwise<TSimd, TVector>.RmsNorm(
                x + (long)r * _width, weight, _normed + (long)r * _width, _config.HiddenSize, _width, (float)_config.RmsNormEps);
        }
    }
}
