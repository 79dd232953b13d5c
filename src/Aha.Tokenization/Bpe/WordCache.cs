using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Aha.Tokenization.Bpe;

/// <summary>
/// The ids of words met before. A slot holds one word, and a new one takes its place; entries never change once made and are
/// published by a single reference write, so that threads share it without a lock.
/// </summary>
internal sealed class WordCache
{
    /// <summary>Longer words are rare, and would make the cache's memory depend on the text.</summary>
    public const int MaxLength = 32;

    private const int Bits = 15;

    private readonly Entry?[] _slots = new Entry[1 << Bits];

    /// <summary>The ids of a word if they are known; otherwise null, and <paramref name="slot"/> is where to put them.</summary>
    public int[]? Find(ReadOnlySpan<char> word, out int slot)
    {
        slot = (int)(Hash(word) >> (64 - Bits));
        return _slots[slot] is { } entry && word.SequenceEqual(entry.Word) ? entry.Ids : null;
    }

    public void Put(int slot, ReadOnlySpan<char> word, ReadOnlySpan<int> ids) => Volatile.Write(ref _slots[slot], new Entry(word.ToArray(), ids.ToArray()));

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

    private sealed record Entry(char[] Word, int[] Ids);
}
