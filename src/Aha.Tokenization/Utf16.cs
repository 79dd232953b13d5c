namespace Aha.Tokenization;

/// <summary>Checks of .NET's strings, which may hold halves of characters that no UTF-8 can express.</summary>
internal static class Utf16
{
    /// <exception cref="TokenizationException">The text has a lone surrogate.</exception>
    public static void RequireWellFormed(ReadOnlySpan<char> text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            int offset = text[i..].IndexOfAnyInRange('\ud800', '\udfff');
            if (offset < 0)
            {
                return;
            }

            i += offset;
            if (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[i + 1]))
            {
                throw new TokenizationException($"the text is no valid UTF-16: character {i} is a lone surrogate (U+{(int)text[i]:X4})");
            }

            i++;
        }
    }

    /// <summary>The beginning of a text, for a message of one line.</summary>
    public static string Excerpt(ReadOnlySpan<char> text)
    {
        const int most = 20;
        bool cut = text.Length > most;
        var shown = (cut ? text[..most] : text).ToArray();
        for (int i = 0; i < shown.Length; i++)
        {
            if (char.IsControl(shown[i]) || char.IsSurrogate(shown[i]))
            {
                shown[i] = '.';
            }
        }

        return cut ? new string(shown) + "..." : new string(shown);
    }
}
