using Aha.Generation.Kernels;
using Aha.Models;

namespace Aha.Training.Fused;

/// <summary>A model's widths and what they are padded to: whole vectors of sixteen, so that no kernel has a ragged edge.</summary>
internal sealed class DecoderShape(ModelConfig config)
{
    public ModelConfig Config { get; } = config;

    public int Layers { get; } = config.NumHiddenLayers;

    public int Hidden { get; } = config.HiddenSize;

    public int Inner { get; } = config.IntermediateSize;

    public int Heads { get; } = config.NumAttentionHeads;

    public int KvHeads { get; } = config.NumKeyValueHeads;

    public int HeadDim { get; } = config.HeadDim;

    public int Vocab { get; } = config.VocabSize;

    public float Epsilon { get; } = (float)config.RmsNormEps;

    /// <summary>Query columns of the fused projection; keys follow.</summary>
    public int Q { get; } = config.NumAttentionHeads * config.HeadDim;

    /// <summary>Key columns; as many value columns follow.</summary>
    public int Kv { get; } = config.NumKeyValueHeads * config.HeadDim;

    public int Qkv => Q + 2 * Kv;

    public int HiddenStride => Lanes.RoundUp(Hidden);

    public int InnerStride => Lanes.RoundUp(Inner);

    /// <summary>Gates, then ups, each padded.</summary>
    public int GateUpStride => 2 * InnerStride;

    public int QStride => Lanes.RoundUp(Q);

    public int QkvStride => Lanes.RoundUp(Qkv);

    public int HeadStride => Lanes.RoundUp(HeadDim);

    public int VocabStride => Lanes.RoundUp(Vocab);

    /// <summary>Floats that a layer keeps of a row for the backward pass: residual stream before it and in its middle, queries, keys and values, the heads' outputs, gates and ups.</summary>
    public int KeptByLayer => 2 * HiddenStride + QkvStride + QStride + GateUpStride;

    /// <summary>Rough multiply-adds of a sequence's forward pass: what balances the threads.</summary>
    public double Cost(int tokens) =>
        tokens * (Layers * ((double)Hidden * (Qkv + Q + 3 * Inner) + (double)Q * tokens) + (double)Vocab * Hidden);
}
