using System.Runtime.InteropServices;

namespace Aha.Tokenization.Training;

/// <summary>
/// How often every pair of neighbouring symbols occurs, kept right while pairs are merged: each merge visits only the words that
/// have the pair. Words are linked lists over one block of symbols.
/// </summary>
internal sealed class PairCounts
{
    private const int Gone = -1;

    private readonly int[] _symbols;
    private readonly int[] _starts;
    private readonly long[] _wordCounts;
    private readonly Dictionary<ulong, Pair> _pairs = [];

    // Counts in here are upper bounds: a pair whose count has fallen since is put back when its turn comes.
    private readonly PriorityQueue<ulong, (long NegativeCount, ulong Pair)> _queue = new();

    /// <param name="symbols">The words' symbols, one word after the other.</param>
    /// <param name="starts">Where each word begins; one more for the end.</param>
    /// <param name="wordCounts">How often each word occurs.</param>
    public PairCounts(int[] symbols, int[] starts, long[] wordCounts)
    {
        (_symbols, _starts, _wordCounts) = (symbols, starts, wordCounts);
        for (int word = 0; word < wordCounts.Length; word++)
        {
            for (int i = starts[word]; i + 1 < starts[word + 1]; i++)
            {
                Add(Key(symbols[i], symbols[i + 1]), wordCounts[word], word);
            }
        }

        foreach ((ulong key, Pair pair) in _pairs)
        {
            _queue.Enqueue(key, (-pair.Count, key));
        }
    }

    /// <summary>The most frequent pair, which is not offered again; false where none occurs <paramref name="minCount"/> times.</summary>
    public bool TryTakeBest(int minCount, out int left, out int right)
    {
        while (_queue.TryDequeue(out ulong key, out (long NegativeCount, ulong Pair) priority))
        {
            long count = _pairs.TryGetValue(key, out Pair? pair) ? pair.Count : 0;
            if (count < minCount)
            {
                continue;
            }

            if (count != -priority.NegativeCount)
            {
                _queue.Enqueue(key, (-count, key));
                continue;
            }

            (left, right) = ((int)(key >> 32), (int)(uint)key);
            return true;
        }

        (left, right) = (0, 0);
        return false;
    }

    /// <summary>Puts <paramref name="merged"/> in the place of every such pair, from the left.</summary>
    public void Merge(int left, int right, int merged)
    {
        ulong key = Key(left, right);
        if (!_pairs.Remove(key, out Pair? pair))
        {
            return;
        }

        var grown = new HashSet<ulong>();
        foreach (int word in pair.Words)
        {
            MergeIn(word, left, right, merged, grown);
        }

        foreach (ulong neighbour in grown)
        {
            if (_pairs.TryGetValue(neighbour, out Pair? now))
            {
                _queue.Enqueue(neighbour, (-now.Count, neighbour));
            }
        }
    }

    private void MergeIn(int word, int left, int right, int merged, HashSet<ulong> grown)
    {
        int start = _starts[word], end = _starts[word + 1];
        long count = _wordCounts[word];
        Span<int> symbols = _symbols.AsSpan(start, end - start);
        int length = symbols.IndexOf(Gone) is >= 0 and int cut ? cut : symbols.Length;
        int kept = 0;
        for (int i = 0; i < length; i++)
        {
            if (i + 1 < length && symbols[i] == left && symbols[i + 1] == right)
            {
                // What stands to the left is already merged, what stands to the right is not yet.
                if (kept > 0)
                {
                    Remove(Key(symbols[kept - 1], left), count);
                    Grow(Key(symbols[kept - 1], merged), count, word, grown);
                }

                if (i + 2 < length)
                {
                    Remove(Key(right, symbols[i + 2]), count);
                    Grow(Key(merged, symbols[i + 2]), count, word, grown);
                }

                symbols[kept++] = merged;
                i++;
            }
            else
            {
                symbols[kept++] = symbols[i];
            }
        }

        symbols[kept..].Fill(Gone);
    }

    private void Grow(ulong key, long count, int word, HashSet<ulong> grown)
    {
        Add(key, count, word);
        grown.Add(key);
    }

    private void Add(ulong key, long count, int word)
    {
        ref Pair? pair = ref CollectionsMarshal.GetValueRefOrAddDefault(_pairs, key, out _);
        pair ??= new Pair();
        pair.Count += count;

        // Words come in order within one pass, so a repetition can only be the last one.
        if (pair.Words.Count == 0 || pair.Words[^1] != word)
        {
            pair.Words.Add(word);
        }
    }

    private void Remove(ulong key, long count)
    {
        // Absent is the pair that is being merged, where it overlaps itself.
        if (_pairs.TryGetValue(key, out Pair? pair))
        {
            pair.Count -= count;
        }
    }

    private static ulong Key(int left, int right) => ((ulong)(uint)left << 32) | (uint)right;

    private sealed class Pair
    {
        public long Count { get; set; }

        /// <summary>Words that have, or once had, the pair.</summary>
        public List<int> Words { get; } = [];
    }
}
