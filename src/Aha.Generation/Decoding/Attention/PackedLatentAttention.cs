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
    private readonly string _prefix;
    private readonly nint _queryNorm, _keyValueNorm;

    /// <param name="prefix">Of the tensors' names.</param>
    public PackedLatentAttention(ModelConfig config, LatentAttentionConfig latent, string prefix, WeightPacker packer)
    {
        (_config, _latent, _prefix) = (config, latent, prefix);
        int d = config.HiddenSize, heads = config.NumAttentionHeads;
        if (latent.QueryRank is int rank)
        {
            QueryDown = packer.ReserveMatrix(rank, d, prefix + "q_a_proj.weight");
            _queryNorm = packer.ReserveRow(rank);
        }

        Query = packer.ReserveMatrix(heads * (latent.PlainHeadDim + config.HeadDim), latent.QueryRank ?? d, QueryName);
        KeyValueDown = packer.ReserveMatrix(latent.KeyValueRank, d, DownName);
        RotaryKey = packer.ReserveMatrix(config.HeadDim, d, DownName);
        _keyValueNorm = packer.ReserveRow(latent.KeyValueRank);
        KeyValue = packer.ReserveMatrix(heads * (latent.PlainHeadDim + latent.ValueHeadDim), latent.KeyValueRank, prefix + "kv_b_proj.weight");
        Output = packer.ReserveMatrix(d, heads * latent.ValueHeadDim, prefix + "o_proj.weight");
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

    private string QueryName => _prefix + (_latent.QueryRank is null ? "q_proj.weight" : "q_b_proj.weight");

    private string DownName => _prefix + "kv_a_proj_with_mqa.weight";

    public override void Load(IModelWeights weights)
    {
        int d = _config.HiddenSize, heads = _config.NumAttentionHeads, plain = _latent.PlainHeadDim, width = plain + _config.HeadDim, rank = _latent.KeyValueRank;
        if (_latent.QueryRank is int queryRank)
        {
            WeightPacker.Pack(weights, _prefix + "q_a_proj.weight", queryRank, QueryDown);
            WeightPacker.Copy(weights, _prefix + "q_a_layernorm.weight", _queryNorm, queryRank);
        }

        WeightPacker.Pack(
            weights, QueryName, (long)heads * width, Query, 0, heads * width, row => row % width < plain ? row : row - row % width + plain + Half(row % width - plain));
        int down = rank + _config.HeadDim;
        WeightPacker.Pack(weights, DownName, down, KeyValueDown, 0, rank, row => row);
        WeightPacker.Pack(weights, DownName, down, RotaryKey, rank, down, Half);
        WeightPacker.Copy(weights, _prefix + "kv_a_layernorm.weight", _keyValueNorm, rank);
        WeightPacker.Pack(weights, _prefix + "kv_b_proj.weight", (long)heads * (plain + _latent.ValueHeadDim), KeyValue);
        WeightPacker.Pack(weights, _prefix + "o_proj.weight", d, Output);
    }

    // Where a rotary row goes: 2i to i and 2i+1 to i + d/2.
    private int Half(int row) => _latent.Interleaved ? row / 2 + row % 2 * (_config.HeadDim / 2) : row;
}
