using static Aha.Tokenization.PreTokenization.CharClass;

namespace Aha.Tokenization.PreTokenization;

/// <summary>The pattern of GPT-4's cl100k vocabulary and its children, which differ in how many digits stay together.</summary>
internal sealed class Cl100kPreTokenizer(string name, string ggufName, int maxDigits, params string[] patterns) : PreTokenizer(name, ggufName, patterns)
{
    public static string Pattern(string digits) =>
        $@"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{{L}}\p{{N}}]?\p{{L}}+|{digits}| ?[^\s\p{{L}}\p{{N}}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    public override int PieceEnd(ReadOnlySpan<char> text, int start)
    {
        CharClass first = CharClasses.Of(text, start, out int length);
        if ((first & Letter) != 0)
        {
            return CharClasses.RunEnd(text, start + length, Letter);
        }

        if ((first & Number) != 0)
        {
            return DigitsEnd(text, start);
        }

        if (text[start] == '\'' && Contraction(text[(start + 1)..]) is > 0 and int suffix)
        {
            return start + 1 + suffix;
        }

        int next = start + length;
        CharClass second = CharClasses.At(text, next);
        if ((second & Letter) != 0 && (first & NewLine) == 0)
        {
            return CharClasses.RunEnd(text, next, Letter);
        }

        int from = text[start] == ' ' ? next : start;
        if (from < text.Length && (CharClasses.At(text, from) & (Space | Letter | Number)) == 0)
        {
            int end = CharClasses.RunEndWithout(text, from, Space | Letter | Number);
            return CharClasses.RunEnd(text, end, NewLine);
        }

        return SpaceEnd(text, start, throughNewLine: true);
    }

    private int DigitsEnd(ReadOnlySpan<char> text, int start)
    {
        int end = start;
        for (int digits = 0; digits < maxDigits && end < text.Length; digits++)
        {
            if ((CharClasses.Of(text, end, out int length) & Number) == 0)
            {
                break;
            }

            end += length;
        }

        return end;
    }

    // Upper case too, and the long s, whose other case is s.
    private static int Contraction(ReadOnlySpan<char> after)
    {
        if (after.IsEmpty)
        {
            return 0;
        }

        return after[0] switch
        {
            's' or 'S' or '\u017f' or 't' or 'T' or 'm' or 'M' or 'd' or 'D' => 1,
            'r' or 'R' or 'v' or 'V' when after is [_, 'e' or 'E', ..] => 2,
            'l' or 'L' when after is [_, 'l' or 'L', ..] => 2,
            _ => 0,
        };
    }
}
