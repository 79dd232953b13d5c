using System.Globalization;
using System.Text;

namespace Aha.Templates.Syntax;

/// <summary>Reads a quoted string with Python's escapes; an unknown escape stands for itself, backslash and all.</summary>
internal static class TextReader
{
    /// <param name="at">Where the opening quote stands; afterwards behind the closing one.</param>
    public static string Read(SourceText source, ref int at)
    {
        string text = source.Text;
        int start = at;
        char quote = text[at++];
        var value = new StringBuilder();
        while (at < text.Length && text[at] != quote)
        {
            if (text[at] == '\\' && at + 1 < text.Length)
            {
                Escape(source, ref at, value);
            }
            else
            {
                value.Append(text[at++]);
            }
        }

        if (at >= text.Length)
        {
            throw source.Error(start, "the string does not end");
        }

        at++;
        return value.ToString();
    }

    private static void Escape(SourceText source, ref int at, StringBuilder value)
    {
        char kind = source.Text[at + 1];
        int start = at;
        at += 2;
        switch (kind)
        {
            case '\n':
                break;
            case '\\' or '\'' or '"':
                value.Append(kind);
                break;
            case 'x':
                value.Append((char)Hex(source, start, ref at, 2));
                break;
            case 'u':
                value.Append((char)Hex(source, start, ref at, 4));
                break;
            case 'U':
                value.Append(Rune.TryCreate(Hex(source, start, ref at, 8), out Rune rune) ? rune.ToString() : throw source.Error(start, "illegal Unicode character"));
                break;
            case 'N':
                throw source.Error(start, "names of characters (\\N{...}) are not supported; write \\uXXXX");
            case >= '0' and <= '7':
                at--;
                value.Append(Octal(source.Text, ref at));
                break;
            default:
                int simple = "abfnrtv".IndexOf(kind, StringComparison.Ordinal);
                value.Append(simple >= 0 ? "\a\b\f\n\r\t\v"[simple].ToString() : $"\\{kind}");
                break;
        }
    }

    private static int Hex(SourceText source, int start, ref int at, int digits)
    {
        if (at + digits > source.Text.Length || !int.TryParse(source.Text.AsSpan(at, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int value))
        {
            throw source.Error(start, $"\\{source.Text[start + 1]} needs {digits} hexadecimal digits");
        }

        at += digits;
        return value;
    }

    private static char Octal(string text, ref int at)
    {
        int value = 0;
        for (int i = 0; i < 3 && at < text.Length && text[at] is >= '0' and <= '7'; i++)
        {
            value = (value * 8) + text[at++] - '0';
        }

        return (char)value;
    }
}
