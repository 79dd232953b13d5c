using System.Numerics;

namespace Aha.Templates.Values;

/// <summary>Python's numbers: integers of any length, floats, and booleans, which count as 0 and 1.</summary>
internal static class Numbers
{
    public static bool IsNumber(Value value) => value is IntValue or FloatValue or BoolValue;

    /// <summary>The integer in an int or a bool.</summary>
    public static bool TryInteger(Value value, out BigInteger integer)
    {
        integer = value switch
        {
            IntValue i => i.Value,
            BoolValue b => b.IsTrue ? 1 : 0,
            _ => default,
        };
        return value is IntValue or BoolValue;
    }

    /// <summary>The length of an int in bits; 0 for everything else.</summary>
    public static long Bits(Value value) => value is IntValue integer ? integer.Value.GetBitLength() : 0;

    /// <summary>A number as a float; 0 for what is no number.</summary>
    public static double ToDouble(Value value) => value is FloatValue real ? real.Value : TryInteger(value, out BigInteger integer) ? (double)integer : 0;

    /// <summary>Compares two numbers; false where one is none, or either is not a number (NaN).</summary>
    public static bool TryCompare(Value left, Value right, out int order)
    {
        if (TryInteger(left, out BigInteger a) && TryInteger(right, out BigInteger b))
        {
            order = a.CompareTo(b);
            return true;
        }

        double x = ToDouble(left), y = ToDouble(right);
        order = x.CompareTo(y);
        return IsNumber(left) && IsNumber(right) && !double.IsNaN(x) && !double.IsNaN(y);
    }

    /// <summary>An int within the bounds of arithmetic.</summary>
    /// <exception cref="TemplateException">It is longer than <see cref="IntValue.MaxBits"/>.</exception>
    public static IntValue Bounded(BigInteger value) => value.GetBitLength() <= IntValue.MaxBits
        ? new IntValue(value)
        : throw new TemplateException($"a number of more than {IntValue.MaxDigits} digits");

    /// <summary>Rounds to a number of decimals, ties to even, exactly as the binary value lies.</summary>
    public static double Round(double value, int decimals)
    {
        if (!double.IsFinite(value) || decimals > 323)
        {
            return value;
        }

        if (decimals < -308)
        {
            return 0;
        }

        (BigInteger mantissa, int exponent) = Split(value);
        BigInteger numerator = mantissa, denominator = BigInteger.One;
        if (exponent > 0)
        {
            numerator <<= exponent;
        }
        else
        {
            denominator <<= -exponent;
        }

        if (decimals > 0)
        {
            numerator *= BigInteger.Pow(10, decimals);
        }
        else
        {
            denominator *= BigInteger.Pow(10, -decimals);
        }

        BigInteger rounded = DivideToEven(numerator, denominator);
        double magnitude = double.Parse($"{rounded}e{-decimals}", System.Globalization.CultureInfo.InvariantCulture);
        return double.CopySign(magnitude, value);
    }

    /// <summary>Rounds an int to a power of ten, ties to even.</summary>
    public static BigInteger Round(BigInteger value, int decimals)
    {
        if (decimals >= 0 || decimals < -IntValue.MaxDigits)
        {
            return decimals >= 0 ? value : 0;
        }

        BigInteger unit = BigInteger.Pow(10, -decimals);
        return DivideToEven(BigInteger.Abs(value), unit) * unit * value.Sign;
    }

    private static BigInteger DivideToEven(BigInteger numerator, BigInteger denominator)
    {
        BigInteger quotient = BigInteger.DivRem(numerator, denominator, out BigInteger remainder);
        int half = (remainder * 2).CompareTo(denominator);
        return half > 0 || (half == 0 && !quotient.IsEven) ? quotient + 1 : quotient;
    }

    // |value| = mantissa * 2^exponent.
    private static (BigInteger Mantissa, int Exponent) Split(double value)
    {
        long bits = BitConverter.DoubleToInt64Bits(value);
        int exponent = (int)((bits >> 52) & 0x7FF);
        long fraction = bits & 0xF_FFFF_FFFF_FFFF;
        return exponent == 0 ? (fraction, -1074) : (fraction | (1L << 52), exponent - 1075);
    }
}
