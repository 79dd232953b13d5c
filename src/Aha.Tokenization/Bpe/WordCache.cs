using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Aha.Tokenization.Bpe;

/// <summary>
/// The ids of words met before, two to a set. Entries never change once made and are published by a single reference write, so that
/// threads share the cache without a lock; the worst that a race can do is to lose an entry.
/// </summary>
internal sealed class WordCache
{
    /// <summary>Longer words are rare, and would make the cache's memory depend on the text.</summary>
    public const int MaxLength = 32;

    private const int SetBits = 15;

    private readonly Entry?[] _entries = new Entry[2 << SetBits];

    /// <summary>The entry of a word if there is one; otherwise null, and <paramref name="set"/> is where to put it.</summary>
    public Entry? Find(ReadOnlySpan<char> word, out int set)
    {
        set = (int)(Hash(word) >> (64 - SetBits)) << 1;
        if (_entries[set] is { } newer && word.SequenceEqual(newer.Word))
        {
            return newer;
        }

        return _entries[set + 1] is { } older && word.SequenceEqual(older.Word) ? older : null;
    }

    /// <summary>Enters a word in place of the older one of its set.</summary>
    public void Put(int set, ReadOnlySpan<char> word, ReadOnlySpan<int> ids)
    {
        Volatile.Write(ref _entries[set + 1], _entries[set]);
        Volatile.Write(ref _entries[set], new Entry(word.ToString(), ids[0], ids.Length == 1 ? null : ids.ToArray()));
    }

    // Speed is all that counts: what collides is only computed again. Every bit of the word goes in, eight bytes at a time, the last ones overlapping.
    private static ulong Hash(ReadOnlySpan<char> word)
    {
        ref byte bytes = ref Unsafe.As<char, byte>(ref MemoryMarshal.GetReference(word));
        int length = word.Length * sizeof(char);
        ulong hash = (ulong)length * 0x9E3779B97F4A7C15;
        if (length >= sizeof(ulong))
        {
            for (int i = 0; i + sizeof(ulong) < length; i += sizeof(ulong))
            {
                hash = Mix(hash, Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref bytes, i)));
            }

            return Mix(hash, Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref bytes, length - sizeof(ulong))));
        }

        ulong few = 0;
        foreach (char c in word)
        {
            few = (few << 16) | c;
        }

        return Mix(hash, few);
    }

    private static ulong Mix(ulong hash, ulong part)
    {
        ulong high = Math.BigMul(hash ^ part, 0xD6E8FEB86659FD93, out ulong low);
        return high ^ low;
    }

    /// <param name="First">The word's first id, by far most often its only one.</param>
    /// <param name="All">Its ids where there are several.</param>
    internal sealed record Entry(string Word, int First, int[]? All);
}
