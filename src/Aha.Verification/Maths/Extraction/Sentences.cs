using System.Collections.Frozen;

namespace Aha.Verification.Maths.Extraction;

/// <summary>Tells a sentence about a value from the value: "so we get 5" could be read as a product of variables.</summary>
internal static class Sentences
{
    private const int LongestWord = 5;

    /// <summary>Short words of English that no one means as a product; longer ones do not read as mathematics anyway.</summary>
    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> Words = new[]
    {
        "so", "we", "he", "it", "is", "the", "its", "our", "are", "was", "has", "had", "let", "get", "gets", "got", "now", "but", "for", "can", "she", "you", "thus", "then", "this", "that", "hence", "since", "gives",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Whether one of the words stands in the text by itself, outside of commands and their names.</summary>
    public static bool Speaks(ReadOnlySpan<char> text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (!char.IsAsciiLetter(text[i])) { continue; }
            int start = i;
            while (i < text.Length && char.IsAsciiLetter(text[i])) { i++; }
            bool alone = (start == 0 || char.IsWhiteSpace(text[start - 1])) && (i == text.Length || char.IsWhiteSpace(text[i]) || text[i] is ',' or ':');
            if (alone && i - start is >= 2 and <= LongestWord && Words.Contains(text[start..i])) { return true; }
        }
        return false;
    }
}
