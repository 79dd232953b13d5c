using System.Numerics;
using Aha.Verification.Maths.Numbers;

namespace Aha.Verification.Tests.Maths;

/// <summary>The arithmetic under the verifier, by its laws and against double precision.</summary>
public class NumberTests
{
    private static readonly Gen<Rational> Rationals = Gen.Select(Gen.Long[-1_000_000, 1_000_000], Gen.Long[1, 1_000_000], static (n, d) => Rational.Of(n, d));
    private static readonly Gen<double> Doubles = Gen.Double[-30, 30];

    [Fact]
    public void Rationals_form_a_field() => Gen.Select(Rationals, Rationals, Rationals).Sample(static (a, b, c) =>
        a + b == b + a && (a + b) * c == (a * c) + (b * c) && a - a == Rational.Zero && (b.IsZero || a / b * b == a) && a.CompareTo(b) == -b.CompareTo(a));

    [Fact]
    public void Rationals_are_in_lowest_terms() => Rationals.Sample(static a =>
        a.Denominator.Sign > 0 && BigInteger.GreatestCommonDivisor(a.Numerator, a.Denominator).IsOne && default(Rational) == Rational.Zero);

    [Fact]
    public void Floor_is_the_integer_below() => Rationals.Sample(static a => a.Floor() is var f && f <= a && a < f + 1);

    [Fact]
    public void Powers_beyond_the_budget_are_refused()
    {
        Assert.Null(((Rational)2).Power(1_000_000));
        Assert.Null(Rational.Zero.Power(-1));
        Assert.Equal((Rational)1024, ((Rational)2).Power(10));
        Assert.Equal(Rational.One, ((Rational)(-1)).Power(BigInteger.Pow(10, 100)));
    }

    [Fact]
    public void Functions_agree_with_double_precision() => Doubles.Sample(static x =>
    {
        var big = BigFloat.FromDouble(x);
        var (sine, cosine) = big.SinCos();
        Close(Math.Exp(x), big.Exp().ToDouble());
        Close(Math.Sin(x), sine.ToDouble());
        Close(Math.Cos(x), cosine.ToDouble());
        Close(Math.Atan(x), big.Atan().ToDouble());
        if (x > 0)
        {
            Close(Math.Log(x), big.Log().ToDouble());
            Close(Math.Sqrt(x), big.Sqrt().ToDouble());
        }
    });

    [Fact]
    public void A_double_survives_the_way_there_and_back() => Gen.OneOf(Doubles, Gen.Select(Gen.OneOf(1.0, -1.0), Gen.Int[-60, 60], static (sign, power) => Math.ScaleB(sign, power))).Sample(static x =>
        BigFloat.FromDouble(x).ToDouble() == x && BigFloat.Of(Rational.Of((BigInteger)Math.Round(x * 1024), 1024)).ToDouble() == Math.Round(x * 1024) / 1024);

    private static void Close(double expected, double actual) => Assert.True(Math.Abs(expected - actual) <= 1e-13 * Math.Max(1, Math.Abs(expected)), $"{expected} {actual}");

    [Fact]
    public void Inverses_and_identities_hold_to_200_bits() => Doubles.Where(static x => x != 0).Sample(static x =>
    {
        var big = BigFloat.FromDouble(Math.Abs(x));
        var (sine, cosine) = big.SinCos();
        Assert.True(((sine * sine) + (cosine * cosine) - BigFloat.One).Magnitude < -200);
        Assert.True((big.Exp().Log() - big).Magnitude < -190);
        Assert.True(((big.Sqrt() * big.Sqrt()) - big).Magnitude < big.Magnitude - 215);
        var angle = big.Atan().SinCos();
        Assert.True(((angle.Sin / angle.Cos) - big).Magnitude < big.Magnitude - 190);
    });

    [Fact]
    public void Constants_are_right_to_many_digits()
    {
        // pi * 10^60, from any table.
        var digits = BigInteger.Parse("3141592653589793238462643383279502884197169399375105820974944");
        Assert.Equal(digits, (BigFloat.Pi * BigFloat.Of(BigInteger.Pow(10, 60))).Floor());
        var ln2 = BigInteger.Parse("693147180559945309417232121458176568075500134360255254120680");
        Assert.Equal(ln2, (BigFloat.Ln2 * BigFloat.Of(BigInteger.Pow(10, 60))).Floor());
    }

    [Fact]
    public void Complex_powers_keep_the_laws() => Gen.Select(Doubles, Doubles).Where(static (a, b) => Math.Abs(a) + Math.Abs(b) > 0.01).Sample(static (a, b) =>
    {
        var z = new BigComplex(BigFloat.FromDouble(a), BigFloat.FromDouble(b));
        Assert.True((z.Log().Exp() - z).Magnitude < z.Magnitude - 180);
        Assert.True(((z.Sqrt() * z.Sqrt()) - z).Magnitude < z.Magnitude - 180);
        Assert.True(((z * (1 / z)) - 1).Magnitude < -200);
    });

    [Fact]
    public void An_odd_root_of_a_negative_number_is_real()
    {
        var root = ((BigComplex)(-8)).Power(Rational.Of(1, 3))!.Value;
        Assert.True((root.Re + 2).Magnitude < -200);
        Assert.True(root.Im.IsZero);
    }
}
