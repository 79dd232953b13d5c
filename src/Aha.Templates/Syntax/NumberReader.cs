namespace Aha.Templates.Syntax;

/// <summary>Finds the end of a number: decimal, binary, octal and hexadecimal integers, floats with fraction or exponent, <c>_</c> between digits.</summary>
internal static class NumberReader
{
    /// <param name="at">Where the number begins; afterwards where it ends.</param>
    /// <param name="afterDot">The number follows a dot, as in <c>pair.0.1</c>: then it is no float.</param>
    /// <returns>Whether it is a float.</returns>
    public static bool Read(string text, ref int at, bool afterDot)
    {
        if (text[at] == '0' && at + 1 < text.Length && Base(text[at + 1]) is { } digits)
        {
            int end = Digits(text, at + 2, digits);
            if (end > at + 2)
            {
                at = end;
                return false;
            }
        }

        at = Digits(text, at, "0123456789");
        if (afterDot)
        {
            return false;
        }

        bool real = false;
        if (Peek(text, at) == '.' && char.IsAsciiDigit(Peek(text, at + 1)))
        {
            at = Digits(text, at + 1, "0123456789");
            real = true;
        }

        if (Peek(text, at) is 'e' or 'E')
        {
            int exponent = at + (Peek(text, at + 1) is '+' or '-' ? 2 : 1);
            if (char.IsAsciiDigit(Peek(text, exponent)))
            {
                at = Digits(text, exponent, "0123456789");
                real = true;
            }
        }

        return real;
    }

    private static string? Base(char letter) => letter switch
    {
        'b' or 'B' => "01",
        'o' or 'O' => "01234567",
        'x' or 'X' => "0123456789abcdefABCDEF",
        _ => null,
    };

    private static int Digits(string text, int at, string digits)
    {
        while (digits.Contains(Peek(text, at)) || (Peek(text, at) == '_' && digits.Contains(Peek(text, at + 1))))
        {
            at++;
        }

        return at;
    }

    private static char Peek(string text, int at) => at < text.Length ? text[at] : '\uffff';
}
