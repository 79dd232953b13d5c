using System.Runtime.CompilerServices;
using Aha.Generation.Kernels;
using Aha.Generation.Memory;

namespace Aha.Training.Fused.Kernels;

/// <summary>How much of the logits exists at a time.</summary>
internal static class OutputHead
{
    // Logits alive at a time: 16 MB, but enough rows that reading the output matrix is not what bounds the product.
    private const int LogitsPerChunk = 4 << 20;

    /// <param name="fewestRows">Rows that are computed together at least.</param>
    public static int RowsAtATime(DecoderShape shape, int fewestRows) => Math.Clamp(LogitsPerChunk / shape.VocabStride, fewestRows, 256);
}

/// <summary>
/// Final norm, output matrix, log-probability and entropy of the rows that have a target. Logits exist for one chunk of rows at a time and are
/// computed again in the backward pass.
/// </summary>
internal sealed unsafe class OutputHead<TSimd, TVector> : IDisposable
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    // In place of the padding's logits: no probability, yet finite, so that 0 times it is 0.
    private const float Never = -1e30f;

    private readonly DecoderShape _shape;
    private readonly int _chunk;
    private readonly NativeBuffer<float> _memory;
    private readonly float* _normed;
    private readonly float* _dNormed;
    private readonly float* _logits;

    /// <param name="fewestRows">Rows that are computed together at least.</param>
    public OutputHead(DecoderShape shape, int fewestRows)
    {
        _shape = shape;
        _chunk = OutputHead.RowsAtATime(shape, fewestRows);
        _memory = new NativeBuffer<float>((long)_chunk * (2 * shape.HiddenStride + shape.VocabStride));
        _normed = _memory.Pointer;
        _dNormed = _normed + (long)_chunk * shape.HiddenStride;
        _logits = _dNormed + (long)_chunk * shape.HiddenStride;
    }

    public long Bytes => _memory.Bytes;

    /// <summary>Log-probabilities and entropies (nats) of the targets, each at its own place of the outputs.</summary>
    /// <param name="hidden">The residual stream after the last layer <c>[rows, HiddenStride]</c>.</param>
    /// <param name="weights">Final norm and output matrix.</param>
    /// <param name="targets">Which rows, ids and places.</param>
    /// <param name="logSums">Written for the backward pass: logarithm of each target row's sum of exponentials.</param>
    public void Forward(float* hidden, DecoderWeights weights, TargetList targets, float inverseTemperature, float* logSums, float* logProbs, float* entropies, ProductScratch scratch)
    {
        for (int first = 0; first < targets.Count; first += _chunk)
        {
            int count = Math.Min(_chunk, targets.Count - first);
            Logits(hidden, weights, targets, first, count, scratch);
            for (int i = 0; i < count; i++)
            {
                int place = targets.Places[first + i];
                float* row = _logits + (nint)i * _shape.VocabStride;
                logSums[first + i] = LogSum(row, inverseTemperature, out entropies[place]);
                logProbs[place] = row[targets.Ids[first + i]] - logSums[first + i];
            }
        }
    }

    /// <summary>
    /// d log p_y / dz = [y] - p and dH / dz = -p (log p + H), through output matrix and norm: adds to dHidden and to the gradients.
    /// </summary>
    public void Backward(
        float* hidden, DecoderWeights weights, GradientBuffer gradients, TargetList targets, float inverseTemperature, float* logSums,
        float* entropies, float* dLogProbs, float* dEntropies, float* dHidden, ProductScratch scratch)
    {
        int d = _shape.HiddenStride;
        for (int first = 0; first < targets.Count; first += _chunk)
        {
            int count = Math.Min(_chunk, targets.Count - first);
            Logits(hidden, weights, targets, first, count, scratch);
            for (int i = 0; i < count; i++)
            {
                int place = targets.Places[first + i];
                float* row = _logits + (nint)i * _shape.VocabStride;
                float dEntropy = dEntropies is null ? 0 : dEntropies[place];
                LogitGradients(row, inverseTemperature, logSums[first + i], entropies[place], dLogProbs[place], dEntropy);
                row[targets.Ids[first + i]] += dLogProbs[place] * inverseTemperature;
            }

            using (OutputGradient dLogits = weights.Head.Prepare(_logits, _shape.VocabStride, count, scratch))
            {
                weights.Head.Backward(dLogits, _dNormed, d, scratch);
                weights.Head.AddGradient(dLogits, _normed, d, gradients.Head, scratch);
            }

            for (int i = 0; i < count; i++)
            {
                nint row = (nint)targets.Rows[first + i] * d;
                Normalisation<TSimd, TVector>.BackwardRow(
                    hidden + row, weights.FinalNorm, _dNormed + (nint)i * d, dHidden + row, gradients.FinalNorm, _shape.Hidden, d, _shape.Epsilon);
            }
        }
    }

    public void Dispose() => _memory.Dispose();

    private void Logits(float* hidden, DecoderWeights weights, TargetList targets, int first, int count, ProductScratch scratch)
    {
        int d = _shape.HiddenStride;
        for (int i = 0; i < count; i++)
        {
            Normalisation<TSimd, TVector>.Forward(
                hidden + (nint)targets.Rows[first + i] * d, weights.FinalNorm, _normed + (nint)i * d, 1, _shape.Hidden, d, _shape.Epsilon);
        }

        weights.Head.Forward(_normed, d, count, _logits, _shape.VocabStride, null, 0, scratch);
    }

    /// <summary>Scales the logits by the temperature, in place; returns the logarithm of their sum of exponentials.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private float LogSum(float* logits, float inverseTemperature, out float entropy)
    {
        int last = _shape.VocabStride - Lanes.Count;
        TVector scale = TSimd.Broadcast(inverseTemperature), top = TSimd.Broadcast(Never);
        for (int i = 0; i <= last; i += Lanes.Count)
        {
            TVector z = TSimd.Multiply(TSimd.Load(logits + i), scale);
            if (i == last) z = TSimd.KeepFirst(z, _shape.Vocab - last, Never);
            TSimd.Store(z, logits + i);
            top = TSimd.Max(top, z);
        }

        float max = TSimd.MaxAcross(top);
        TVector shift = TSimd.Broadcast(max), sum = TSimd.Broadcast(0f), weighted = sum;
        for (int i = 0; i <= last; i += Lanes.Count)
        {
            TVector z = TSimd.Subtract(TSimd.Load(logits + i), shift);
            TVector p = Elementwise<TSimd, TVector>.Exp(z);
            sum = TSimd.Add(sum, p);
            weighted = TSimd.MultiplyAdd(p, z, weighted);
        }

        // H = -sum p (z - max - log sum) with p = e / sum.
        float total = TSimd.Sum(sum), logTotal = MathF.Log(total);
        entropy = logTotal - TSimd.Sum(weighted) / total;
        return max + logTotal;
    }

    /// <summary>Raw logits become the gradient's part -p (dlogp + dH (log p + H)), divided by the temperature; zeros in the padding.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void LogitGradients(float* logits, float inverseTemperature, float logSum, float entropy, float dLogProb, float dEntropy)
    {
        int last = _shape.VocabStride - Lanes.Count;
        TVector scale = TSimd.Broadcast(inverseTemperature), shift = TSimd.Broadcast(logSum);
        TVector constant = TSimd.Broadcast(-inverseTemperature * (dLogProb + dEntropy * entropy)), slope = TSimd.Broadcast(-inverseTemperature * dEntropy);
        for (int i = 0; i <= last; i += Lanes.Count)
        {
            TVector logP = TSimd.Subtract(TSimd.Multiply(TSimd.Load(logits + i), scale), shift);
            if (i == last) logP = TSimd.KeepFirst(logP, _shape.Vocab - last, Never);
            TSimd.Store(TSimd.Multiply(Elementwise<TSimd, TVector>.Exp(logP), TSimd.MultiplyAdd(slope, logP, constant)), logits + i);
        }
    }
}
