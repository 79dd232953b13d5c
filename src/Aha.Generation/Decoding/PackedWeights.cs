using Aha.Generation.Decoding.Attention;
using Aha.Generation.Decoding.FeedForward;
using Aha.Models;

namespace Aha.Generation.Decoding;

/// <summary>One layer's packed weights.</summary>
internal sealed record PackedLayer(nint AttentionNorm, nint FeedForwardNorm, PackedAttention Attention, PackedFeedForward FeedForward);

/// <summary>
/// The policy's weights in the kernels' layout, in memory that is allocated once and refilled by every <see cref="Load"/>: in fp32, or as a stored
/// model's file has them.
/// </summary>
internal sealed unsafe class PackedWeights : IDisposable
{
    private readonly ModelConfig _config;
    private readonly WeightPacker _packer;
    private readonly PackedLayer[] _layers;
    private nint _finalNorm;
    private nint _embedding;
    private PackedMatrix _table;

    /// <param name="formatOf">How a tensor's matrix is kept: what is loaded then has to store it so. Null where all are fp32.</param>
    /// <param name="byLibtorch">Whether libtorch multiplies by what is kept in bf16; that is then loaded from fp32.</param>
    /// <param name="allocate">False to learn the size only.</param>
    public PackedWeights(ModelConfig config, int panelWidth, Func<string, StoredFormat>? formatOf = null, bool byLibtorch = false, bool allocate = true)
    {
        _config = config;
        ByLibtorch = byLibtorch;
        _packer = new WeightPacker(panelWidth, formatOf, byLibtorch);
        Width = _packer.RoundUp(config.HiddenSize);
        _layers = new PackedLayer[config.NumHiddenLayers];
        Place();
        if (!allocate) return;
        _packer.Allocate();
        Place();
    }

    /// <summary>Whether libtorch multiplies by what is kept in bf16.</summary>
    public bool ByLibtorch { get; }

    /// <summary>Hidden size rounded up to whole panels: the stride of the embedding and of the residual stream.</summary>
    public int Width { get; }

    /// <summary>Size of all weights as packed.</summary>
    public long Bytes => _packer.Bytes;

    /// <summary>What a step reads of them: all but the table in which tokens are looked up.</summary>
    public long StepBytes { get; private set; }

    /// <summary>See <see cref="WeightPacker.WidestPanel"/>.</summary>
    public long WidestPanel => _packer.WidestPanel;

    public IReadOnlyList<PackedLayer> Layers => _layers;

    public PackedMatrix Head { get; private set; }

    public float* FinalNorm => (float*)_finalNorm;

    public int RoundUp(int n) => _packer.RoundUp(n);

    /// <summary>A token's embedding <c>[Width]</c>, zero behind the hidden size.</summary>
    public void Embed(int token, float* target)
    {
        if (_table.Format == StoredFormat.Float32)
        {
            new ReadOnlySpan<float>((float*)_embedding + (long)token * Width, Width).CopyTo(new Span<float>(target, Width));
            return;
        }

        _table.Read(token, target);
        new Span<float>(target + _config.HiddenSize, Width - _config.HiddenSize).Clear();
    }

    /// <exception cref="ArgumentException">A tensor is missing or has another number of values than the configuration says.</exception>
    public void Load(IModelWeights weights)
    {
        int d = _config.HiddenSize, vocabulary = _config.VocabSize;
        if (_table.Format == StoredFormat.Float32)
        {
            ReadOnlySpan<float> embedding = WeightPacker.Read(weights, EmbeddingName, (long)vocabulary * d);
            for (int v = 0; v < vocabulary; v++) embedding.Slice(v * d, d).CopyTo(new Span<float>((float*)_embedding + (long)v * Width, d));
        }
        else if (!_config.TieWordEmbeddings)
        {
            WeightPacker.Pack(weights, EmbeddingName, vocabulary, _table);
        }

        WeightPacker.Pack(weights, HeadName, vocabulary, Head);
        WeightPacker.Copy(weights, "model.norm.weight", _finalNorm, d);

        for (int i = 0; i < _layers.Length; i++)
        {
            WeightPacker.Copy(weights, Prefix(i) + "input_layernorm.weight", _layers[i].AttentionNorm, d);
            WeightPacker.Copy(weights, Prefix(i) + "post_attention_layernorm.weight", _layers[i].FeedForwardNorm, d);
            _layers[i].Attention.Load(weights);
            _layers[i].FeedForward.Load(weights);
        }
    }

    public void Dispose() => _packer.Dispose();

    private const string EmbeddingName = "model.embed_tokens.weight";

    private string HeadName => _config.TieWordEmbeddings ? EmbeddingName : "lm_head.weight";

    private static string Prefix(int layer) => $"model.layers.{layer}.";

    private void Place()
    {
        int d = _config.HiddenSize;
        _finalNorm = _packer.ReserveRow(d);
        Head = _packer.ReserveMatrix(_config.VocabSize, d, HeadName);
        // Looking a token up in panels is slow beside a row's copy, but costs nothing beside a step of a model that is worth storing in less than fp32.
        long before = _packer.Bytes;
        StoredFormat stored = _packer.FormatOf(d, EmbeddingName);
        if (stored != StoredFormat.Float32) _table = _config.TieWordEmbeddings ? Head : _packer.ReserveMatrix(_config.VocabSize, d, EmbeddingName);
        else _embedding = _packer.Reserve((long)_config.VocabSize * Width);
        long table = _packer.Bytes - before;
        for (int i = 0; i < _layers.Length; i++)
        {
            string attention = Prefix(i) + "self_attn.", feedForward = Prefix(i) + "mlp.";
            _layers[i] = new PackedLayer(
                _packer.ReserveRow(d),
                _packer.ReserveRow(d),
                _config.LatentAttention is { } latent
                    ? new PackedLatentAttention(_config, latent, attention, _packer)
                    : new PackedGroupedQueries(_config, attention, _packer),
                _config.Experts is { } experts && i >= experts.FirstDenseLayers
                    ? new PackedExperts(_config, experts, feedForward, _packer)
                    : new PackedGated(d, _config.IntermediateSize, feedForward, _packer));
        }

        StepBytes = Bytes - table;
    }
}
