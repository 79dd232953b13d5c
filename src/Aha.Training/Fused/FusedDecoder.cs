using System.Runtime.Intrinsics;
using Aha.Generation;
using Aha.Generation.Decoding;
using Aha.Generation.Kernels;
using Aha.Models;
using Aha.Tensors;
using Aha.Training.Batching;
using Aha.Training.Fused.Kernels;
using static TorchSharp.torch;

namespace Aha.Training.Fused;

/// <summary>
/// Forward and backward pass of the decoder on the CPU, written out by hand in vector kernels: no graph, no padding, no call per operator. Matrices are multiplied by fp32 kernels of
/// our own or, asked to, by libtorch in bf16 (<see cref="BFloat16Weight"/>).
/// Sequences are dealt to threads by length; a thread takes its share through all layers in memory of its own and waits for no other. For a
/// number of threads the results are the same to the bit in every run and, in fp32, with every kernel set.
/// </summary>
/// <remarks>Not for use by several threads at once. Memory grows to the largest batch seen and is given back by <see cref="Dispose"/>.</remarks>
public sealed unsafe class FusedDecoder : IDisposable
{
    private readonly CausalLanguageModel _model;
    private readonly DecoderShape _shape;
    private readonly RopeTable _rope;
    private readonly DecoderWeights _weights;
    private readonly DecoderPass[] _passes;
    private readonly ParallelOptions _parallel;
    private readonly ProductKind _kind;
    private FusedBatch? _kept;
    private bool _disposed;

    /// <param name="model">Read at every <see cref="Forward"/>, its gradient written by <see cref="Backward"/>; not owned.</param>
    /// <param name="threads">At least 1.</param>
    /// <param name="precision">Of the matrix products.</param>
    /// <param name="checkpointing">Keep only each layer's input for the backward pass and compute the rest again: less memory, more work, the same bits.</param>
    /// <exception cref="ArgumentException">The model's shape is not supported, or the kernel set is not available here.</exception>
    public FusedDecoder(CausalLanguageModel model, int threads, KernelSet kernels = KernelSet.Auto, ComputePrecision precision = ComputePrecision.Float32, bool checkpointing = false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        if (!Supports(model.Config, out string? why)) throw new ArgumentException(why, nameof(model));
        _model = model;
        Kernels = new RolloutEngineOptions { Kernels = kernels }.Resolve();
        _shape = new DecoderShape(model.Config);
        _rope = new RopeTable(model.Config);
        _kind = ProductKindOf(precision, Kernels);
        _weights = new DecoderWeights(_shape, _kind);
        _passes = new DecoderPass[threads];
        for (int i = 0; i < threads; i++) _passes[i] = CreatePass(checkpointing);
        _parallel = new ParallelOptions { MaxDegreeOfParallelism = threads };
    }

    /// <summary>The kernel set in use, never <see cref="KernelSet.Auto"/>.</summary>
    public KernelSet Kernels { get; }

    /// <summary>Native memory held, bytes.</summary>
    public long NativeBytes => _weights.Bytes + _passes.Sum(pass => pass.Bytes);

    /// <summary>Native memory for batches of <paramref name="tokens"/> tokens, bytes: weights as they are multiplied, a gradient for each thread, activations, logits.</summary>
    public static long EstimateBytes(ModelConfig config, long tokens, int threads, ComputePrecision precision, bool checkpointing = false)
    {
        var shape = new DecoderShape(config);
        // What a kind keeps does not depend on the kernels.
        ProductKind kind = ProductKindOf(precision, KernelSet.Scalar);
        long weights = (long)ParameterLayout.Count(config) * (kind.WeightBytes + sizeof(float) * threads);
        long layers = checkpointing
            ? tokens * shape.Layers * shape.HiddenStride + Math.Min(tokens, (long)threads * kind.BlockRows) * shape.KeptByLayer
            : tokens * shape.Layers * shape.KeptByLayer;
        long kept = (layers + tokens * shape.HiddenStride) * sizeof(float);
        return weights + kept + (long)shape.VocabStride * kind.LogitBytes * OutputHead.RowsAtATime(shape, kind.HeadRows) * threads;
    }

    /// <summary>Whether this decoder can train a model of a shape.</summary>
    /// <param name="why">If not, one line saying why.</param>
    public static bool Supports(ModelConfig config, out string? why)
    {
        why = config.LatentAttention is not null ? $"{config.ModelType}: the fused decoder has no latent attention"
            : config.Experts is not null ? $"{config.ModelType}: the fused decoder has no experts"
            : config.QueryKeyNorm ? $"{config.ModelType}: the fused decoder has no norms on q and k"
            : config.ScoreHead ? "a reward model has no output matrix"
            : config.HeadDim % 2 != 0 ? $"head_dim {config.HeadDim} is odd; rotary embeddings turn pairs"
            : config.NumAttentionHeads % config.NumKeyValueHeads != 0 ? $"{config.NumKeyValueHeads} key-value heads do not divide {config.NumAttentionHeads} heads"
            : null;
        return why is null;
    }

    /// <summary>
    /// Log-probabilities and entropies of the completion tokens. The sequences are one after another in memory, without padding, and see nothing of
    /// each other. For plain next-token training a window is a sequence with a prompt of one token.
    /// </summary>
    /// <param name="temperature">Logits are divided by it.</param>
    /// <param name="keepForBackward">Keep the activations; an earlier batch can then no longer be passed to <see cref="Backward"/>.</param>
    /// <exception cref="ArgumentException">A sequence has no prompt, is longer than the model's positions, or holds an id outside the vocabulary.</exception>
    public FusedBatch Forward(IReadOnlyList<TrainingSequence> sequences, double temperature = 1, bool keepForBackward = true)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (!(temperature > 0)) throw new ArgumentException($"temperature {temperature} is not positive", nameof(temperature));
        int[] offsets = Offsets(sequences);
        var batch = new FusedBatch(offsets, temperature, WorkShare.Deal(sequences, offsets, _shape, _passes.Length, _kind.BlockRows));
        if (keepForBackward) _kept = batch;
        _rope.EnsurePositions(sequences.Count == 0 ? 0 : sequences.Max(sequence => sequence.Length));
        Parallel.For(0, _weights.Pieces, _parallel, piece => _weights.Pack(_model, piece));
        fixed (float* logProbs = batch.LogProbArray, entropies = batch.EntropyArray, embedding = _model.Read("model.embed_tokens.weight"))
        {
            var outputs = new BatchOutputs((nint)logProbs, (nint)entropies);
            nint table = (nint)embedding;
            ForEachPass(i => _passes[i].Forward(batch.Shares[i], (float*)table, outputs, (float)(1 / temperature), keepForBackward));
        }

        return batch;
    }

    /// <summary>
    /// Adds the gradient of sum(dLogProbs * LogProbs + dEntropies * Entropies) with respect to the weights to the model's <c>Parameters.grad</c>.
    /// The weights must be those of the forward pass still.
    /// </summary>
    /// <param name="batch">The last batch that was kept.</param>
    /// <param name="dLogProbs">One a completion token.</param>
    /// <param name="dEntropies">One a completion token, or empty for zeros.</param>
    /// <exception cref="ArgumentException">Lengths do not fit.</exception>
    /// <exception cref="InvalidOperationException">The batch is not the last one kept.</exception>
    public void Backward(FusedBatch batch, ReadOnlySpan<float> dLogProbs, ReadOnlySpan<float> dEntropies = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (batch != _kept) throw new InvalidOperationException("the activations of this batch are gone: it is not the last that was kept, or was used before");
        int count = batch.LogProbs.Length;
        if (dLogProbs.Length != count) throw new ArgumentException($"{dLogProbs.Length} gradients for {count} log-probabilities", nameof(dLogProbs));
        if (dEntropies.Length != count && !dEntropies.IsEmpty) throw new ArgumentException($"{dEntropies.Length} gradients for {count} entropies", nameof(dEntropies));
        _kept = null;
        fixed (float* logProbs = batch.LogProbArray, entropies = batch.EntropyArray, forLogProbs = dLogProbs, forEntropies = dEntropies)
        {
            var outputs = new BatchOutputs((nint)logProbs, (nint)entropies);
            var gradients = new BatchOutputs((nint)forLogProbs, (nint)forEntropies);
            ForEachPass(i => _passes[i].Backward(batch.Shares[i], outputs, gradients, (float)(1 / batch.Temperature)));
        }

        GradientBuffer[] buffers = [.. _passes.Select(pass => pass.Gradients)];
        using Tensor flat = Gradient();
        nint sum = (nint)TensorMemory.Address(flat);
        Parallel.For(0, _model.Layout.Count, _parallel, i => GradientBuffer.AddTo((float*)sum, _model.Layout[i], buffers));
    }

    public void Dispose()
    {
        _disposed = true;
        foreach (DecoderPass pass in _passes) pass.Dispose();
        _weights.Dispose();
        _rope.Dispose();
    }

    private void ForEachPass(Action<int> run)
    {
        if (!_kind.UsesLibtorch)
        {
            Parallel.For(0, _passes.Length, _parallel, run);
            return;
        }

        SingleThread.Around(before => Parallel.For(0, _passes.Length, _parallel, i => SingleThread.In(before, () => run(i))));
    }

    private Tensor Gradient()
    {
        if (_model.Parameters.grad is null) _model.Parameters.grad = zeros_like(_model.Parameters, requires_grad: false);
        return _model.Parameters.grad!;
    }

    private static ProductKind ProductKindOf(ComputePrecision precision, KernelSet kernels) => precision == ComputePrecision.BFloat16 ? BFloat16Weight.Kind : kernels switch
    {
        KernelSet.Avx512 => PackedWeight<Simd512, Vector512<float>>.Kind,
        KernelSet.Avx2 => PackedWeight<Simd256, Pair256>.Kind,
        _ => PackedWeight<SimdScalar, Lanes16>.Kind,
    };

    private DecoderPass CreatePass(bool checkpointing) => Kernels switch
    {
        KernelSet.Avx512 => new DecoderPass<Simd512, Vector512<float>>(_shape, _weights, _rope, _kind, checkpointing),
        KernelSet.Avx2 => new DecoderPass<Simd256, Pair256>(_shape, _weights, _rope, _kind, checkpointing),
        _ => new DecoderPass<SimdScalar, Lanes16>(_shape, _weights, _rope, _kind, checkpointing),
    };

    private int[] Offsets(IReadOnlyList<TrainingSequence> sequences)
    {
        var offsets = new int[sequences.Count + 1];
        for (int i = 0; i < sequences.Count; i++)
        {
            TrainingSequence sequence = sequences[i];
            if (sequence.Prompt.Length == 0) throw new ArgumentException($"sequence {sequence.Index} has no prompt token", nameof(sequences));
            if (sequence.Length > _shape.Config.MaxPositionEmbeddings)
                throw new ArgumentException($"sequence {sequence.Index} has {sequence.Length} tokens, but the model has {_shape.Config.MaxPositionEmbeddings} positions (max_position_embeddings)", nameof(sequences));
            RequireInVocabulary(sequence.Prompt, sequence.Index);
            RequireInVocabulary(sequence.Completion, sequence.Index);
            offsets[i + 1] = checked(offsets[i] + sequence.Completion.Length);
        }

        return offsets;
    }

    private void RequireInVocabulary(int[] ids, int sequence)
    {
        foreach (int id in ids)
        {
            if ((uint)id >= (uint)_shape.Vocab)
                throw new ArgumentException($"sequence {sequence} holds id {id}; the vocabulary has {_shape.Vocab} ids, from 0", nameof(ids));
        }
    }
}
