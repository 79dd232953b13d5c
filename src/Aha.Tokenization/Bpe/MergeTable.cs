using System.Numerics;

namespace Aha.Tokenization.Bpe;

/// <summary>From a pair of token ids to the merge's rank and the token it makes. Read-only once filled; open addressing, since it is asked for every pair of every new word.</summary>
internal sealed class MergeTable
{
    /// <summary>The rank of a pair that does not merge.</summary>
    public const int NoRank = int.MaxValue;

    private const ulong Empty = ulong.MaxValue;

    private readonly Slot[] _slots;
    private readonly int _shift;

    public MergeTable(int capacity)
    {
        // At most two thirds full.
        uint slots = BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, capacity + (capacity / 2)));
        _slots = new Slot[slots];
        _shift = 64 - BitOperations.Log2(slots);
        Array.Fill(_slots, new Slot { Pair = Empty });
    }

    /// <summary>Enters a merge; of two for the same pair the later one counts, as in the reference.</summary>
    public void Set(int left, int right, int rank, int merged)
    {
        ref Slot slot = ref _slots[Find(Key(left, right))];
        slot = new Slot { Pair = Key(left, right), Rank = rank, Merged = merged };
    }

    /// <summary>The rank of a pair, lowest first, or <see cref="NoRank"/>.</summary>
    public int RankOf(int left, int right, out int merged)
    {
        ulong key = Key(left, right);
        ref readonly Slot slot = ref _slots[Find(key)];
        merged = slot.Merged;
        return slot.Pair == key ? slot.Rank : NoRank;
    }

    private static ulong Key(int left, int right) => ((ulong)(uint)left << 32) | (uint)right;

    // The slot of the key, or the empty one where it would go.
    private int Find(ulong key)
    {
        int mask = _slots.Length - 1;
        int at = (int)((key * 0x9E3779B97F4A7C15) >> _shift);
        while (_slots[at].Pair != key && _slots[at].Pair != Empty)
        {
            at = (at + 1) & mask;
        }

        return at;
    }

    private struct Slot
    {
        public ulong Pair;
        public int Rank;
        public int Merged;
    }
}
