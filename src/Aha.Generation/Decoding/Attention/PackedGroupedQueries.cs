using Aha.Models;

namespace Aha.Generation.Decoding.Attention;

/// <summary>Grouped-query attention: q, k and v as one matrix; biases that are zero where the model has none; norms of heads where it has them.</summary>
internal sealed unsafe class PackedGroupedQueries : PackedAttention
{
    private readonly ModelConfig _config;
    private readonly int _q, _kv;
    private readonly nint _bias, _queryNorm, _keyNorm;

    public PackedGroupedQueries(ModelConfig config, WeightPacker packer)
    {
        _config = config;
        _q = config.NumAttentionHeads * config.HeadDim;
        _kv = config.NumKeyValueHeads * config.HeadDim;
        _bias = packer.ReserveRow(_q + 2 * _kv);
        Projection = packer.ReserveMatrix(_q + 2 * _kv, config.HiddenSize);
        Output = packer.ReserveMatrix(config.HiddenSize, _q);
        if (!config.QueryKeyNorm) return;
        _queryNorm = packer.ReserveRow(config.HeadDim);
        _keyNorm = packer.ReserveRow(config.HeadDim);
    }

    public PackedMatrix Projection { get; }

    public PackedMatrix Output { get; }

    public float* Bias => (float*)_bias;

    public float* QueryNorm => (float*)_queryNorm;

    public float* KeyNorm => (float*)_keyNorm;

    public override void Load(IModelWeights weights, string prefix, WeightPacker packer)
    {
        int d = _config.HiddenSize;
        packer.Pack(WeightPacker.Read(weights, prefix + "q_proj.weight", (long)_q * d), Projection);
        packer.Pack(WeightPacker.Read(weights, prefix + "k_proj.weight", (long)_kv * d), Projection, _q);
        packer.Pack(WeightPacker.Read(weights, prefix + "v_proj.weight", (long)_kv * d), Projection, _q + _kv);
        packer.Pack(WeightPacker.Read(weights, prefix + "o_proj.weight", (long)d * _q), Output);
        if (_config.AttentionBias)
        {
            WeightPacker.Copy(weights, prefix + "q_proj.bias", (nint)Bias, _q);
            WeightPacker.Copy(weights, prefix + "k_proj.bias", (nint)(Bias + _q), _kv);
            WeightPacker.Copy(weights, prefix + "v_proj.bias", (nint)(Bias + _q + _kv), _kv);
        }

        if (!_config.QueryKeyNorm) return;
        WeightPacker.Copy(weights, prefix + "q_norm.weight", _queryNorm, _config.HeadDim);
        WeightPacker.Copy(weights, prefix + "k_norm.weight", _keyNorm, _config.HeadDim);
    }
}
