using static Aha.Tokenization.PreTokenization.CharClass;

namespace Aha.Tokenization.PreTokenization;

/// <summary>
/// DeepSeek-V3's three splits in one pass: digits by three; runs of Chinese and Japanese characters; words, punctuation and spaces
/// within what those leave, which is why no run and no look-ahead here crosses from one kind of segment into another.
/// </summary>
internal sealed class DeepSeekPreTokenizer() : PreTokenizer("deepseek-v3", "deepseek-v3", Digits, CjkRun, Words)
{
    private const string Digits = @"\p{N}{1,3}";
    private const string CjkRun = "[\u4e00-\u9fa5\u3040-\u309f\u30a0-\u30ff]+";
    private const string Words =
        "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\r\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\r\n]*|\\s*[\r\n]+|\\s+(?!\\S)|\\s+";

    public override int PieceEnd(ReadOnlySpan<char> text, int start)
    {
        CharClass first = CharClasses.Of(text, start, out int length);
        if ((first & Number) != 0)
        {
            return DigitsEnd(text, start);
        }

        return (first & Cjk) != 0 ? WordEnd(text, start, first, length, Cjk, None) : WordEnd(text, start, first, length, None, Number | Cjk);
    }

    /// <param name="inside">The class all characters of the segment have.</param>
    /// <param name="outside">The classes that end the segment.</param>
    private static int WordEnd(ReadOnlySpan<char> text, int start, CharClass first, int length, CharClass inside, CharClass outside)
    {
        const CharClass word = Letter | Mark;
        if ((first & word) != 0)
        {
            return RunEnd(text, start, word, inside, outside);
        }

        int next = start + length;
        if (char.IsAscii(text[start]) && (first & (Punctuation | Symbol)) != 0 && next < text.Length && char.IsAsciiLetter(text[next]))
        {
            do
            {
                next++;
            }
            while (next < text.Length && char.IsAsciiLetter(text[next]));
            return next;
        }

        if ((first & (NewLine | Punctuation | Symbol)) == 0 && Has(text, next, word, inside, outside))
        {
            return RunEnd(text, next, word, inside, outside);
        }

        int from = text[start] == ' ' ? next : start;
        if (Has(text, from, Punctuation | Symbol, inside, outside))
        {
            int end = RunEnd(text, from, Punctuation | Symbol, inside, outside);
            return RunEnd(text, end, NewLine, inside, outside);
        }

        if ((first & Space) != 0)
        {
            return SpaceEnd(text, start, throughNewLine: true, outside);
        }

        return UnmatchedEnd(text, next, inside, outside);
    }

    // What no alternative matches stays together up to where one does.
    private static int UnmatchedEnd(ReadOnlySpan<char> text, int end, CharClass inside, CharClass outside)
    {
        while (end < text.Length)
        {
            CharClass found = CharClasses.Of(text, end, out int length);
            bool leftOver = (found & ~Cjk) == None && (found & inside) == inside && (found & outside) == 0;
            if (!leftOver || Has(text, end + length, Letter | Mark, inside, outside))
            {
                break;
            }

            end += length;
        }

        return end;
    }

    private static bool Has(ReadOnlySpan<char> text, int index, CharClass wanted, CharClass inside, CharClass outside)
    {
        CharClass found = CharClasses.At(text, index);
        return (found & wanted) != 0 && (found & inside) == inside && (found & outside) == 0;
    }

    private static int RunEnd(ReadOnlySpan<char> text, int index, CharClass wanted, CharClass inside, CharClass outside)
    {
        while (index < text.Length)
        {
            CharClass found = CharClasses.Of(text, index, out int length);
            if ((found & wanted) == 0 || (found & inside) != inside || (found & outside) != 0)
            {
                break;
            }

            index += length;
        }

        return index;
    }

    private static int DigitsEnd(ReadOnlySpan<char> text, int start)
    {
        int end = start;
        for (int digits = 0; digits < 3 && end < text.Length; digits++)
        {
            if ((CharClasses.Of(text, end, out int length) & Number) == 0)
            {
                break;
            }

            end += length;
        }

        return end;
    }
}
