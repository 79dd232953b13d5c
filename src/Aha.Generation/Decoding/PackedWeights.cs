using Aha.Generation.Decoding.Attention;
using Aha.Generation.Decoding.FeedForward;
using Aha.Models;

namespace Aha.Generation.Decoding;

/// <summary>One layer's packed weights.</summary>
internal sealed record PackedLayer(nint AttentionNorm, nint FeedForwardNorm, PackedAttention Attention, PackedFeedForward FeedForward);

/// <summary>The policy's weights in the kernels' layout, all in one buffer that is allocated once and refilled by every <see cref="Load"/>.</summary>
internal sealed unsafe class PackedWeights : IDisposable
{
    private readonly ModelConfig _config;
    private readonly WeightPacker _packer;
    private readonly PackedLayer[] _layers;
    private nint _finalNorm;
    private nint _embedding;

    public PackedWeights(ModelConfig config, int panelWidth)
    {
        _config = config;
        _packer = new WeightPacker(panelWidth);
        Width = _packer.RoundUp(config.HiddenSize);
        _layers = new PackedLayer[config.NumHiddenLayers];
        Place();
        _packer.Allocate();
        Place();
    }

    /// <summary>Hidden size rounded up to whole panels: the stride of the embedding and of the residual stream.</summary>
    public int Width { get; }

    /// <summary>Size of all weights as packed.</summary>
    public long Floats => _packer.Floats;

    public IReadOnlyList<PackedLayer> Layers => _layers;

    public PackedMatrix Head { get; private set; }

    public float* FinalNorm => (float*)_finalNorm;

    /// <summary><c>[vocab, Width]</c></summary>
    public float* Embedding => (float*)_embedding;

    public int RoundUp(int n) => _packer.RoundUp(n);

    /// <exception cref="ArgumentException">A tensor is missing or has another number of values than the configuration says.</exception>
    public void Load(IModelWeights weights)
    {
        int d = _config.HiddenSize;
        long table = (long)_config.VocabSize * d;
        ReadOnlySpan<float> embedding = WeightPacker.Read(weights, "model.embed_tokens.weight", table);
        for (int v = 0; v < _config.VocabSize; v++) embedding.Slice(v * d, d).CopyTo(new Span<float>(Embedding + (long)v * Width, d));
        _packer.Pack(_config.TieWordEmbeddings ? embedding : WeightPacker.Read(weights, "lm_head.weight", table), Head);
        WeightPacker.Copy(weights, "model.norm.weight", _finalNorm, d);

        for (int i = 0; i < _layers.Length; i++)
        {
            string name = $"model.layers.{i}.";
            WeightPacker.Copy(weights, name + "input_layernorm.weight", _layers[i].AttentionNorm, d);
            WeightPacker.Copy(weights, name + "post_attention_layernorm.weight", _layers[i].FeedForwardNorm, d);
            _layers[i].Attention.Load(weights, name + "self_attn.", _packer);
            _layers[i].FeedForward.Load(weights, name + "mlp.", _packer);
        }
    }

    public void Dispose() => _packer.Dispose();

    private void Place()
    {
        _finalNorm = _packer.ReserveRow(_config.HiddenSize);
        _embedding = _packer.Reserve((long)_config.VocabSize * Width);
        Head = _packer.ReserveMatrix(_config.VocabSize, _config.HiddenSize);
        for (int i = 0; i < _layers.Length; i++)
        {
            _layers[i] = new PackedLayer(
                _packer.ReserveRow(_config.HiddenSize),
                _packer.ReserveRow(_config.HiddenSize),
                _config.LatentAttention is { } latent ? new PackedLatentAttention(_config, latent, _packer) : new PackedGroupedQueries(_config, _packer),
                _config.Experts is { } experts && i >= experts.FirstDenseLayers
                    ? new PackedExperts(_config, experts, _packer)
                    : new PackedGated(_config.HiddenSize, _config.IntermediateSize, _packer));
        }
    }
}
