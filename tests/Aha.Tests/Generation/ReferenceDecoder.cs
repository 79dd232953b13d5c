using Aha.Models;
using Aha.Models.Rotary;

namespace Aha.Tests.Generation;

/// <summary>The decoder straight from its definition, in double precision: no cache, no batch, every position computed anew.</summary>
internal sealed class ReferenceDecoder(TestModel model)
{
    public int[] Greedy(int[] prompt, int count)
    {
        var ids = prompt.ToList();
        for (int i = 0; i < count; i++)
        {
            double[] logits = Logits([.. ids])[^1];
            ids.Add(Array.IndexOf(logits, logits.Max()));
        }

        return [.. ids.Skip(prompt.Length)];
    }

    /// <summary>log p(ids[t+1] | ids[..t])</summary>
    public double[] LogProbs(int[] ids)
    {
        var logits = Logits(ids[..^1]);
        return [.. logits.Select((row, t) => LogSoftmax(row)[ids[t + 1]])];
    }

    public static double[] LogSoftmax(double[] logits, double temperature = 1)
    {
        double max = logits.Max();
        double log = Math.Log(logits.Sum(l => Math.Exp((l - max) / temperature)));
        return [.. logits.Select(l => (l - max) / temperature - log)];
    }

    /// <summary><c>[ids, vocab]</c></summary>
    public double[][] Logits(int[] ids) => [.. Hidden(ids).Select(Head)];

    /// <summary>After the final norm, <c>[ids, hidden]</c>.</summary>
    public double[][] Hidden(int[] ids)
    {
        double[][] x = [.. ids.Select(Embedding)];
        for (int l = 0; l < model.Config.NumHiddenLayers; l++) Layer(x, l);
        return [.. x.Select(row => RmsNorm(row, "model.norm"))];
    }

    /// <summary>
    /// The first next-token predictor (DeepSeek-V3, section 2.2): row t, for token t + 2, from hidden states and the next tokens' embeddings,
    /// <c>[ids - 1, hidden]</c>.
    /// </summary>
    public double[][] Ahead(int[] ids)
    {
        int layer = model.Config.NumHiddenLayers;
        string prefix = $"model.layers.{layer}.";
        double[][] hidden = Hidden(ids);
        double[][] x = [.. ids.Skip(1).Select((id, t) =>
            Linear([.. RmsNorm(Embedding(id), prefix + "enorm"), .. RmsNorm(hidden[t], prefix + "hnorm")], prefix + "eh_proj"))];
        Layer(x, layer);
        return [.. x.Select(row => RmsNorm(row, prefix + "shared_head.norm"))];
    }

    public double[] Head(double[] hidden) => Linear(hidden, model.Config.TieWordEmbeddings ? "model.embed_tokens" : "lm_head");

    private double[] Embedding(int id) => Row(model.Tensors["model.embed_tokens.weight"], id, model.Config.HiddenSize);

    private void Layer(double[][] x, int index)
    {
        var c = model.Config;
        string layer = $"model.layers.{index}.";
        double[][] n = [.. x.Select(row => RmsNorm(row, layer + "input_layernorm"))];
        double[][] mixed = c.LatentAttention is null ? Grouped(n, layer + "self_attn.") : Latent(n, layer + "self_attn.", c.LatentAttention);
        for (int t = 0; t < x.Length; t++) AddTo(x[t], Linear(mixed[t], layer + "self_attn.o_proj"));
        foreach (double[] row in x)
        {
            double[] m = RmsNorm(row, layer + "post_attention_layernorm");
            AddTo(row, c.Experts is { } experts && index >= experts.FirstDenseLayers ? Experts(m, layer + "mlp.", experts) : Gated(m, layer + "mlp."));
        }
    }

    private double[][] Grouped(double[][] n, string prefix)
    {
        var c = model.Config;
        double[][] q = [.. n.Select((row, t) => Turned(row, prefix + "q", t))], k = [.. n.Select((row, t) => Turned(row, prefix + "k", t))];
        double[][] v = [.. n.Select(row => Linear(row, prefix + "v_proj"))];
        int group = c.NumAttentionHeads / c.NumKeyValueHeads;
        return [.. n.Select((_, t) => Enumerable.Range(0, c.NumAttentionHeads)
            .SelectMany(h => Attend(Part(q[t], h, c.HeadDim), [.. k.Select(row => Part(row, h / group, c.HeadDim))], [.. v.Select(row => Part(row, h / group, c.HeadDim))], t, 1 / Math.Sqrt(c.HeadDim)))
            .ToArray())];
    }

    private double[] Turned(double[] x, string projection, int position)
    {
        double[][] heads = [.. Linear(x, projection + "_proj").Chunk(model.Config.HeadDim)];
        if (model.Config.QueryKeyNorm) heads = [.. heads.Select(head => RmsNorm(head, projection + "_norm"))];
        return [.. heads.SelectMany(head => Rotate(head, position, neighbours: false))];
    }

    private double[][] Latent(double[][] n, string prefix, LatentAttentionConfig latent)
    {
        var c = model.Config;
        int plain = latent.PlainHeadDim, width = plain + c.HeadDim, value = latent.ValueHeadDim;
        var queries = new List<double[][]>();
        var keys = new List<double[][]>();
        var values = new List<double[][]>();
        for (int t = 0; t < n.Length; t++)
        {
            double[] query = latent.QueryRank is null ? Linear(n[t], prefix + "q_proj") : Linear(RmsNorm(Linear(n[t], prefix + "q_a_proj"), prefix + "q_a_layernorm"), prefix + "q_b_proj");
            queries.Add([.. query.Chunk(width).Select(head => (double[])[.. head[..plain], .. Rotate(head[plain..], t, latent.Interleaved)])]);
            double[] down = Linear(n[t], prefix + "kv_a_proj_with_mqa"), rotary = Rotate(down[latent.KeyValueRank..], t, latent.Interleaved);
            double[][] up = [.. Linear(RmsNorm(down[..latent.KeyValueRank], prefix + "kv_a_layernorm"), prefix + "kv_b_proj").Chunk(plain + value)];
            keys.Add([.. up.Select(head => (double[])[.. head[..plain], .. rotary])]);
            values.Add([.. up.Select(head => head[plain..])]);
        }

        double scale = RotaryFrequencies.SoftmaxFactor(c) / Math.Sqrt(width);
        return [.. n.Select((_, t) => Enumerable.Range(0, c.NumAttentionHeads)
            .SelectMany(h => Attend(queries[t][h], [.. keys.Select(heads => heads[h])], [.. values.Select(heads => heads[h])], t, scale)).ToArray())];
    }

    private static double[] Attend(double[] q, double[][] k, double[][] v, int t, double scale)
    {
        double[] p = LogSoftmax([.. Enumerable.Range(0, t + 1).Select(s => q.Zip(k[s], (a, b) => a * b).Sum() * scale)]);
        var result = new double[v[0].Length];
        for (int s = 0; s <= t; s++)
            for (int i = 0; i < result.Length; i++) result[i] += Math.Exp(p[s]) * v[s][i];
        return result;
    }

    private double[] Rotate(double[] x, int position, bool neighbours)
    {
        double[] frequencies = RotaryFrequencies.Of(model.Config);
        double magnitude = RotaryFrequencies.Magnitude(model.Config);
        var y = new double[x.Length];
        for (int i = 0; i < frequencies.Length; i++)
        {
            int a = neighbours ? 2 * i : i, b = neighbours ? 2 * i + 1 : i + frequencies.Length;
            var (sin, cos) = Math.SinCos(position * frequencies[i]);
            y[a] = (x[a] * cos - x[b] * sin) * magnitude;
            y[b] = (x[b] * cos + x[a] * sin) * magnitude;
        }

        return y;
    }

    private double[] Gated(double[] m, string prefix)
    {
        double[] gate = Linear(m, prefix + "gate_proj"), up = Linear(m, prefix + "up_proj");
        return Linear([.. gate.Select((g, i) => g / (1 + Math.Exp(-g)) * up[i])], prefix + "down_proj");
    }

    private double[] Experts(double[] m, string prefix, ExpertsConfig experts)
    {
        double[] scores = [.. Linear(m, prefix + "gate").Select(logit => 1 / (1 + Math.Exp(-logit)))];
        double[] biased = [.. scores.Select((score, e) => score + model.Tensors[prefix + "gate.e_score_correction_bias"][e])];
        int size = experts.Routed / experts.Groups;
        var open = Enumerable.Range(0, experts.Groups).OrderByDescending(g => biased.Skip(g * size).Take(size).OrderDescending().Take(2).Sum()).Take(experts.GroupsPerToken).ToHashSet();
        int[] chosen = [.. Enumerable.Range(0, experts.Routed).Where(e => open.Contains(e / size)).OrderByDescending(e => biased[e]).Take(experts.PerToken)];
        double total = experts.NormaliseWeights ? chosen.Sum(e => scores[e]) : 1;
        double[] result = experts.Shared > 0 ? Gated(m, prefix + "shared_experts.") : new double[m.Length];
        foreach (int e in chosen) AddTo(result, [.. Gated(m, $"{prefix}experts.{e}.").Select(v => v * scores[e] / total * experts.ScalingFactor)]);
        return result;
    }

    private static double[] Part(double[] x, int index, int width) => x[(index * width)..((index + 1) * width)];

    private double[] RmsNorm(double[] x, string name)
    {
        double scale = 1 / Math.Sqrt(x.Sum(v => v * v) / x.Length + model.Config.RmsNormEps);
        var weight = model.Tensors[name + ".weight"];
        return [.. x.Select((v, i) => v * scale * weight[i])];
    }

    private double[] Linear(double[] x, string name)
    {
        var weight = model.Tensors[name + ".weight"];
        var bias = model.Tensors.GetValueOrDefault(name + ".bias");
        var y = new double[weight.Length / x.Length];
        for (int o = 0; o < y.Length; o++)
        {
            double sum = bias?[o] ?? 0;
            for (int i = 0; i < x.Length; i++) sum += (double)weight[o * x.Length + i] * x[i];
            y[o] = sum;
        }

        return y;
    }

    private static double[] Row(float[] matrix, int row, int width) => [.. matrix.Skip(row * width).Take(width).Select(v => (double)v)];

    private static void AddTo(double[] x, double[] y)
    {
        for (int i = 0; i < x.Length; i++) x[i] += y[i];
    }
}
