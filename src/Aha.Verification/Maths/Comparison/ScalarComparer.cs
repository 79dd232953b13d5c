using System.Numerics;
using Aha.Verification.Maths.Algebra;
using Aha.Verification.Maths.Expressions;
using Aha.Verification.Maths.Numbers;

namespace Aha.Verification.Maths.Comparison;

/// <summary>
/// Equality of scalar expressions: first exactly, by the canonical form of the difference; where that does not decide (nested radicals, identities of
/// functions) numerically to 150 bits at sampled points.
/// </summary>
internal sealed class ScalarComparer(Budget budget, MathOptions options)
{
    private const int Rounds = 3;

    /// <summary>Functions of several branches agree on one of them by chance: |a - b| with a - b wherever a is larger.</summary>
    private const int BranchRounds = 12;
    private const int AgreementBits = 150;

    private readonly Canonicalizer _canonicalizer = new(budget);
    private readonly Dictionary<Expr, Poly?> _forms = new(ReferenceEqualityComparer.Instance);

    public Canonicalizer Canonicalizer => _canonicalizer;

    public Poly? ToPoly(Expr expr)
    {
        if (_forms.TryGetValue(expr, out var known)) { return known; }
        var poly = _canonicalizer.ToPoly(expr);
        _forms.Add(expr, poly);
        return poly;
    }

    public bool AreEqual(Expr gold, Expr answer)
    {
        if (gold is Number g && answer is Number a && g.Value == a.Value) { return true; }
        if (ToPoly(gold) is not { } goldPoly || ToPoly(answer) is not { } answerPoly) { return false; }
        if (AreEqual(goldPoly, answerPoly, gold.HasDecimals || answer.HasDecimals)) { return true; }
        if (!options.PercentAsNumber) { return false; }
        return (gold is Number { IsPercent: true } && AreEqual(goldPoly.Scale(100), answerPoly, rounded: true))
            || (answer is Number { IsPercent: true } && AreEqual(goldPoly, answerPoly.Scale(100), rounded: true));
    }

    /// <summary>Equality of canonical forms; <paramref name="rounded"/> compares to the precision of the options.</summary>
    public bool AreEqual(Poly gold, Poly answer, bool rounded)
    {
        var difference = gold - answer;
        if (difference.IsZero) { return true; }
        if (gold.IsRational && answer.IsRational) { return rounded && IsClose(gold.Rational, answer.Rational); }
        if (rounded && IsRoundedEqual(gold, answer)) { return true; }
        return IsZero(difference);
    }

    /// <summary>Whether the value is zero whatever its symbols are.</summary>
    public bool IsZero(Poly difference)
    {
        if (difference.IsZero) { return true; }
        if (difference.IsRational) { return false; }
        if (_canonicalizer.Arithmetic.ClearDenominators(difference) is { } cleared)
        {
            if (cleared.IsZero) { return true; }
            // A polynomial in symbols alone that is not zero has a point where it is not zero.
            if (cleared.Terms.All(static t => t.Monomial.Factors.All(static f => f.Atom.Kind == AtomKind.Symbol && f.Exponent.IsInteger))) { return false; }
        }
        bool hasSymbols = difference.AnyAtom(static a => a.Kind == AtomKind.Symbol || Canonicalizer.IsOpaque(a));
        bool integers = difference.AnyAtom(static a => a.Kind == AtomKind.Function && a.Name is "factorial" or "binomial" or "gcd" or "lcm");
        bool branches = integers || HasBranches(difference);
        int agreements = 0;
        for (int round = 0; round < (!hasSymbols ? 1 : branches ? BranchRounds : Rounds); round++)
        {
            int current = round;
            var evaluator = new NumericEvaluator(budget, name => Sample(name, current, integers));
            if (evaluator.Evaluate(difference) is not { } evaluation) { continue; }
            if (evaluation.Value.Magnitude > evaluation.Scale - AgreementBits) { return false; }
            agreements++;
        }
        return agreements >= (hasSymbols ? 2 : 1);
    }

    /// <summary>Whether the value follows different formulas in different places: absolute values, rounding, and roots, which are never negative.</summary>
    private static bool HasBranches(Poly poly) => poly.AnyFactor(static f => (!f.Exponent.IsInteger && f.Atom.Kind == AtomKind.Polynomial)
        || (f.Atom.Kind == AtomKind.Function && f.Atom.Name is "Abs" or "sign" or "Max" or "Min" or "floor" or "ceiling" or "Mod" or "arg" or "re" or "im"));

    /// <summary>
    /// A point for a symbol: positive in the first round, of either sign later, and from the fourth round on further and further from zero, where other
    /// branches may lie; whole numbers where functions of integers take part.
    /// </summary>
    public static BigComplex Sample(string name, int round, bool integers)
    {
        var point = NumericEvaluator.SamplePoint(name, round);
        if (integers) { return BigFloat.Of((point.Scale(4).Floor() ?? 0) + 2); }
        if (round >= Rounds) { point = point.Scale(round - Rounds); }
        return round > 0 && NumericEvaluator.SamplePoint(name, round + 7).CompareTo(BigFloat.One) > 0 ? -point : point;
    }

    /// <summary>Agreement after rounding: to the given decimals absolutely, and to as many digits relatively, so that 1e-9 is not 2e-9.</summary>
    public bool IsClose(Rational gold, Rational answer)
    {
        var difference = (gold - answer).Abs();
        var size = gold.Abs() > answer.Abs() ? gold.Abs() : answer.Abs();
        var unit = Rational.Of(1, BigInteger.Pow(10, Math.Clamp(options.Precision, 0, 60)));
        return difference * 2 <= unit && difference <= size * unit * 10;
    }

    private bool IsRoundedEqual(Poly gold, Poly answer)
    {
        // Polynomials with rounded coefficients: term by term.
        var theirs = answer.Terms.ToDictionary(static t => t.Monomial.Key, static t => t.Coefficient, StringComparer.Ordinal);
        if (gold.Terms.Length == theirs.Count && gold.Terms.All(t => theirs.TryGetValue(t.Monomial.Key, out var c) && (c == t.Coefficient || IsClose(t.Coefficient, c)))) { return true; }
        if (gold.AnyAtom(static a => a.Kind is AtomKind.Symbol) || answer.AnyAtom(static a => a.Kind is AtomKind.Symbol)) { return false; }
        return _canonicalizer.RealValue(gold) is { } g && _canonicalizer.RealValue(answer) is { } a && IsClose(g, a);
    }

    private bool IsClose(BigFloat gold, BigFloat answer)
    {
        var difference = (gold - answer).Abs();
        var size = gold.Abs().CompareTo(answer.Abs()) > 0 ? gold.Abs() : answer.Abs();
        var unit = BigFloat.Of(Rational.Of(1, BigInteger.Pow(10, Math.Clamp(options.Precision, 0, 60))));
        return (difference * 2).CompareTo(unit) <= 0 && difference.CompareTo(size * unit * 10) <= 0;
    }
}
