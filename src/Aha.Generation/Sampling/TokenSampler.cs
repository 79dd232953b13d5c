using System.Runtime.CompilerServices;
using Aha.Generation.Kernels;
using Aha.Generation.Memory;

namespace Aha.Generation.Sampling;

/// <summary>Draws tokens from rows of logits; holds one thread's scratch.</summary>
internal sealed unsafe class TokenSampler<TSimd, TVector>(int vocabSize) : IDisposable
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    private readonly NativeBuffer<float> _weights = new(Lanes.RoundUp(vocabSize));
    private readonly NativeBuffer<ulong> _order = new(vocabSize);

    /// <summary>
    /// Temperature, then the k most likely, then the smallest set of them that holds top-p of their mass, then all at least min-p times as
    /// likely as the first; one draw from what is left.
    /// </summary>
    /// <param name="logits"><c>[vocabSize rounded up to 16]</c></param>
    /// <param name="options">Validated.</param>
    /// <param name="uniform">In [0, 1).</param>
    /// <param name="logProb">
    /// Natural log of the token's probability in the distribution drawn from (after temperature and truncation, renormalised). Greedy
    /// decoding draws from no distribution: there it is the model's own, at temperature 1.
    /// </param>
    /// <exception cref="InvalidOperationException">The logits are not finite.</exception>
    public int Sample(float* logits, SamplingOptions options, double uniform, out float logProb)
    {
        float max = Max(logits);
        bool greedy = options.Temperature == 0;
        float inverse = greedy ? 1f : 1f / options.Temperature;
        double total = Exponentials(logits, max, inverse);
        int token;
        if (greedy)
            token = new ReadOnlySpan<float>(logits, vocabSize).IndexOf(max);
        else if (options.TopK > 0 || options.TopP < 1 || options.MinP > 0)
            token = DrawTruncated(options, uniform, ref total);
        else
            token = Draw(uniform * total);
        logProb = (float)((logits[token] - (double)max) * inverse - Math.Log(total));
        return token;
    }

    /// <summary>Natural log of softmax(logits)[token].</summary>
    public float LogProb(float* logits, int token)
    {
        float max = Max(logits);
        return (float)(logits[token] - (double)max - Math.Log(Exponentials(logits, max, 1f)));
    }

    /// <summary>The most likely tokens at temperature 1, best first, the lower id before its equals; at most the vocabulary.</summary>
    public IReadOnlyList<TokenScore> Top(float* logits, int count)
    {
        float max = Max(logits);
        double logTotal = Math.Log(Exponentials(logits, max, 1f));
        var best = new PriorityQueue<int, (float Logit, int Id)>(Comparer<(float Logit, int Id)>.Create(
            (a, b) => a.Logit != b.Logit ? a.Logit.CompareTo(b.Logit) : b.Id.CompareTo(a.Id)));
        for (int id = 0; id < vocabSize; id++)
        {
            if (best.Count < count) best.Enqueue(id, (logits[id], id));
            else best.EnqueueDequeue(id, (logits[id], id));
        }

        var scores = new TokenScore[best.Count];
        for (int i = scores.Length - 1; i >= 0; i--)
        {
            int id = best.Dequeue();
            scores[i] = new TokenScore(id, (float)(logits[id] - (double)max - logTotal));
        }

        return scores;
    }

    public void Dispose()
    {
        _weights.Dispose();
        _order.Dispose();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private float Max(float* logits)
    {
        TVector max = TSimd.Broadcast(float.NegativeInfinity), zero = TSimd.Broadcast(0f), poison = zero;
        int i = 0;
        for (; i + Lanes.Count <= vocabSize; i += Lanes.Count)
        {
            TVector v = TSimd.Load(logits + i);
            max = TSimd.Max(max, v);
            poison = TSimd.MultiplyAdd(v, zero, poison);
        }

        if (i < vocabSize)
        {
            TVector v = TSimd.Load(logits + i);
            max = TSimd.Max(max, TSimd.KeepFirst(v, vocabSize - i, float.NegativeInfinity));
            poison = TSimd.MultiplyAdd(TSimd.KeepFirst(v, vocabSize - i, 0f), zero, poison);
        }

        // 0 * infinity and 0 * NaN are NaN: one add tells whether any logit was not finite.
        if (TSimd.Sum(poison) != 0)
            throw new InvalidOperationException("The model's logits are not finite: its weights have diverged or were not loaded correctly.");
        return TSimd.MaxAcross(max);
    }

    /// <summary>Fills the weights with e^((logit - max) / temperature) and returns their sum.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double Exponentials(float* logits, float max, float inverse)
    {
        TVector top = TSimd.Broadcast(max), scale = TSimd.Broadcast(inverse);
        float* weights = _weights.Pointer;
        double total = 0;
        for (int i = 0; i < vocabSize; i += Lanes.Count)
        {
            TVector e = Elementwise<TSimd, TVector>.Exp(TSimd.Multiply(TSimd.Subtract(TSimd.Load(logits + i), top), scale));
            if (i + Lanes.Count > vocabSize) e = TSimd.KeepFirst(e, vocabSize - i, 0f);
            TSimd.Store(e, weights + i);
            total += TSimd.Sum(e);
        }

        return total;
    }

    /// <summary>The token whose stretch of the cumulated weights holds the target: whole vectors first, then lanes.</summary>
    private int Draw(double target)
    {
        float* weights = _weights.Pointer;
        int start = 0;
        for (int i = 0; i < vocabSize; i += Lanes.Count)
        {
            double sum = TSimd.Sum(TSimd.Load(weights + i));
            start = i;
            if (target < sum) break;
            if (i + Lanes.Count < vocabSize) target -= sum;
        }

        // Lanes cumulate in another order than the tree summed them: rounding may carry the target past the end.
        int last = -1;
        for (int i = start; i < Math.Min(start + Lanes.Count, vocabSize); i++)
        {
            if (weights[i] == 0) continue;
            last = i;
            target -= weights[i];
            if (target < 0) break;
        }

        if (last >= 0) return last;
        for (last = vocabSize - 1; weights[last] == 0;) last--;
        return last;
    }

    private int DrawTruncated(SamplingOptions options, double uniform, ref double total)
    {
        float* weights = _weights.Pointer;
        // Non-negative floats order like their bits; the complement of the index puts the lower id first among equals.
        var order = new Span<ulong>(_order.Pointer, vocabSize);
        for (int i = 0; i < vocabSize; i++) order[i] = ((ulong)~BitConverter.SingleToUInt32Bits(weights[i]) << 32) | (uint)i;
        order.Sort();

        int kept = options.TopK > 0 ? Math.Min(options.TopK, vocabSize) : vocabSize;
        double mass = 0;
        for (int i = 0; i < kept; i++) mass += weights[(uint)order[i]];
        if (options.TopP < 1)
        {
            double wanted = options.TopP * mass, cumulated = 0;
            int n = 0;
            while (n < kept && (n == 0 || cumulated < wanted)) cumulated += weights[(uint)order[n++]];
            kept = n;
        }

        float least = options.MinP * weights[(uint)order[0]];
        while (kept > 1 && (weights[(uint)order[kept - 1]] < least || weights[(uint)order[kept - 1]] == 0)) kept--;

        total = 0;
        for (int i = 0; i < kept; i++) total += weights[(uint)order[i]];
        double target = uniform * total;
        for (int i = 0; i < kept - 1; i++)
        {
            target -= weights[(uint)order[i]];
            if (target < 0) return (int)(uint)order[i];
        }

        return (int)(uint)order[kept - 1];
    }
}
