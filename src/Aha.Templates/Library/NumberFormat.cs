using System.Globalization;
using System.Numerics;
using Aha.Templates.Evaluation;
using Aha.Templates.Values;

namespace Aha.Templates.Library;

/// <summary>How <c>%</c> and <c>str.format</c> write one value: <c>[[fill]align][sign][#][0][width][,][.precision][type]</c>.</summary>
internal sealed record NumberFormat
{
    public const int MaxWidth = 10_000;

    public char Fill { get; init; } = ' ';

    /// <summary><c>&lt;</c>, <c>&gt;</c>, <c>^</c>, <c>=</c>, or 0 for the type's own side.</summary>
    public char Align { get; init; }

    public char Sign { get; init; } = '-';

    public bool Grouped { get; init; }

    public int Width { get; init; }

    public int? Precision { get; init; }

    /// <summary>0 where none was given.</summary>
    public char Type { get; init; }

    /// <summary>Reads a specification of <c>str.format</c>.</summary>
    public static NumberFormat Parse(string text)
    {
        var format = new NumberFormat();
        int at = 0;
        if (text.Length > 1 && "<>^=".Contains(text[1], StringComparison.Ordinal))
        {
            format = format with { Fill = text[0], Align = text[1] };
            at = 2;
        }
        else if (text.Length > 0 && "<>^=".Contains(text[0], StringComparison.Ordinal))
        {
            format = format with { Align = text[0] };
            at = 1;
        }

        if (at < text.Length && text[at] is ('+' or '-' or ' '))
        {
            format = format with { Sign = text[at++] };
        }

        if (at < text.Length && text[at] == '0')
        {
            format = format with { Fill = '0', Align = format.Align == 0 ? '=' : format.Align };
            at++;
        }

        format = format with { Width = Digits(text, ref at) ?? 0 };
        if (at < text.Length && text[at] == ',')
        {
            format = format with { Grouped = true };
            at++;
        }

        if (at < text.Length && text[at] == '.')
        {
            at++;
            format = format with { Precision = Digits(text, ref at) ?? throw new TemplateException("Format specifier missing precision") };
        }

        if (at < text.Length)
        {
            format = format with { Type = text[at++] };
        }

        return at == text.Length ? format : throw new TemplateException($"Invalid format specifier '{text}'");
    }

    /// <summary>Digits as a number of at most <see cref="MaxWidth"/>.</summary>
    public static int? Digits(string text, ref int at)
    {
        int start = at, value = 0;
        while (at < text.Length && char.IsAsciiDigit(text[at]))
        {
            value = (value * 10) + text[at++] - '0';
            if (value > MaxWidth)
            {
                throw new TemplateException($"a width or precision above {MaxWidth}");
            }
        }

        return at > start ? value : null;
    }

    /// <summary>Writes a value.</summary>
    /// <exception cref="TemplateException">The type does not fit the value.</exception>
    public string Apply(Value value, Budget budget)
    {
        budget.Step(Precision ?? 0);
        budget.Compute(Numbers.Bits(value), Numbers.Bits(value));
        bool number = Numbers.IsNumber(value) && Type is not 's' and not 'r';
        if (!number)
        {
            if (Type is not ('\0' or 's' or 'r'))
            {
                Operators.RequireDefined(value);
                throw new TemplateException($"Unknown format code '{Type}' for object of type '{value.TypeName}'");
            }

            string text = Type == 'r' ? PythonPrinter.Repr(value, budget) : PythonPrinter.Str(value, budget);
            return Pad("", Precision is { } most && most < PythonText.Length(text) ? text[..PythonText.Offset(text, most)] : text, '<');
        }

        string digits = Magnitude(value, out bool negative);
        return Pad(negative ? "-" : Sign == '-' ? "" : Sign.ToString(), digits, '>');
    }

    private string Magnitude(Value value, out bool negative)
    {
        if (Numbers.TryInteger(value, out BigInteger integer) && Type is ('\0' or 'd' or 'i' or 'u' or 'x' or 'X' or 'o' or 'b' or 'c'))
        {
            negative = integer.Sign < 0;
            return Integer(BigInteger.Abs(integer));
        }

        double real = Numbers.ToDouble(value);
        negative = double.IsNegative(real) && !double.IsNaN(real);
        real = Math.Abs(real);
        if (!double.IsFinite(real))
        {
            return double.IsNaN(real) ? "nan" : "inf";
        }

        return Type switch
        {
            '\0' when Precision is null => PythonText.Float(real),
            'f' or 'F' => Fixed(real, Precision ?? 6),
            '%' => Fixed(real * 100, Precision ?? 6) + "%",
            'e' or 'E' => Exponent(real, Precision ?? 6, Type),
            'g' or 'G' or '\0' => General(real, Math.Max(1, Precision ?? 6)),
            'd' or 'i' or 'u' => Integer(new BigInteger(real)),
            _ => throw new TemplateException($"Unknown format code '{Type}' for object of type '{value.TypeName}'"),
        };
    }

    private string Integer(BigInteger value) => Type switch
    {
        'x' or 'X' or 'o' or 'b' => Radix(value, Type switch { 'o' => 8, 'b' => 2, _ => 16 }, Type == 'X'),
        'c' => System.Text.Rune.TryCreate(value <= 0x10FFFF ? (int)value : -1, out System.Text.Rune rune) ? rune.ToString() : throw new TemplateException("%c arg not in range(0x110000)"),
        _ => value.ToString(Grouped ? "N0" : "R", CultureInfo.InvariantCulture),
    };

    private static string Radix(BigInteger value, int radix, bool upper)
    {
        string digits = value.IsZero ? "0" : "";
        for (; !value.IsZero; value /= radix)
        {
            digits = "0123456789abcdef"[(int)(value % radix)] + digits;
        }

        return upper ? digits.ToUpperInvariant() : digits;
    }

    private string Fixed(double value, int decimals)
    {
        // Rounded exactly and to even first: .NET rounds halves away from zero.
        double rounded = decimals < 300 ? Numbers.Round(value, decimals) : value;
        return rounded.ToString((Grouped ? "N" : "F") + decimals, CultureInfo.InvariantCulture);
    }

    private static string Exponent(double value, int decimals, char letter) => TrimExponent(value.ToString($"{letter}{decimals}", CultureInfo.InvariantCulture));

    // .NET writes at least three digits of exponent, C two.
    private static string TrimExponent(string text)
    {
        int sign = text.LastIndexOfAny(['+', '-']);
        string exponent = text[(sign + 1)..].TrimStart('0').PadLeft(2, '0');
        return text[..(sign + 1)] + exponent;
    }

    private static string General(double value, int significant)
    {
        string scientific = TrimExponent(value.ToString($"e{significant - 1}", CultureInfo.InvariantCulture));
        int e = scientific.IndexOf('e', StringComparison.Ordinal);
        int exponent = int.Parse(scientific[(e + 1)..], CultureInfo.InvariantCulture);
        string text = exponent < -4 || exponent >= significant ? scientific[..e] : value.ToString($"F{significant - 1 - exponent}", CultureInfo.InvariantCulture);
        text = text.Contains('.', StringComparison.Ordinal) ? text.TrimEnd('0').TrimEnd('.') : text;
        return exponent < -4 || exponent >= significant ? text + scientific[e..] : text;
    }

    private string Pad(string sign, string digits, char side)
    {
        int missing = Width - sign.Length - PythonText.Length(digits);
        if (missing <= 0)
        {
            return sign + digits;
        }

        int left = (Align == 0 ? side : Align) switch { '<' => 0, '^' => missing / 2, _ => missing };
        string before = new(Fill, left), after = new(Fill, missing - left);
        return Align == '=' ? sign + before + digits : before + sign + digits + after;
    }
}
