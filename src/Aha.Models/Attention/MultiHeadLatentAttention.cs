using Aha.Models.Kernels;
using Aha.Models.Layers;
using Aha.Models.Rotary;
using Aha.Tensors;
using static TorchSharp.torch;

namespace Aha.Models.Attention;

/// <summary>
/// Multi-head latent attention (DeepSeek-V2, arXiv 2405.04434, section 2.1): keys and values are projected from one compressed row each, the
/// rotary part of the key is shared by all heads. Softmax and products of scores are fp32.
/// </summary>
internal sealed class MultiHeadLatentAttention(ModelConfig config, LatentAttentionConfig latent) : IAttention
{
    private const string Query = "self_attn.q_proj.weight";
    private const string QueryDown = "self_attn.q_a_proj.weight";
    private const string QueryNorm = "self_attn.q_a_layernorm.weight";
    private const string QueryUp = "self_attn.q_b_proj.weight";
    private const string KeyValueDown = "self_attn.kv_a_proj_with_mqa.weight";
    private const string KeyValueNorm = "self_attn.kv_a_layernorm.weight";
    private const string KeyValueUp = "self_attn.kv_b_proj.weight";
    private const string Output = "self_attn.o_proj.weight";

    private int HeadDim => latent.PlainHeadDim + config.HeadDim;

    public IEnumerable<ParameterGroup> Parameters
    {
        get
        {
            long d = config.HiddenSize, heads = config.NumAttentionHeads, rank = latent.KeyValueRank;
            if (latent.QueryRank is int queryRank)
            {
                yield return new(QueryDown, queryRank, d);
                yield return new(QueryNorm, queryRank);
                yield return new(QueryUp, heads * HeadDim, queryRank);
            }
            else
            {
                yield return new(Query, heads * HeadDim, d);
            }
            yield return new(KeyValueDown, rank + config.HeadDim, d);
            yield return new(KeyValueNorm, rank);
            yield return new(KeyValueUp, heads * (latent.PlainHeadDim + latent.ValueHeadDim), rank);
            yield return new(Output, d, heads * latent.ValueHeadDim);
        }
    }

    public Tensor Forward(Tensor h, WeightViews weights, ForwardPass pass)
    {
        long plain = latent.PlainHeadDim, turning = config.HeadDim;
        Tensor query = latent.QueryRank is null
            ? nn.functional.linear(h, weights[Query])
            : nn.functional.linear(Norm(nn.functional.linear(h, weights[QueryDown]), weights[QueryNorm], pass.Precision), weights[QueryUp]);
        Tensor[] q = Heads(query, HeadDim, pass).split([plain, turning], -1);

        Tensor[] compressed = nn.functional.linear(h, weights[KeyValueDown]).split([latent.KeyValueRank, turning], -1);
        Tensor[] keyValue = Heads(nn.functional.linear(Norm(compressed[0], weights[KeyValueNorm], pass.Precision), weights[KeyValueUp]), plain + latent.ValueHeadDim, pass)
            .split([plain, latent.ValueHeadDim], -1);
        Tensor sharedKey = Turn(Heads(compressed[1], turning, pass), pass).expand(pass.Batch, config.NumAttentionHeads, pass.Time, turning);

        double scale = RotaryFrequencies.SoftmaxFactor(config) / Math.Sqrt(HeadDim);
        Tensor mixed = TorchDispatcher.ScaledDotProductAttention(
            cat([q[0], Turn(q[1], pass)], -1), cat([keyValue[0], sharedKey], -1), keyValue[1], isCausal: true, scale);
        return nn.functional.linear(pass.Operand(mixed.transpose(1, 2).reshape((long)pass.Batch * pass.Time, -1)), weights[Output]);
    }

    private Tensor Norm(Tensor x, Tensor weight, ComputePrecision precision) =>
        FusedOperators.RmsNorm(x.to(ScalarType.Float32).contiguous(), weight, config.RmsNormEps, precision);

    // Rows [B*T, H*w] to heads [B,H,T,w] fp32.
    private static Tensor Heads(Tensor rows, long width, ForwardPass pass) =>
        rows.reshape(pass.Batch, pass.Time, -1, width).transpose(1, 2).to(ScalarType.Float32);

    // The halves of the result are the turned pairs' first and second parts, in whichever order the pairs were stored: query and key alike, so
    // that their products are the same.
    private Tensor Turn(Tensor x, ForwardPass pass)
    {
        long half = config.HeadDim / 2;
        long[] rows = x.shape[..^1];
        Tensor pairs = latent.Interleaved ? x.reshape([.. rows, half, 2]).transpose(3, 4) : x.reshape([.. rows, 2, half]);
        Tensor first = pairs.select(3, 0), second = pairs.select(3, 1);
        Tensor cos = pass.Cos.narrow(0, 0, pass.Time), sin = pass.Sin.narrow(0, 0, pass.Time);
        return cat([first.mul(cos).Plus(second.mul(sin).neg()), second.mul(cos).Plus(first.mul(sin))], -1);
    }
}
