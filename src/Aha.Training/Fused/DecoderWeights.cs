using Aha.Generation.Memory;
using Aha.Models;

namespace Aha.Training.Fused;

/// <summary>One layer's weights.</summary>
internal readonly unsafe record struct LayerWeights(
    nint AttentionNormAddress, nint MlpNormAddress, nint QkvBiasAddress, LinearWeight Qkv, LinearWeight Output, LinearWeight GateUp, LinearWeight Down)
{
    public float* AttentionNorm => (float*)AttentionNormAddress;

    public float* MlpNorm => (float*)MlpNormAddress;

    public float* QkvBias => (float*)QkvBiasAddress;
}

/// <summary>
/// The weights as the passes multiply by them: allocated once and refilled whenever they have changed. q, k and v are one matrix, gate and up
/// another. Refilling costs about as much as the passes over one short sequence.
/// </summary>
internal sealed unsafe class DecoderWeights : IDisposable
{
    private readonly DecoderShape _shape;
    private readonly ProductKind _kind;
    private readonly NativeBuffer<float> _buffer;
    private readonly LayerWeights[] _layers;
    private long _used;

    public DecoderWeights(DecoderShape shape, ProductKind kind)
    {
        _shape = shape;
        _kind = kind;
        _layers = new LayerWeights[shape.Layers];
        // Placed twice: first to learn the size, then in the memory.
        Place(0);
        _buffer = new NativeBuffer<float>(_used, 2 << 20);
        _used = 0;
        Place((nint)_buffer.Pointer);
    }

    public ReadOnlySpan<LayerWeights> Layers => _layers;

    /// <summary>The output matrix: the embedding matrix where the two are tied.</summary>
    public LinearWeight Head { get; private set; } = null!;

    public float* FinalNorm { get; private set; }

    public long Bytes => _buffer.Bytes + All().Sum(weight => weight.Bytes);

    /// <summary>Pieces of work that <see cref="Pack(IModelWeights, int)"/> can do side by side.</summary>
    public int Pieces => _shape.Layers + 1;

    /// <summary>Packs one layer, or, as the last piece, head and final norm.</summary>
    public void Pack(IModelWeights weights, int piece)
    {
        DecoderShape s = _shape;
        if (piece == s.Layers)
        {
            Pack(weights, s.Config.TieWordEmbeddings ? "model.embed_tokens.weight" : "lm_head.weight", Head, 0, s.Hidden);
            Copy(weights, "model.norm.weight", FinalNorm);
            return;
        }

        string name = $"model.layers.{piece}.";
        ref readonly LayerWeights layer = ref _layers[piece];
        Copy(weights, name + "input_layernorm.weight", layer.AttentionNorm);
        Copy(weights, name + "post_attention_layernorm.weight", layer.MlpNorm);
        Pack(weights, name + "self_attn.q_proj.weight", layer.Qkv, 0, s.Hidden);
        Pack(weights, name + "self_attn.k_proj.weight", layer.Qkv, s.Q, s.Hidden);
        Pack(weights, name + "self_attn.v_proj.weight", layer.Qkv, s.Q + s.Kv, s.Hidden);
        if (s.Config.AttentionBias)
        {
            Copy(weights, name + "self_attn.q_proj.bias", layer.QkvBias);
            Copy(weights, name + "self_attn.k_proj.bias", layer.QkvBias + s.Q);
            Copy(weights, name + "self_attn.v_proj.bias", layer.QkvBias + s.Q + s.Kv);
        }

        Pack(weights, name + "self_attn.o_proj.weight", layer.Output, 0, s.Q);
        Pack(weights, name + "mlp.gate_proj.weight", layer.GateUp, 0, s.Hidden);
        Pack(weights, name + "mlp.up_proj.weight", layer.GateUp, s.InnerStride, s.Hidden);
        Pack(weights, name + "mlp.down_proj.weight", layer.Down, 0, s.Inner);
    }

    public void Dispose()
    {
        foreach (LinearWeight weight in All()) weight.Dispose();
        _buffer.Dispose();
    }

    private IEnumerable<LinearWeight> All() => _layers.SelectMany(layer => (LinearWeight[])[layer.Qkv, layer.Output, layer.GateUp, layer.Down]).Append(Head);

    private static void Copy(IModelWeights weights, string name, float* to)
    {
        ReadOnlySpan<float> values = weights.Read(name);
        values.CopyTo(new Span<float>(to, values.Length));
    }

    private void Place(nint start)
    {
        DecoderShape s = _shape;
        FinalNorm = (float*)Reserve(start, s.HiddenStride);
        Head = ReserveWeight(start, s.Vocab, s.VocabStride, s.Hidden, s.HiddenStride);
        for (int i = 0; i < _layers.Length; i++)
        {
            _layers[i] = new LayerWeights(
                Reserve(start, s.HiddenStride),
                Reserve(start, s.HiddenStride),
                Reserve(start, s.QkvStride),
                ReserveWeight(start, s.Qkv, s.QkvStride, s.Hidden, s.HiddenStride),
                ReserveWeight(start, s.Hidden, s.HiddenStride, s.Q, s.QStride),
                ReserveWeight(start, s.GateUpStride, s.GateUpStride, s.Hidden, s.HiddenStride),
                ReserveWeight(start, s.Hidden, s.HiddenStride, s.Inner, s.InnerStride));
        }
    }

    private nint Reserve(nint start, long floats)
    {
        nint address = start + (nint)(_used * sizeof(float));
        _used += Arena.RoundUp(floats);
        return address;
    }

    private LinearWeight ReserveWeight(nint start, int outputs, int outputStride, int inputs, int inputStride)
    {
        var shape = new LinearShape(outputs, outputStride, inputs, inputStride);
        nint memory = Reserve(start, _kind.Floats(shape));
        return start == 0 ? null! : _kind.Create(shape, memory);
    }

    private static void Pack(IModelWeights weights, string name, LinearWeight target, int firstOutput, int inputs)
    {
        ReadOnlySpan<float> source = weights.Read(name);
        for (int i = 0, output = firstOutput; i < source.Length; i += inputs, output++) target.Set(output, source.Slice(i, inputs));
    }
}
