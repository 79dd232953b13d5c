using System.Globalization;
using System.Numerics;
using Aha.Templates.Evaluation;
using Aha.Templates.Values;

namespace Aha.Templates.Library;

/// <summary>Filters that make numbers.</summary>
internal static class NumberFilters
{
    public static Value Abs(Runtime runtime, Value input, Arguments arguments)
    {
        arguments.Bind("abs");
        Operators.RequireDefined(input);
        return input switch
        {
            FloatValue real => new FloatValue(Math.Abs(real.Value)),
            _ when Numbers.TryInteger(input, out BigInteger integer) => new IntValue(BigInteger.Abs(integer)),
            _ => throw new TemplateException($"bad operand type for abs(): '{input.TypeName}'"),
        };
    }

    public static Value Int(Runtime runtime, Value input, Arguments arguments)
    {
        Value?[] bound = arguments.Bind("int", "default", "base");
        Operators.RequireDefined(input);
        BigInteger radix = bound[1] is null ? 10 : Integer("int", bound[1]!);
        Charge(runtime, input);
        return input switch
        {
            _ when Numbers.TryInteger(input, out BigInteger integer) => new IntValue(integer),
            FloatValue real when double.IsFinite(real.Value) => new IntValue(new BigInteger(Math.Truncate(real.Value))),
            TextValue text when TryInteger(text.Text, radix, out BigInteger parsed) => new IntValue(parsed),
            TextValue text when TryFloat(text.Text, out double real) && double.IsFinite(real) => new IntValue(new BigInteger(Math.Truncate(real))),
            _ => bound[0] ?? new IntValue(0),
        };
    }

    public static Value Float(Runtime runtime, Value input, Arguments arguments)
    {
        Value? missing = arguments.Bind("float", "default")[0];
        Operators.RequireDefined(input);
        Charge(runtime, input);
        return input switch
        {
            _ when Numbers.IsNumber(input) => new FloatValue(Numbers.ToDouble(input)),
            TextValue text when TryFloat(text.Text, out double real) => new FloatValue(real),
            _ => missing ?? new FloatValue(0),
        };
    }

    public static Value Round(Runtime runtime, Value input, Arguments arguments)
    {
        Value?[] bound = arguments.Bind("round", "precision", "method");
        Operators.RequireDefined(input);
        int decimals = bound[0] is null ? 0 : (int)BigInteger.Clamp(Integer("round", bound[0]!), -400, 400);
        string method = bound[1] is null ? "common" : runtime.Str(bound[1]!);
        if (!Numbers.IsNumber(input))
        {
            throw new TemplateException($"type {input.TypeName} doesn't define __round__ method");
        }

        // Exact rounding computes with as many digits.
        runtime.Budget.Step(Math.Abs(decimals));
        double scale = Math.Pow(10, decimals);
        return method switch
        {
            "common" when Numbers.TryInteger(input, out BigInteger integer) => new IntValue(Numbers.Round(integer, decimals)),
            "common" => new FloatValue(Numbers.Round(Numbers.ToDouble(input), decimals)),
            "ceil" => new FloatValue(Math.Ceiling(Numbers.ToDouble(input) * scale) / scale),
            "floor" => new FloatValue(Math.Floor(Numbers.ToDouble(input) * scale) / scale),
            _ => throw new TemplateException("method must be common, ceil or floor"),
        };
    }

    /// <summary>An argument that must be an integer.</summary>
    public static BigInteger Integer(string function, Value value)
    {
        Operators.RequireDefined(value);
        return Numbers.TryInteger(value, out BigInteger integer) ? integer : throw new TemplateException($"{function}: '{value.TypeName}' object cannot be interpreted as an integer");
    }

    private static void Charge(Runtime runtime, Value input)
    {
        if (input is TextValue text)
        {
            long bits = 4L * text.Text.Length;
            runtime.Budget.Read(text.Text.Length);
            runtime.Budget.Compute(Math.Min(bits, IntValue.MaxBits), Math.Min(bits, IntValue.MaxBits));
        }
    }

    // int("12") of Python: blanks around, a sign, single underscores between digits, a prefix of the base.
    private static bool TryInteger(string text, BigInteger radix, out BigInteger value)
    {
        value = 0;
        text = PythonText.Strip(text, null);
        bool negative = text.StartsWith('-');
        string digits = text.StartsWith('+') || negative ? text[1..] : text;
        string prefix = radix == 16 ? "0x" : radix == 8 ? "0o" : radix == 2 ? "0b" : "";
        if (prefix.Length > 0 && digits.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
        {
            digits = digits[2..].StartsWith('_') ? digits[3..] : digits[2..];
        }

        if (digits.Length == 0 || digits.Length > IntValue.MaxDigits || digits[0] == '_' || digits[^1] == '_' || digits.Contains("__", StringComparison.Ordinal))
        {
            return false;
        }

        if (radix == 10)
        {
            digits = digits.Replace("_", "", StringComparison.Ordinal);
            bool plain = digits.All(char.IsAsciiDigit);
            value = plain ? BigInteger.Parse(digits, CultureInfo.InvariantCulture) * (negative ? -1 : 1) : 0;
            return plain;
        }

        foreach (char c in digits.Where(c => c != '_'))
        {
            int digit = char.IsAsciiDigit(c) ? c - '0' : char.IsAsciiLetter(c) ? char.ToLowerInvariant(c) - 'a' + 10 : 99;
            if (digit >= radix)
            {
                return false;
            }

            value = (value * radix) + digit;
        }

        value = negative ? -value : value;
        return true;
    }

    private static bool TryFloat(string text, out double value)
    {
        text = PythonText.Strip(text, null);
        switch (text.TrimStart('+', '-').ToLowerInvariant())
        {
            case "inf" or "infinity":
                value = text[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity;
                return true;
            case "nan":
                value = double.NaN;
                return true;
            default:
                return double.TryParse(text.Replace("_", "", StringComparison.Ordinal), NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out value);
        }
    }
}
