using Aha.Models;

namespace Aha.Generation.Decoding.Attention;

/// <summary>Grouped-query attention: q, k and v as one matrix; biases that are zero where the model has none; norms of heads where it has them.</summary>
internal sealed unsafe class PackedGroupedQueries : PackedAttention
{
    private readonly ModelConfig _config;
    private readonly string _prefix;
    private readonly int _q, _kv;
    private readonly nint _bias, _queryNorm, _keyNorm;

    /// <param name="prefix">Of the tensors' names.</param>
    public PackedGroupedQueries(ModelConfig config, string prefix, WeightPacker packer)
    {
        (_config, _prefix) = (config, prefix);
        _q = config.NumAttentionHeads * config.HeadDim;
        _kv = config.NumKeyValueHeads * config.HeadDim;
        _bias = packer.ReserveRow(_q + 2 * _kv);
        Projection = packer.ReserveMatrix(_q + 2 * _kv, config.HiddenSize, Matrix("q"), Matrix("k"), Matrix("v"));
        Output = packer.ReserveMatrix(config.HiddenSize, _q, Matrix("o"));
        if (!config.QueryKeyNorm) return;
        _queryNorm = packer.ReserveRow(config.HeadDim);
        _keyNorm = packer.ReserveRow(config.HeadDim);
    }

    public PackedMatrix Projection { get; }

    public PackedMatrix Output { get; }

    public float* Bias => (float*)_bias;

    public float* QueryNorm => (float*)_queryNorm;

    public float* KeyNorm => (float*)_keyNorm;

    public override void Load(IModelWeights weights)
    {
        WeightPacker.Pack(weights, Matrix("q"), _q, Projection);
        WeightPacker.Pack(weights, Matrix("k"), _kv, Projection, _q);
        WeightPacker.Pack(weights, Matrix("v"), _kv, Projection, _q + _kv);
        WeightPacker.Pack(weights, Matrix("o"), _config.HiddenSize, Output);
        if (_config.AttentionBias)
        {
            WeightPacker.Copy(weights, _prefix + "q_proj.bias", (nint)Bias, _q);
            WeightPacker.Copy(weights, _prefix + "k_proj.bias", (nint)(Bias + _q), _kv);
            WeightPacker.Copy(weights, _prefix + "v_proj.bias", (nint)(Bias + _q + _kv), _kv);
        }

        if (!_config.QueryKeyNorm) return;
        WeightPacker.Copy(weights, _prefix + "q_norm.weight", _queryNorm, _config.HeadDim);
        WeightPacker.Copy(weights, _prefix + "k_norm.weight", _keyNorm, _config.HeadDim);
    }

    private string Matrix(string projection) => $"{_prefix}{projection}_proj.weight";
}
