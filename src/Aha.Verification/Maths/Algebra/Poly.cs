using System.Globalization;
using System.Text;
using Aha.Verification.Maths.Numbers;

namespace Aha.Verification.Maths.Algebra;

internal readonly record struct Factor(Atom Atom, Rational Exponent);

/// <summary>A product of atoms to rational powers, none zero, in the atoms' order.</summary>
internal sealed class Monomial
{
    private Monomial(Factor[] factors)
    {
        Factors = factors;
        if (factors.Length == 0) { Key = ""; return; }
        if (factors.Length == 1 && factors[0].Exponent.IsOne) { Key = factors[0].Atom.Key; return; }
        var key = new StringBuilder();
        foreach (var factor in factors)
        {
            if (key.Length > 0) { key.Append('*'); }
            key.Append(factor.Atom.Key);
            if (!factor.Exponent.IsOne) { key.Append('^').Append(factor.Exponent.ToString()); }
        }
        Key = key.ToString();
    }

    public static Monomial One { get; } = new([]);

    public Factor[] Factors { get; }

    public string Key { get; }

    public bool IsOne => Factors.Length == 0;

    public static Monomial Of(Atom atom, Rational exponent) => exponent.IsZero ? One : new([new(atom, exponent)]);

    public static Monomial Of(List<Factor> factors)
    {
        factors.RemoveAll(static f => f.Exponent.IsZero);
        factors.Sort(static (a, b) => a.Atom.CompareTo(b.Atom));
        return factors.Count == 0 ? One : new([.. factors]);
    }

    /// <summary>The product, exponents added; roots and i are tidied by the caller.</summary>
    public static Monomial operator *(Monomial a, Monomial b)
    {
        if (a.IsOne) { return b; }
        if (b.IsOne) { return a; }
        var product = new List<Factor>(a.Factors.Length + b.Factors.Length);
        int i = 0, j = 0;
        while (i < a.Factors.Length || j < b.Factors.Length)
        {
            int order = i == a.Factors.Length ? 1 : j == b.Factors.Length ? -1 : a.Factors[i].Atom.CompareTo(b.Factors[j].Atom);
            if (order < 0) { product.Add(a.Factors[i++]); }
            else if (order > 0) { product.Add(b.Factors[j++]); }
            else
            {
                var exponent = a.Factors[i].Exponent + b.Factors[j].Exponent;
                if (!exponent.IsZero) { product.Add(new(a.Factors[i].Atom, exponent)); }
                i++;
                j++;
            }
        }
        return product.Count == 0 ? One : new([.. product]);
    }
}

internal readonly record struct Term(Rational Coefficient, Monomial Monomial);

/// <summary>
/// A sum of rational multiples of monomials, in the order of their keys: the canonical form of a value. Exponents of atoms may be negative or
/// fractional, so that rational functions and radicals have a form too (not always a unique one: equality also clears denominators).
/// </summary>
internal sealed class Poly
{
    private string? _text;

    private Poly(Term[] terms) => Terms = terms;

    public static Poly Zero { get; } = new([]);
    public static Poly One { get; } = new([new(1, Monomial.One)]);

    public Term[] Terms { get; }

    public bool IsZero => Terms.Length == 0;

    /// <summary>Letters in the keys of all terms.</summary>
    public int KeyLength
    {
        get
        {
            int length = 0;
            foreach (var term in Terms) { length += term.Monomial.Key.Length; }
            return length;
        }
    }

    /// <summary>Whether the value is a rational number.</summary>
    public bool IsRational => Terms.Length == 0 || (Terms.Length == 1 && Terms[0].Monomial.IsOne);

    /// <summary>The value where <see cref="IsRational"/>.</summary>
    public Rational Rational => Terms.Length == 0 ? Numbers.Rational.Zero : Terms[0].Coefficient;

    /// <summary>Whether the printed form needs no brackets as a base.</summary>
    public bool IsSimple => Terms.Length == 1 && ((Terms[0].Monomial.IsOne && Terms[0].Coefficient.IsInteger && Terms[0].Coefficient.Sign > 0)
        || (Terms[0].Coefficient.IsOne && Terms[0].Monomial.Factors is [{ Exponent.IsOne: true }]));

    public static Poly Of(Rational value) => value.IsZero ? Zero : new([new(value, Monomial.One)]);
    public static Poly Of(Rational coefficient, Monomial monomial) => coefficient.IsZero ? Zero : new([new(coefficient, monomial)]);
    public static Poly Of(Atom atom) => new([new(1, Monomial.Of(atom, 1))]);

    /// <summary>The sum of terms in any order.</summary>
    public static Poly Of(IEnumerable<Term> terms)
    {
        var sums = new Dictionary<string, Term>(StringComparer.Ordinal);
        foreach (var term in terms)
        {
            sums[term.Monomial.Key] = sums.TryGetValue(term.Monomial.Key, out var sum) ? sum with { Coefficient = sum.Coefficient + term.Coefficient } : term;
        }
        var result = sums.Values.Where(static t => !t.Coefficient.IsZero).ToArray();
        Array.Sort(result, static (a, b) => string.CompareOrdinal(a.Monomial.Key, b.Monomial.Key));
        return new(result);
    }

    public static Poly operator +(Poly a, Poly b)
    {
        if (a.IsZero) { return b; }
        if (b.IsZero) { return a; }
        if (a.IsRational && b.IsRational) { return Of(a.Rational + b.Rational); }
        var sum = new List<Term>(a.Terms.Length + b.Terms.Length);
        int i = 0, j = 0;
        while (i < a.Terms.Length || j < b.Terms.Length)
        {
            int order = i == a.Terms.Length ? 1 : j == b.Terms.Length ? -1 : string.CompareOrdinal(a.Terms[i].Monomial.Key, b.Terms[j].Monomial.Key);
            if (order < 0) { sum.Add(a.Terms[i++]); }
            else if (order > 0) { sum.Add(b.Terms[j++]); }
            else
            {
                var coefficient = a.Terms[i].Coefficient + b.Terms[j].Coefficient;
                if (!coefficient.IsZero) { sum.Add(new(coefficient, a.Terms[i].Monomial)); }
                i++;
                j++;
            }
        }
        return sum.Count == 0 ? Zero : new([.. sum]);
    }

    public static Poly operator -(Poly a) => a.Scale(-1);
    public static Poly operator -(Poly a, Poly b) => a + -b;

    public Poly Scale(Rational by) => by.IsZero ? Zero : by.IsOne ? this : new([.. Terms.Select(t => t with { Coefficient = t.Coefficient * by })]);

    /// <summary>All atoms of the top level.</summary>
    public IEnumerable<Atom> Atoms => Terms.SelectMany(static t => t.Monomial.Factors).Select(static f => f.Atom);

    /// <summary>Whether the predicate holds for an atom here or inside the arguments of one.</summary>
    public bool AnyAtom(Func<Atom, bool> predicate) => AnyFactor(factor => predicate(factor.Atom));

    /// <summary>Whether the predicate holds for a factor here or inside the arguments of one. Each is asked once: a predicate must not go deeper itself.</summary>
    public bool AnyFactor(Func<Factor, bool> predicate)
    {
        foreach (var term in Terms)
        {
            foreach (var factor in term.Monomial.Factors)
            {
                if (predicate(factor)) { return true; }
                foreach (var argument in factor.Atom.Arguments)
                {
                    if (argument.AnyFactor(predicate)) { return true; }
                }
            }
        }
        return false;
    }

    /// <summary>
    /// (content, primitive) with this = content * primitive, the primitive's coefficients coprime integers. Its first coefficient is
    /// positive when <paramref name="takeSign"/>.
    /// </summary>
    public (Rational Content, Poly Primitive) Content(bool takeSign)
    {
        if (IsZero) { return (Numbers.Rational.One, this); }
        var numerator = System.Numerics.BigInteger.Zero;
        var denominator = System.Numerics.BigInteger.One;
        foreach (var term in Terms)
        {
            numerator = System.Numerics.BigInteger.GreatestCommonDivisor(numerator, term.Coefficient.Numerator);
            denominator = denominator / System.Numerics.BigInteger.GreatestCommonDivisor(denominator, term.Coefficient.Denominator) * term.Coefficient.Denominator;
        }
        var content = Numbers.Rational.Of(numerator, denominator);
        if (takeSign && Terms[0].Coefficient.Sign < 0) { content = -content; }
        return (content, Scale(Numbers.Rational.One / content));
    }

    /// <summary>Plain notation: 2*x**2 + sqrt(3)*x/2 - 1.</summary>
    public override string ToString() => _text ??= Print();

    private string Print()
    {
        if (IsZero) { return "0"; }
        var text = new StringBuilder();
        // The constant term has the smallest key; it reads better at the end.
        var ordered = Terms.Length > 1 && Terms[0].Monomial.IsOne ? Terms[1..].Append(Terms[0]) : Terms;
        foreach (var term in ordered)
        {
            bool negative = term.Coefficient.Sign < 0;
            if (text.Length > 0) { text.Append(negative ? " - " : " + "); }
            else if (negative) { text.Append('-'); }
            PrintTerm(text, term.Coefficient.Abs(), term.Monomial);
        }
        return text.ToString();
    }

    private static void PrintTerm(StringBuilder text, Rational coefficient, Monomial monomial)
    {
        var above = monomial.Factors.Where(static f => f.Exponent.Sign > 0).Select(f => PrintFactor(f.Atom, f.Exponent)).ToList();
        var below = monomial.Factors.Where(static f => f.Exponent.Sign < 0).Select(f => PrintFactor(f.Atom, -f.Exponent)).ToList();
        if (!coefficient.Numerator.IsOne || above.Count == 0) { above.Insert(0, coefficient.Numerator.ToString(CultureInfo.InvariantCulture)); }
        if (!coefficient.IsInteger) { below.Insert(0, coefficient.Denominator.ToString(CultureInfo.InvariantCulture)); }
        text.AppendJoin('*', above);
        if (below.Count == 0) { return; }
        text.Append('/');
        if (below.Count > 1) { text.Append('('); }
        text.AppendJoin('*', below);
        if (below.Count > 1) { text.Append(')'); }
    }

    private static string PrintFactor(Atom atom, Rational exponent)
    {
        string name = atom.Key;
        if (exponent.IsOne) { return name; }
        if (exponent == Numbers.Rational.Of(1, 2)) { return atom.Kind == AtomKind.Polynomial ? "sqrt" + name : $"sqrt({name})"; }
        if (atom.Kind == AtomKind.Exponential) { name = "(" + name + ")"; }
        return exponent.IsInteger && exponent.Sign > 0 ? $"{name}**{exponent}" : $"{name}**({exponent})";
    }
}
