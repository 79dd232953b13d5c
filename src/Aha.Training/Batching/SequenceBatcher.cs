using static TorchSharp.torch;

namespace Aha.Training.Batching;

/// <summary>A sampled sequence: a prompt and the completion that is trained on, as token ids.</summary>
/// <param name="Index">The caller's own number for it; comes back in <see cref="MicroBatch.Indices"/>.</param>
public sealed record TrainingSequence(int Index, int[] Prompt, int[] Completion)
{
    public int Length => Prompt.Length + Completion.Length;
}

/// <summary>
/// Sequences of similar length, padded on the right to <see cref="Width"/> tokens.
/// </summary>
public sealed class MicroBatch
{
    internal MicroBatch(IReadOnlyList<TrainingSequence> sequences)
    {
        Sequences = sequences;
        Width = sequences.Max(sequence => sequence.Length);
    }

    public IReadOnlyList<TrainingSequence> Sequences { get; }

    /// <summary>Row b holds the sequence with this number.</summary>
    public IEnumerable<int> Indices => Sequences.Select(sequence => sequence.Index);

    /// <summary>Tokens per row, padding included.</summary>
    public int Width { get; }

    /// <summary>Tokens that are not padding.</summary>
    public long RealTokens => Sequences.Sum(sequence => (long)sequence.Length);

    /// <summary>Completion tokens: the ones the loss looks at.</summary>
    public long CompletionTokens => Sequences.Sum(sequence => (long)sequence.Completion.Length);

    /// <summary>Token ids [B,T], int64; padding has id 0, which no attention of a real token sees.</summary>
    public Tensor Ids()
    {
        var ids = new long[Sequences.Count * Width];
        for (int row = 0; row < Sequences.Count; row++)
        {
            int at = row * Width;
            foreach (int id in Sequences[row].Prompt) ids[at++] = id;
            foreach (int id in Sequences[row].Completion) ids[at++] = id;
        }
        return tensor(ids, [Sequences.Count, Width]);
    }

    /// <summary>[B,T-1] fp32: 1 where the *next* token is one of the completion, so that it aligns with next-token log-probabilities.</summary>
    public Tensor CompletionMask() => Align(sequence => Ones(sequence.Completion.Length));

    /// <summary>[B,T-1] fp32 with one value per completion token, aligned like <see cref="CompletionMask"/>; 0 elsewhere.</summary>
    /// <exception cref="ArgumentException">A sequence got another number of values than it has completion tokens.</exception>
    public Tensor Align(Func<TrainingSequence, float[]> valuesOf)
    {
        var values = new float[Sequences.Count * (Width - 1)];
        for (int row = 0; row < Sequences.Count; row++)
        {
            (int start, int count) = PlaceOf(row);
            float[] own = valuesOf(Sequences[row]);
            if (own.Length != count) throw new ArgumentException($"sequence {Sequences[row].Index}: {own.Length} values for {count} completion tokens", nameof(valuesOf));
            own.CopyTo(values, start);
        }
        return tensor(values, [Sequences.Count, Width - 1]);
    }

    /// <summary>The inverse of <see cref="Align"/>: each sequence's values out of <c>[B,T-1]</c> fp32.</summary>
    public IEnumerable<(TrainingSequence Sequence, float[] Values)> Collect(Tensor aligned)
    {
        float[] values = aligned.detach().contiguous().data<float>().ToArray();
        return Sequences.Select((sequence, row) =>
        {
            (int start, int count) = PlaceOf(row);
            return (sequence, values.AsSpan(start, count).ToArray());
        });
    }

    /// <summary>Where a row's completion tokens lie in <c>[B,T-1]</c>: the value of token t stands at t-1.</summary>
    internal (int Start, int Count) PlaceOf(int row) => (row * (Width - 1) + Sequences[row].Prompt.Length - 1, Sequences[row].Completion.Length);

    /// <summary>[B] fp32, one value per sequence.</summary>
    public Tensor PerSequence(Func<TrainingSequence, double> valueOf) => tensor(Sequences.Select(sequence => (float)valueOf(sequence)).ToArray());

    private static float[] Ones(int count)
    {
        var ones = new float[count];
        Array.Fill(ones, 1f);
        return ones;
    }
}

/// <summary>Cuts ragged sequences into micro-batches with little padding.</summary>
public static class SequenceBatcher
{
    // What one more micro-batch costs beside its tokens (casting the weights, starting the operators), in tokens.
    private const long CostOfABatch = 128;

    /// <summary>
    /// Sorts by length and cuts into micro-batches of at most <paramref name="maxTokens"/> tokens, padding included, such that padding and number of
    /// micro-batches together cost least; a sequence longer than the limit gets a micro-batch of its own. Longest first: what does not fit into
    /// memory fails at the start of a step.
    /// </summary>
    /// <exception cref="ArgumentException">A sequence without a prompt: its first token has no distribution.</exception>
    public static IReadOnlyList<MicroBatch> Cut(IEnumerable<TrainingSequence> sequences, int maxTokens)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxTokens);
        List<TrainingSequence> sorted = Sorted(sequences);
        // cost[i]: cheapest way to cut the first i sequences; the last micro-batch then begins at begin[i].
        var cost = new long[sorted.Count + 1];
        var begin = new int[sorted.Count + 1];
        for (int end = 1; end <= sorted.Count; end++)
        {
            cost[end] = long.MaxValue;
            for (int start = end - 1; start >= 0; start--)
            {
                long tokens = (long)sorted[start].Length * (end - start);
                if (tokens > maxTokens && start < end - 1) break;
                long total = cost[start] + tokens + CostOfABatch;
                if (total < cost[end]) (cost[end], begin[end]) = (total, start);
            }
        }
        var batches = new List<MicroBatch>();
        for (int end = sorted.Count; end > 0; end = begin[end]) batches.Add(new MicroBatch(sorted.GetRange(begin[end], end - begin[end])));
        batches.Reverse();
        return batches;
    }

    /// <summary>
    /// Sorts by length and fills micro-batches up to <paramref name="maxTokens"/> tokens, padding not counted: for those who compute none. A longer
    /// sequence gets a micro-batch of its own.
    /// </summary>
    /// <exception cref="ArgumentException">A sequence without a prompt: its first token has no distribution.</exception>
    public static IReadOnlyList<MicroBatch> Fill(IEnumerable<TrainingSequence> sequences, int maxTokens)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxTokens);
        var batches = new List<MicroBatch>();
        var open = new List<TrainingSequence>();
        long tokens = 0;
        foreach (TrainingSequence sequence in Sorted(sequences))
        {
            if (open.Count > 0 && tokens + sequence.Length > maxTokens)
            {
                batches.Add(new MicroBatch(open));
                (open, tokens) = ([], 0);
            }

            open.Add(sequence);
            tokens += sequence.Length;
        }

        if (open.Count > 0) batches.Add(new MicroBatch(open));
        return batches;
    }

    // Index breaks ties: the cut must not depend on the order of arrival.
    private static List<TrainingSequence> Sorted(IEnumerable<TrainingSequence> sequences)
    {
        List<TrainingSequence> sorted = [.. sequences.OrderByDescending(sequence => sequence.Length).ThenBy(sequence => sequence.Index)];
        if (sorted.Find(sequence => sequence.Prompt.Length == 0) is TrainingSequence bare)
            throw new ArgumentException($"sequence {bare.Index} has no prompt token", nameof(sequences));
        return sorted;
    }
}
