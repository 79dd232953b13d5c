using System.Globalization;

namespace Aha.Tokenization.PreTokenization;

/// <summary>What the patterns ask of a character.</summary>
[Flags]
internal enum CharClass : byte
{
    /// <summary>Of none of the classes below, such as a control character.</summary>
    None = 0,

    /// <summary><c>\p{L}</c></summary>
    Letter = 1,

    /// <summary><c>\p{M}</c></summary>
    Mark = 2,

    /// <summary><c>\p{N}</c></summary>
    Number = 4,

    /// <summary><c>\p{P}</c></summary>
    Punctuation = 8,

    /// <summary><c>\p{S}</c></summary>
    Symbol = 16,

    /// <summary><c>\s</c></summary>
    Space = 32,

    /// <summary><c>[\r\n]</c>, spaces too</summary>
    NewLine = 64,

    /// <summary>DeepSeek's <c>[一-龥぀-ゟ゠-ヿ]</c></summary>
    Cjk = 128,
}

/// <summary>Classes of the characters of a UTF-16 text, by whole code points: a letter beyond the basic plane is a letter.</summary>
internal static class CharClasses
{
    private static readonly CharClass[] s_basicPlane = MakeBasicPlane();

    /// <summary>The class of the code point at <paramref name="index"/>, and how many UTF-16 units it takes.</summary>
    /// <param name="text">UTF-16 without lone surrogates.</param>
    public static CharClass Of(ReadOnlySpan<char> text, int index, out int length)
    {
        char c = text[index];
        CharClass found = s_basicPlane[c];
        if (found == CharClass.None && char.IsHighSurrogate(c))
        {
            length = 2;
            return Of(CharUnicodeInfo.GetUnicodeCategory(char.ConvertToUtf32(c, text[index + 1])));
        }

        length = 1;
        return found;
    }

    /// <summary>The class at <paramref name="index"/>, or <see cref="CharClass.None"/> at the end of the text.</summary>
    public static CharClass At(ReadOnlySpan<char> text, int index) => index < text.Length ? Of(text, index, out _) : CharClass.None;

    /// <summary>The end of the longest run from <paramref name="index"/> whose characters have a bit of <paramref name="wanted"/> and none of <paramref name="refused"/>.</summary>
    public static int RunEnd(ReadOnlySpan<char> text, int index, CharClass wanted, CharClass refused = CharClass.None)
    {
        while (index < text.Length)
        {
            CharClass found = Of(text, index, out int length);
            if ((found & wanted) == 0 || (found & refused) != 0)
            {
                break;
            }

            index += length;
        }

        return index;
    }

    /// <summary>The end of the longest run from <paramref name="index"/> whose characters have no bit of <paramref name="refused"/>.</summary>
    public static int RunEndWithout(ReadOnlySpan<char> text, int index, CharClass refused)
    {
        while (index < text.Length)
        {
            CharClass found = Of(text, index, out int length);
            if ((found & refused) != 0)
            {
                break;
            }

            index += length;
        }

        return index;
    }

    private static CharClass[] MakeBasicPlane()
    {
        var classes = new CharClass[char.MaxValue + 1];
        for (int i = 0; i < classes.Length; i++)
        {
            char c = (char)i;
            classes[i] = Of(CharUnicodeInfo.GetUnicodeCategory(c));

            // White_Space of Unicode, which Char.IsWhiteSpace is too.
            if (char.IsWhiteSpace(c))
            {
                classes[i] |= CharClass.Space;
            }

            if (c is '\r' or '\n')
            {
                classes[i] |= CharClass.NewLine;
            }

            if (c is (>= '\u4e00' and <= '\u9fa5') or (>= '\u3040' and <= '\u30ff'))
            {
                classes[i] |= CharClass.Cjk;
            }
        }

        return classes;
    }

    private static CharClass Of(UnicodeCategory category) => category switch
    {
        <= UnicodeCategory.OtherLetter => CharClass.Letter,
        <= UnicodeCategory.EnclosingMark => CharClass.Mark,
        <= UnicodeCategory.OtherNumber => CharClass.Number,
        >= UnicodeCategory.ConnectorPunctuation and <= UnicodeCategory.OtherPunctuation => CharClass.Punctuation,
        >= UnicodeCategory.MathSymbol and <= UnicodeCategory.OtherSymbol => CharClass.Symbol,
        _ => CharClass.None,
    };
}
