using Aha.Training.Batching;

namespace Aha.Training.Fused;

/// <summary>Which thread takes which sequences: longest first, each to the thread with the least work so far. A function of the lengths alone.</summary>
internal static class WorkShare
{
    /// <summary>The threads' blocks. Sequences without a completion have nothing to compute.</summary>
    public static IReadOnlyList<TokenBlock>[] Deal(IReadOnlyList<TrainingSequence> sequences, int[] places, DecoderShape shape, int threads, int blockRows)
    {
        var work = new double[threads];
        var shares = new List<(TrainingSequence Sequence, int FirstPlace)>[threads];
        for (int t = 0; t < threads; t++) shares[t] = [];
        foreach (int i in Enumerable.Range(0, sequences.Count).Where(i => sequences[i].Completion.Length > 0).OrderByDescending(i => sequences[i].Length))
        {
            int least = Array.IndexOf(work, work.Min());
            shares[least].Add((sequences[i], places[i]));
            work[least] += shape.Cost(Segment.RowsOf(sequences[i]));
        }

        return [.. shares.Select(share => TokenBlock.Cut(share, blockRows))];
    }
}
