using System.Buffers;

namespace Aha.Tokenization.Bpe;

/// <summary>
/// Applies merges to one word: always the pair of the lowest rank, of equal ones the leftmost. Short words by looking through all
/// pairs, long ones with a heap of pairs over a linked list, so that the time grows as n log n.
/// </summary>
internal static class WordMerger
{
    private const int ShortWord = 48;

    /// <summary>Merges in place and returns how many tokens are left at the front of <paramref name="ids"/>.</summary>
    public static int Merge(MergeTable merges, Span<int> ids) => ids.Length <= ShortWord ? MergeShort(merges, ids) : MergeLong(merges, ids);

    private static int MergeShort(MergeTable merges, Span<int> ids)
    {
        int count = ids.Length;
        Span<int> ranks = stackalloc int[ShortWord];
        Span<int> merged = stackalloc int[ShortWord];
        for (int i = 0; i + 1 < count; i++)
        {
            ranks[i] = merges.RankOf(ids[i], ids[i + 1], out merged[i]);
        }

        while (count > 1)
        {
            int best = 0;
            for (int i = 1; i < count - 1; i++)
            {
                if (ranks[i] < ranks[best])
                {
                    best = i;
                }
            }

            if (ranks[best] == MergeTable.NoRank)
            {
                break;
            }

            ids[best] = merged[best];
            ids[(best + 2)..count].CopyTo(ids[(best + 1)..]);
            ranks[(best + 1)..(count - 1)].CopyTo(ranks[best..]);
            merged[(best + 1)..(count - 1)].CopyTo(merged[best..]);
            count--;
            if (best + 1 < count)
            {
                ranks[best] = merges.RankOf(ids[best], ids[best + 1], out merged[best]);
            }

            if (best > 0)
            {
                ranks[best - 1] = merges.RankOf(ids[best - 1], ids[best], out merged[best - 1]);
            }
        }

        return count;
    }

    private static int MergeLong(MergeTable merges, Span<int> ids)
    {
        int count = ids.Length;
        int[] links = ArrayPool<int>.Shared.Rent(3 * count);
        Span<int> next = links.AsSpan(0, count), previous = links.AsSpan(count, count), ranks = links.AsSpan(2 * count, count);

        // Rank and place in one number: the heap's order is the order of the merges.
        var heap = new PriorityQueue<int, long>(count);
        for (int i = 0; i < count; i++)
        {
            (next[i], previous[i]) = (i + 1, i - 1);
            ranks[i] = i + 1 < count ? merges.RankOf(ids[i], ids[i + 1], out _) : MergeTable.NoRank;
            if (ranks[i] != MergeTable.NoRank)
            {
                heap.Enqueue(i, Priority(ranks[i], i));
            }
        }

        while (heap.TryDequeue(out int at, out long priority))
        {
            // An entry outlives its pair when a neighbour merged first.
            if (ranks[at] == MergeTable.NoRank || Priority(ranks[at], at) != priority)
            {
                continue;
            }

            int right = next[at];
            merges.RankOf(ids[at], ids[right], out ids[at]);
            ranks[right] = MergeTable.NoRank;
            next[at] = next[right];
            if (next[at] < count)
            {
                previous[next[at]] = at;
            }

            Rank(ids, at, next[at]);
            if (previous[at] >= 0)
            {
                Rank(ids, previous[at], at);
            }
        }

        int left = 0;
        for (int i = 0; i < count; i = next[i])
        {
            ids[left++] = ids[i];
        }

        ArrayPool<int>.Shared.Return(links);
        return left;

        void Rank(Span<int> ids, int at, int right)
        {
            int rank = right < count ? merges.RankOf(ids[at], ids[right], out _) : MergeTable.NoRank;
            links[(2 * count) + at] = rank;
            if (rank != MergeTable.NoRank)
            {
                heap.Enqueue(at, Priority(rank, at));
            }
        }
    }

    private static long Priority(int rank, int at) => ((long)rank << 32) | (uint)at;
}
