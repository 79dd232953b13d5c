using Aha.Models;

namespace Aha.Generation.Decoding.Attention;

/// <summary>
/// Multi-head latent attention. Rotary rows that are stored as neighbouring pairs are packed as halves, in queries and keys alike: their products
/// stay the same, and one kernel turns them all.
/// </summary>
internal sealed unsafe class PackedLatentAttention : PackedAttention
{
    private readonly ModelConfig _config;
    private readonly LatentAttentionConfig _latent;
    private readonly nint _queryNorm, _keyValueNorm;

    public PackedLatentAttention(ModelConfig config, LatentAttentionConfig latent, WeightPacker packer)
    {
        (_config, _latent) = (config, latent);
        int d = config.HiddenSize, heads = config.NumAttentionHeads;
        if (latent.QueryRank is int rank)
        {
            QueryDown = packer.ReserveMatrix(rank, d);
            _queryNorm = packer.ReserveRow(rank);
        }

        Query = packer.ReserveMatrix(heads * (latent.PlainHeadDim + config.HeadDim), latent.QueryRank ?? d);
        KeyValueDown = packer.ReserveMatrix(latent.KeyValueRank, d);
        RotaryKey = packer.ReserveMatrix(config.HeadDim, d);
        _keyValueNorm = packer.ReserveRow(latent.KeyValueRank);
        KeyValue = packer.ReserveMatrix(heads * (latent.PlainHeadDim + latent.ValueHeadDim), latent.KeyValueRank);
        Output = packer.ReserveMatrix(d, heads * latent.ValueHeadDim);
    }

    /// <summary>Where queries are compressed.</summary>
    public PackedMatrix QueryDown { get; }

    /// <summary>To all heads' queries, each a plain and a rotary part; from the compressed query where there is one.</summary>
    public PackedMatrix Query { get; }

    public PackedMatrix KeyValueDown { get; }

    /// <summary>To the rotary key that all heads share.</summary>
    public PackedMatrix RotaryKey { get; }

    /// <summary>To all heads' plain keys and values, head by head.</summary>
    public PackedMatrix KeyValue { get; }

    public PackedMatrix Output { get; }

    public float* QueryNorm => (float*)_queryNorm;

    public float* KeyValueNorm => (float*)_keyValueNorm;

    public override void Load(IModelWeights weights, string prefix, WeightPacker packer)
    {
        int d = _config.HiddenSize, heads = _config.NumAttentionHeads, plain = _latent.PlainHeadDim, width = plain + _config.HeadDim, rank = _latent.KeyValueRank;
        string query = "q_proj.weight";
        if (_latent.QueryRank is int queryRank)
        {
            packer.Pack(WeightPacker.Read(weights, prefix + "q_a_proj.weight", (long)queryRank * d), QueryDown);
            WeightPacker.Copy(weights, prefix + "q_a_layernorm.weight", _queryNorm, queryRank);
            query = "q_b_proj.weight";
        }

        packer.Pack(WeightPacker.Read(weights, prefix + query, (long)heads * width * Query.Depth), Query, row => row % width < plain ? row : row - row % width + plain + Half(row % width - plain));
        ReadOnlySpan<float> down = WeightPacker.Read(weights, prefix + "kv_a_proj_with_mqa.weight", (long)(rank + _config.HeadDim) * d);
        packer.Pack(down[..(rank * d)], KeyValueDown);
        packer.Pack(down[(rank * d)..], RotaryKey, Half);
        WeightPacker.Copy(weights, prefix + "kv_a_layernorm.weight", _keyValueNorm, rank);
        packer.Pack(WeightPacker.Read(weights, prefix + "kv_b_proj.weight", (long)heads * (plain + _latent.ValueHeadDim) * rank), KeyValue);
        packer.Pack(WeightPacker.Read(weights, prefix + "o_proj.weight", (long)d * heads * _latent.ValueHeadDim), Output);
    }

    // Where a rotary row goes: 2i to i and 2i+1 to i + d/2.
    private int Half(int row) => _latent.Interleaved ? row / 2 + row % 2 * (_config.HeadDim / 2) : row;
}
