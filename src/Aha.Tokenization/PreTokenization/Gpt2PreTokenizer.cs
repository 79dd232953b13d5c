using static Aha.Tokenization.PreTokenization.CharClass;

namespace Aha.Tokenization.PreTokenization;

/// <summary>GPT-2's pattern, on its own or after every digit was set apart.</summary>
internal sealed class Gpt2PreTokenizer(string name, string ggufName, bool singleDigits, params string[] patterns) : PreTokenizer(name, ggufName, patterns)
{
    // Where digits are set apart first, text ends in front of them.
    private readonly CharClass _segmentEnd = singleDigits ? Number : None;

    public override int PieceEnd(ReadOnlySpan<char> text, int start)
    {
        CharClass first = CharClasses.Of(text, start, out int length);
        if (singleDigits && (first & Number) != 0)
        {
            return start + length;
        }

        if (text[start] == '\'' && Contraction(text[(start + 1)..]) is > 0 and int suffix)
        {
            return start + 1 + suffix;
        }

        int from = start;
        if (text[start] == ' ')
        {
            from = start + 1;
            first = CharClasses.At(text, from);
        }

        return first switch
        {
            _ when from == text.Length || (first & (Space | _segmentEnd)) != 0 => SpaceEnd(text, start, throughNewLine: false, _segmentEnd),
            _ when (first & Letter) != 0 => CharClasses.RunEnd(text, from, Letter),
            _ when (first & Number) != 0 => CharClasses.RunEnd(text, from, Number),
            _ => CharClasses.RunEndWithout(text, from, Space | Letter | Number),
        };
    }

    private static int Contraction(ReadOnlySpan<char> after)
    {
        if (after.IsEmpty)
        {
            return 0;
        }

        return after[0] switch
        {
            's' or 't' or 'm' or 'd' => 1,
            'r' or 'v' when after is [_, 'e', ..] => 2,
            'l' when after is [_, 'l', ..] => 2,
            _ => 0,
        };
    }
}
