using System.Buffers;
using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace Aha.Tokenization.Bpe;

/// <summary>Finds added tokens in a text: the leftmost, and of those that begin there the longest.</summary>
internal sealed class AddedTokenFinder
{
    private readonly SearchValues<string>? _starts;
    private readonly FrozenDictionary<string, AddedToken>.AlternateLookup<ReadOnlySpan<char>> _tokens;
    private readonly int[] _lengths;

    public AddedTokenFinder(IEnumerable<AddedToken> tokens)
    {
        var byContent = tokens.Where(t => t.Content.Length > 0).DistinctBy(t => t.Content).ToFrozenDictionary(t => t.Content, StringComparer.Ordinal);
        _starts = byContent.Count > 0 ? SearchValues.Create([.. byContent.Keys], StringComparison.Ordinal) : null;
        _tokens = byContent.GetAlternateLookup<ReadOnlySpan<char>>();
        _lengths = [.. byContent.Keys.Select(k => k.Length).Distinct().OrderDescending()];
    }

    /// <summary>The next token at or after <paramref name="from"/>, and the part of the text it takes.</summary>
    public AddedToken? Find(ReadOnlySpan<char> text, int from, out int start, out int end)
    {
        start = end = text.Length;
        if (_starts is null)
        {
            return null;
        }

        for (int at = from; at < text.Length; at++)
        {
            int offset = text[at..].IndexOfAny(_starts);
            if (offset < 0)
            {
                return null;
            }

            at += offset;
            AddedToken token = LongestAt(text[at..]);
            int after = at + token.Content.Length;
            if (token.SingleWord && (TouchesWord(text[from..at], atEnd: true) || TouchesWord(text[after..], atEnd: false)))
            {
                at = after - 1;
                continue;
            }

            start = token.StripLeft ? from + text[from..at].TrimEnd().Length : at;
            end = token.StripRight ? text.Length - text[after..].TrimStart().Length : after;
            return token;
        }

        return null;
    }

    private AddedToken LongestAt(ReadOnlySpan<char> text)
    {
        foreach (int length in _lengths)
        {
            if (length <= text.Length && _tokens.TryGetValue(text[..length], out AddedToken? token))
            {
                return token;
            }
        }

        throw new InvalidOperationException("the search for added tokens stopped where none begins");
    }

    private static bool TouchesWord(ReadOnlySpan<char> text, bool atEnd)
    {
        if (text.IsEmpty)
        {
            return false;
        }

        Rune rune;
        _ = atEnd ? Rune.DecodeLastFromUtf16(text, out rune, out _) : Rune.DecodeFromUtf16(text, out rune, out _);
        return IsWord(rune);
    }

    // "\w" of Unicode's regular expressions: alphabetic characters (the circled letters among them), marks, digits, connectors, joiners.
    private static bool IsWord(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        <= UnicodeCategory.LetterNumber or UnicodeCategory.ConnectorPunctuation => true,
        _ => rune.Value is (>= 0x24B6 and <= 0x24E9) or 0x200C or 0x200D,
    };
}
