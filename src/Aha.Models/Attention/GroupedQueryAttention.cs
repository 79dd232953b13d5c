using Aha.Models.Kernels;
using Aha.Models.Layers;
using Aha.Tensors;
using static TorchSharp.torch;

namespace Aha.Models.Attention;

/// <summary>
/// Query heads that share key and value heads in groups (Ainslie et al., arXiv 2305.13245), with biases (Qwen2) or norms on every head's query and key
/// (Qwen3) where the configuration has them.
/// </summary>
internal sealed class GroupedQueryAttention(ModelConfig config) : IAttention
{
    private const string Projection = "self_attn.qkv_proj.weight";
    private const string Bias = "self_attn.qkv_proj.bias";
    private const string QueryNorm = "self_attn.q_norm.weight";
    private const string KeyNorm = "self_attn.k_norm.weight";
    private const string Output = "self_attn.o_proj.weight";

    public IEnumerable<ParameterGroup> Parameters
    {
        get
        {
            long d = config.HiddenSize, q = (long)config.NumAttentionHeads * config.HeadDim, kv = (long)config.NumKeyValueHeads * config.HeadDim;
            yield return new(Projection, [("self_attn.q_proj.weight", [q, d]), ("self_attn.k_proj.weight", [kv, d]), ("self_attn.v_proj.weight", [kv, d])]);
            yield return new(Output, d, q);
            if (config.AttentionBias)
                yield return new(Bias, [("self_attn.q_proj.bias", [q]), ("self_attn.k_proj.bias", [kv]), ("self_attn.v_proj.bias", [kv])]);
            if (!config.QueryKeyNorm) yield break;
            yield return new(QueryNorm, config.HeadDim);
            yield return new(KeyNorm, config.HeadDim);
        }
    }

    public Tensor Forward(Tensor h, WeightViews weights, ForwardPass pass)
    {
        var shape = new AttentionShape(pass.Batch, pass.Time, config.NumAttentionHeads, config.NumKeyValueHeads, config.HeadDim);
        Tensor qkv = nn.functional.linear(h, weights[Projection]);
        if (config.QueryKeyNorm) qkv = NormaliseHeads(qkv, weights, pass.Precision);
        Tensor mixed = FusedOperators.Attention(qkv, config.AttentionBias ? weights[Bias] : null, pass.Cos, pass.Sin, shape);
        return nn.functional.linear(mixed, weights[Output]);
    }

    private Tensor NormaliseHeads(Tensor qkv, WeightViews weights, ComputePrecision precision)
    {
        long rows = qkv.shape[0], heads = config.NumAttentionHeads, keyHeads = config.NumKeyValueHeads;
        Tensor Norm(Tensor x, string weight) =>
            FusedOperators.RmsNorm(x.reshape(-1, config.HeadDim).to(ScalarType.Float32), weights[weight], config.RmsNormEps, precision).view(rows, -1);

        Tensor[] parts = qkv.split([heads * config.HeadDim, keyHeads * config.HeadDim, keyHeads * config.HeadDim], 1);
        return cat([Norm(parts[0], QueryNorm), Norm(parts[1], KeyNorm), parts[2]], 1);
    }
}
