using System.Text.Json;
using Aha.Models;
using Aha.Tests.Models;

namespace Aha.Tests.Generation;

/// <summary>Weights in plain arrays: random ones, or a golden checkpoint's.</summary>
internal sealed class TestModel(ModelConfig config, Dictionary<string, float[]> tensors) : IModelWeights
{
    public static readonly ModelConfig Tiny = new()
    {
        VocabSize = 40, HiddenSize = 32, IntermediateSize = 48, NumHiddenLayers = 2, NumAttentionHeads = 2, NumKeyValueHeads = 1, HeadDim = 16,
        MaxPositionEmbeddings = 128,
    };

    public ModelConfig Config => config;

    public Dictionary<string, float[]> Tensors => tensors;

    public ReadOnlySpan<float> Read(string name) => tensors[name];

    /// <summary>DeepSeek-V3's shape, no size a multiple of a vector: compressed queries, a dense layer, then experts in groups.</summary>
    public static readonly ModelConfig Latent = new()
    {
        ModelType = "deepseek_v3", VocabSize = 37, HiddenSize = 21, IntermediateSize = 29, NumHiddenLayers = 3, NumAttentionHeads = 3, NumKeyValueHeads = 3,
        HeadDim = 6, MaxPositionEmbeddings = 128, TieWordEmbeddings = false, AttentionBias = false,
        LatentAttention = new(QueryRank: 11, KeyValueRank: 13, PlainHeadDim: 7, ValueHeadDim: 9),
        Experts = new(Routed: 6, Shared: 2, PerToken: 3, IntermediateSize: 10, FirstDenseLayers: 1, Groups: 3, GroupsPerToken: 2, ScalingFactor: 2.5),
    };

    /// <summary>Large enough weights that logits spread over several units and attention is far from uniform.</summary>
    public static TestModel Random(ModelConfig c, int seed = 1)
    {
        var random = new Random(seed);
        var tensors = new Dictionary<string, float[]>();
        int d = c.HiddenSize, heads = c.NumAttentionHeads;
        // Wide rows would give logits of hundreds, which fp32 resolves to no better than 1e-5 of them.
        double spread = Math.Min(0.6, 3.4 / Math.Sqrt(d));
        Add("model.embed_tokens.weight", c.VocabSize * d, spread);
        if (!c.TieWordEmbeddings) Add("lm_head.weight", c.VocabSize * d, spread);
        Norm("model.norm", d);
        for (int i = 0; i < c.NumHiddenLayers + c.NextTokenPredictors; i++)
        {
            string layer = $"model.layers.{i}.";
            Norm(layer + "input_layernorm", d);
            Norm(layer + "post_attention_layernorm", d);
            if (c.LatentAttention is { } latent) AddLatent(layer + "self_attn.", latent);
            else AddGrouped(layer + "self_attn.");
            if (c.Experts is { } experts && i >= experts.FirstDenseLayers) AddExperts(layer + "mlp.", experts);
            else AddGated(layer + "mlp.", c.IntermediateSize);
            if (i < c.NumHiddenLayers) continue;
            foreach (string norm in new[] { "enorm", "hnorm", "shared_head.norm" }) Norm(layer + norm, d);
            Matrix(layer + "eh_proj", d, 2 * d, 2);
        }

        return new TestModel(c, tensors);

        void AddGrouped(string prefix)
        {
            int q = heads * c.HeadDim, kv = c.NumKeyValueHeads * c.HeadDim;
            foreach (var (name, outputs) in new[] { ("q", q), ("k", kv), ("v", kv) })
            {
                Matrix(prefix + name + "_proj", outputs, d, 2);
                if (c.AttentionBias) Add(prefix + name + "_proj.bias", outputs, 0.5);
            }

            Matrix(prefix + "o_proj", d, q, 1.5);
            if (!c.QueryKeyNorm) return;
            Norm(prefix + "q_norm", c.HeadDim);
            Norm(prefix + "k_norm", c.HeadDim);
        }

        void AddLatent(string prefix, LatentAttentionConfig latent)
        {
            int key = latent.PlainHeadDim + c.HeadDim;
            if (latent.QueryRank is int rank)
            {
                Matrix(prefix + "q_a_proj", rank, d, 2);
                Norm(prefix + "q_a_layernorm", rank);
                Matrix(prefix + "q_b_proj", heads * key, rank, 2);
            }
            else
            {
                Matrix(prefix + "q_proj", heads * key, d, 2);
            }

            Matrix(prefix + "kv_a_proj_with_mqa", latent.KeyValueRank + c.HeadDim, d, 2);
            Norm(prefix + "kv_a_layernorm", latent.KeyValueRank);
            Matrix(prefix + "kv_b_proj", heads * (latent.PlainHeadDim + latent.ValueHeadDim), latent.KeyValueRank, 2);
            Matrix(prefix + "o_proj", d, heads * latent.ValueHeadDim, 1.5);
        }

        void AddExperts(string prefix, ExpertsConfig experts)
        {
            Matrix(prefix + "gate", experts.Routed, d, 2);
            Add(prefix + "gate.e_score_correction_bias", experts.Routed, 0.3);
            for (int e = 0; e < experts.Routed; e++) AddGated($"{prefix}experts.{e}.", experts.IntermediateSize);
            if (experts.Shared > 0) AddGated(prefix + "shared_experts.", experts.Shared * experts.IntermediateSize);
        }

        void AddGated(string prefix, int f)
        {
            Matrix(prefix + "gate_proj", f, d, 2);
            Matrix(prefix + "up_proj", f, d, 2);
            Matrix(prefix + "down_proj", d, f, 1.5);
        }

        void Matrix(string name, int outputs, int inputs, double gain) => Add(name + ".weight", outputs * inputs, gain / Math.Sqrt(inputs));

        void Norm(string name, int width) => Add(name + ".weight", width, 0.3, 1);

        void Add(string name, int count, double scale, double mean = 0)
        {
            var values = new float[count];
            for (int i = 0; i < count; i++) values[i] = (float)(mean + scale * (random.NextDouble() + random.NextDouble() - 1));
            tensors[name] = values;
        }
    }

    /// <summary>A golden checkpoint's weights and the values computed from them.</summary>
    public static (TestModel Model, JsonElement Golden) LoadGolden(string name)
    {
        string folder = GoldenModel.Read(name).Folder;
        using CausalLanguageModel model = CausalLanguageModel.Load(folder);
        var golden = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "golden.json"))).RootElement;
        return (new TestModel(model.Config, model.Layout.ToDictionary(slice => slice.Name, slice => model.Read(slice.Name).ToArray())), golden);
    }
}
