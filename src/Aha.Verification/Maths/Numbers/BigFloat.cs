using System.Numerics;

namespace Aha.Verification.Maths.Numbers;

/// <summary>
/// A binary floating-point number mantissa * 2^exponent with <see cref="Precision"/> significant bits. Wide exponents and a fixed
/// precision make every operation cheap and bounded whatever the value. Used to refute or confirm identities numerically.
/// </summary>
internal readonly struct BigFloat
{
    /// <summary>Significant bits: two expressions that agree to 2^-150 at random points are taken for one.</summary>
    public const int Precision = 224;

    private const long MaxExponent = 1L << 40;

    private readonly BigInteger _mantissa;
    private readonly long _exponent;

    private BigFloat(BigInteger mantissa, long exponent)
    {
        long excess = mantissa.GetBitLength() - Precision;
        if (excess > 0) { mantissa >>= (int)excess; exponent += excess; }
        if (mantissa.IsZero) { exponent = 0; }
        _mantissa = mantissa;
        _exponent = exponent;
    }

    public static BigFloat Zero => default;
    public static BigFloat One { get; } = new(BigInteger.One, 0);
    public static BigFloat Half { get; } = new(BigInteger.One, -1);
    public static BigFloat Ln2 { get; } = ComputeLn2();
    public static BigFloat Pi { get; } = ComputePi();

    public int Sign => _mantissa.Sign;
    public bool IsZero => _mantissa.IsZero;

    /// <summary>floor(log2 |x|) + 1; very small for zero.</summary>
    public long Magnitude => _mantissa.IsZero ? long.MinValue / 4 : _exponent + _mantissa.GetBitLength();

    /// <summary>False when the exponent left the representable range: the value is then of no use.</summary>
    public bool InRange => Math.Abs(_exponent) < MaxExponent;

    public static implicit operator BigFloat(int value) => new(value, 0);
    public static BigFloat Of(BigInteger value) => new(value, 0);

    public static BigFloat Of(Rational value) => value.IsInteger ? new(value.Numerator, 0) : new BigFloat(value.Numerator, 0) / new BigFloat(value.Denominator, 0);

    public static BigFloat operator -(BigFloat a) => new(-a._mantissa, a._exponent);

    public static BigFloat operator +(BigFloat a, BigFloat b)
    {
        if (a.IsZero) { return b; }
        if (b.IsZero) { return a; }
        if (a.Magnitude < b.Magnitude) { (a, b) = (b, a); }
        // The smaller operand lies wholly below the last bit of the larger one.
        if (a.Magnitude - b.Magnitude > Precision + 2) { return a; }
        long exponent = Math.Min(a._exponent, b._exponent);
        return new((a._mantissa << (int)(a._exponent - exponent)) + (b._mantissa << (int)(b._exponent - exponent)), exponent);
    }

    public static BigFloat operator -(BigFloat a, BigFloat b) => a + -b;
    public static BigFloat operator *(BigFloat a, BigFloat b) => new(a._mantissa * b._mantissa, a._exponent + b._exponent);

    /// <summary>a / b; b must not be zero.</summary>
    public static BigFloat operator /(BigFloat a, BigFloat b)
    {
        int shift = (int)Math.Max(0, Precision + 1 + b._mantissa.GetBitLength() - a._mantissa.GetBitLength());
        return new((a._mantissa << shift) / b._mantissa, a._exponent - b._exponent - shift);
    }

    public BigFloat Scale(long power) => new(_mantissa, _exponent + power);
    public BigFloat Abs() => Sign < 0 ? -this : this;
    public int CompareTo(BigFloat other) => (this - other).Sign;

    /// <summary>Largest integer not above the value, or null when it is too long to hold.</summary>
    public BigInteger? Floor()
    {
        if (_exponent >= 0) { return _exponent > Budget.MaxBits ? null : _mantissa << (int)_exponent; }
        if (-_exponent > Precision + 8) { return Sign < 0 ? BigInteger.MinusOne : BigInteger.Zero; }
        return _mantissa >> (int)-_exponent;
    }

    /// <summary>Nearest integer, or null when it is too long to hold.</summary>
    public BigInteger? Round() => (this + Half).Floor();

    public double ToDouble()
    {
        if (IsZero) { return 0; }
        // 62 bits and a sticky bit, so that the one rounding happens in the conversion to double.
        var size = BigInteger.Abs(_mantissa);
        long drop = Math.Max(0, size.GetBitLength() - 62);
        var kept = size >> (int)drop;
        long bits = ((long)kept << 1) | (kept << (int)drop == size ? 0L : 1L);
        return Sign * Math.ScaleB((double)bits, (int)Math.Clamp(_exponent + drop - 1, -5000, 5000));
    }

    /// <summary>Square root of a non-negative value.</summary>
    public BigFloat Sqrt()
    {
        if (IsZero) { return this; }
        long shift = Math.Max(0, (2 * Precision) + 2 - _mantissa.GetBitLength());
        if (((_exponent - shift) & 1) != 0) { shift++; }
        return new(IntegerSqrt(_mantissa << (int)shift), (_exponent - shift) / 2);
    }

    /// <summary>e^x by halving the argument sixteen times around a Taylor series.</summary>
    public BigFloat Exp()
    {
        if (Magnitude > 36) { return Sign < 0 ? Zero : new BigFloat(BigInteger.One, MaxExponent * 2); }
        var turns = (this / Ln2).Round()!.Value;
        const int halvings = 16;
        var reduced = (this - (Of(turns) * Ln2)).Scale(-halvings);
        BigFloat sum = One, term = One;
        for (int n = 1; n < 100 && term.Magnitude > -Precision - 8; n++)
        {
            term = term * reduced / n;
            sum += term;
        }
        for (int i = 0; i < halvings; i++) { sum *= sum; }
        return sum.Scale((long)turns);
    }

    /// <summary>Natural logarithm of a positive value: a double's guess, then Newton's steps on exp (each doubles the digits).</summary>
    public BigFloat Log()
    {
        long power = Magnitude;
        var reduced = Scale(-power);
        var guess = FromDouble(Math.Log(reduced.ToDouble()));
        for (int i = 0; i < 3; i++)
        {
            var value = guess.Exp();
            guess += ((reduced - value) / (reduced + value)).Scale(1);
        }
        return guess + (Of(power) * Ln2);
    }

    /// <summary>(sin x, cos x), the argument reduced by multiples of pi/2 and halved around a Taylor series.</summary>
    public (BigFloat Sin, BigFloat Cos) SinCos()
    {
        if (Magnitude > Precision / 2) { return (Zero, Zero); }
        var turns = (this / Pi.Scale(-1)).Round()!.Value;
        const int halvings = 10;
        var x = (this - (Of(turns) * Pi.Scale(-1))).Scale(-halvings);
        var square = -(x * x);
        BigFloat sine = x, term = x;
        // 1 - cos is kept instead of cos: doubling it loses no digits.
        BigFloat versine = Zero, even = One;
        for (int n = 1; n < 60 && !term.IsZero && term.Magnitude > x.Magnitude - Precision - 8; n++)
        {
            even = even * square / ((2 * n) * ((2 * n) - 1));
            versine -= even;
            term = term * square / ((2 * n) * ((2 * n) + 1));
            sine += term;
        }
        for (int i = 0; i < halvings; i++)
        {
            (sine, versine) = ((sine * (One - versine)).Scale(1), (versine * (2 - versine)).Scale(1));
        }
        var cosine = One - versine;
        return (int)(((turns % 4) + 4) % 4) switch
        {
            0 => (sine, cosine),
            1 => (cosine, -sine),
            2 => (-sine, -cosine),
            _ => (-cosine, sine),
        };
    }

    /// <summary>Arc tangent: the argument is brought under 2^-8 by half-angle steps, then the series.</summary>
    public BigFloat Atan()
    {
        if (IsZero) { return this; }
        if (Magnitude > 1)
        {
            var complement = Pi.Scale(-1) - (One / Abs()).Atan();
            return Sign < 0 ? -complement : complement;
        }
        var x = this;
        int halvings = 0;
        while (x.Magnitude > -7)
        {
            x /= One + (One + (x * x)).Sqrt();
            halvings++;
        }
        var square = -(x * x);
        BigFloat sum = x, power = x;
        for (int n = 3; n < 400 && power.Magnitude > x.Magnitude - Precision - 8; n += 2)
        {
            power *= square;
            sum += power / n;
        }
        return sum.Scale(halvings);
    }

    public static BigFloat FromDouble(double value)
    {
        if (value == 0 || !double.IsFinite(value)) { return Zero; }
        int exponent = Math.ILogB(value) - 60;
        return new(new BigInteger(Math.ScaleB(value, -exponent)), exponent);
    }

    /// <summary>Integer square root by Newton's method from a power of two above the root.</summary>
    public static BigInteger IntegerSqrt(BigInteger value)
    {
        if (value.IsZero) { return value; }
        var root = BigInteger.One << (int)((value.GetBitLength() + 1) / 2);
        while (true)
        {
            var next = (root + (value / root)) >> 1;
            if (next >= root) { return root; }
            root = next;
        }
    }

    private static BigFloat ComputeLn2()
    {
        // ln 2 = 2 atanh(1/3).
        BigFloat sum = Zero, power = One / 3;
        for (int n = 1; n < 400; n += 2)
        {
            sum += power / n;
            power /= 9;
        }
        return sum.Scale(1);
    }

    private static BigFloat ComputePi()
    {
        // Machin: pi = 16 atan(1/5) - 4 atan(1/239).
        static BigFloat ArcTangentOfInverse(int n)
        {
            BigFloat sum = Zero, power = One / n;
            for (int k = 1; k < 400; k += 2)
            {
                sum += (k & 2) == 0 ? power / k : -(power / k);
                power /= n * n;
            }
            return sum;
        }
        return ArcTangentOfInverse(5).Scale(4) - ArcTangentOfInverse(239).Scale(2);
    }
}
