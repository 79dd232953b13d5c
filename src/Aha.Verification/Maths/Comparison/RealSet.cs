using Aha.Verification.Maths.Algebra;
using Aha.Verification.Maths.Expressions;
using Aha.Verification.Maths.Numbers;

namespace Aha.Verification.Maths.Comparison;

/// <summary>An end of an interval: a real number in its canonical form with its value, or an infinity.</summary>
internal readonly record struct Endpoint(Poly Form, BigFloat Value, int Infinite)
{
    public static Endpoint Infinity(int sign) => new(Poly.Of(Atom.Infinity).Scale(sign), BigFloat.Zero, sign);

    public int CompareTo(Endpoint other)
    {
        if (Infinite != 0 || other.Infinite != 0) { return Infinite.CompareTo(other.Infinite); }
        if ((Form - other.Form).IsZero) { return 0; }
        var difference = Value - other.Value;
        // Equal in another form: sqrt(3 + 2 sqrt 2) and 1 + sqrt 2.
        return difference.Magnitude < Math.Max(Value.Magnitude, other.Value.Magnitude) - 150 ? 0 : difference.Sign;
    }
}

/// <summary>From <see cref="Low"/> to <see cref="High"/>; a single point when both are equal and included.</summary>
internal readonly record struct Interval(Endpoint Low, bool LowOpen, Endpoint High, bool HighOpen)
{
    public bool IsEmpty => Low.CompareTo(High) is var order && (order > 0 || (order == 0 && (LowOpen || HighOpen)));
}

/// <summary>A set of real numbers as disjoint intervals in ascending order: one form for every way of writing it.</summary>
internal sealed class RealSet
{
    private RealSet(List<Interval> parts) => Parts = parts;

    public IReadOnlyList<Interval> Parts { get; }

    public static RealSet Empty { get; } = new([]);
    public static RealSet All { get; } = new([new(Endpoint.Infinity(-1), true, Endpoint.Infinity(1), true)]);

    public static RealSet Of(IEnumerable<Interval> intervals)
    {
        var sorted = intervals.Where(static i => !i.IsEmpty).ToList();
        sorted.Sort(static (a, b) => a.Low.CompareTo(b.Low) is var order && order != 0 ? order : a.LowOpen.CompareTo(b.LowOpen));
        var merged = new List<Interval>();
        foreach (var next in sorted)
        {
            if (merged.Count > 0 && merged[^1] is var last && last.High.CompareTo(next.Low) is var gap && (gap > 0 || (gap == 0 && !(last.HighOpen && next.LowOpen))))
            {
                int order = last.High.CompareTo(next.High);
                merged[^1] = order > 0 ? last : order < 0 ? last with { High = next.High, HighOpen = next.HighOpen } : last with { HighOpen = last.HighOpen && next.HighOpen };
            }
            else { merged.Add(next); }
        }
        return new(merged);
    }

    public RealSet Union(RealSet other) => Of(Parts.Concat(other.Parts));

    public RealSet Intersect(RealSet other) => Of(Parts.SelectMany(a => other.Parts.Select(b => Intersect(a, b))));

    private static Interval Intersect(Interval a, Interval b)
    {
        int low = a.Low.CompareTo(b.Low), high = a.High.CompareTo(b.High);
        return new(
            low >= 0 ? a.Low : b.Low, low > 0 ? a.LowOpen : low < 0 ? b.LowOpen : a.LowOpen || b.LowOpen,
            high <= 0 ? a.High : b.High, high < 0 ? a.HighOpen : high > 0 ? b.HighOpen : a.HighOpen || b.HighOpen);
    }

    public RealSet Complement()
    {
        var gaps = new List<Interval>();
        var low = Endpoint.Infinity(-1);
        bool open = true;
        foreach (var part in Parts)
        {
            gaps.Add(new(low, open, part.Low, !part.LowOpen));
            (low, open) = (part.High, !part.HighOpen);
        }
        gaps.Add(new(low, open, Endpoint.Infinity(1), true));
        // An infinity is never included, whatever the brackets said.
        return Of(gaps.Select(static g => g with { LowOpen = g.LowOpen || g.Low.Infinite != 0, HighOpen = g.HighOpen || g.High.Infinite != 0 }));
    }

    public bool SameAs(RealSet other)
    {
        if (Parts.Count != other.Parts.Count) { return false; }
        for (int i = 0; i < Parts.Count; i++)
        {
            var (a, b) = (Parts[i], other.Parts[i]);
            bool lowOpen = a.LowOpen || a.Low.Infinite != 0, otherLowOpen = b.LowOpen || b.Low.Infinite != 0;
            bool highOpen = a.HighOpen || a.High.Infinite != 0, otherHighOpen = b.HighOpen || b.High.Infinite != 0;
            if (a.Low.CompareTo(b.Low) != 0 || a.High.CompareTo(b.High) != 0 || lowOpen != otherLowOpen || highOpen != otherHighOpen) { return false; }
        }
        return true;
    }
}

/// <summary>Reads sets, intervals and solved inequalities as sets of real numbers. Null where that is not what they are.</summary>
internal sealed class RealSetReader(ScalarComparer scalars)
{
    private const int MaxParts = 64;

    public RealSet? Read(Expr expr, string? variable = null)
    {
        switch (expr)
        {
            case Constant { Kind: ConstantKind.Reals }: return RealSet.All;
            case Constant { Kind: ConstantKind.EmptySet }: return RealSet.Empty;
            case Collection { Bracket: Bracket.Curly or Bracket.Group or Bracket.Unordered or Bracket.None } set: return ReadPoints(set);
            case Collection { Children: [var low, var high] } interval:
                if (ReadEndpoint(low) is not { } from || ReadEndpoint(high) is not { } to) { return null; }
                return RealSet.Of([new(from, interval.Bracket is Bracket.Round or Bracket.OpenClosed or Bracket.Outward, to, interval.Bracket is Bracket.Round or Bracket.ClosedOpen or Bracket.Outward)]);
            case SetOperation operation:
                if (Read(operation.Children[0], variable) is not { } left || Read(operation.Children[1], variable) is not { } right) { return null; }
                return operation.Operator switch
                {
                    SetOperator.Union => left.Union(right),
                    SetOperator.Intersection => left.Intersect(right),
                    _ => left.Intersect(right.Complement()),
                };
            case Conditions conditions:
                RealSet? all = null;
                foreach (var child in conditions.Children)
                {
                    if (Read(child, variable) is not { } part) { return null; }
                    all = all is null ? part : conditions.Conjunction ? all.Intersect(part) : all.Union(part);
                }
                return all;
            case Relation relation: return ReadRelation(relation, variable);
            default: return null;
        }
    }

    private RealSet? ReadPoints(Collection set)
    {
        if (set.Children.Count > MaxParts) { return null; }
        var points = new List<Interval>();
        foreach (var child in set.Children)
        {
            if (child is Collection or SetOperation)
            {
                // "(0,1), (2,3)" is their union.
                if (set.Bracket is Bracket.Curly || Read(child) is not { } part) { return null; }
                points.AddRange(part.Parts);
                continue;
            }
            if (ReadEndpoint(child) is not { Infinite: 0 } point) { return null; }
            points.Add(new(point, false, point, false));
        }
        return RealSet.Of(points);
    }

    private Endpoint? ReadEndpoint(Expr expr) => scalars.ToPoly(expr) is { } poly ? ToEndpoint(poly) : null;

    private Endpoint? ToEndpoint(Poly poly)
    {
        if (poly.Terms is [{ Monomial.Factors: [{ Atom.Kind: AtomKind.Infinity, Exponent.IsOne: true }] } infinite]) { return Endpoint.Infinity(infinite.Coefficient.Sign); }
        return scalars.Canonicalizer.RealValue(poly) is { } value ? new(poly, value, 0) : null;
    }

    /// <summary>The one symbol of all conditions, or null when there are none or several.</summary>
    public static string? Variable(Expr expr)
    {
        string? found = null;
        bool several = expr.Any(e =>
        {
            if (e is not Symbol s) { return false; }
            bool other = found is not null && found != s.Name;
            found = s.Name;
            return other;
        });
        return several ? null : found;
    }

    private RealSet? ReadRelation(Relation relation, string? variable)
    {
        variable ??= Variable(relation);
        if (variable is null) { return null; }
        RealSet? result = null;
        for (int i = 0; i < relation.Kinds.Count; i++)
        {
            var part = ReadStep(relation.Children[i], relation.Kinds[i], relation.Children[i + 1], variable);
            if (part is null) { return null; }
            result = result is null ? part : result.Intersect(part);
        }
        return result;
    }

    private RealSet? ReadStep(Expr left, RelationKind kind, Expr right, string variable)
    {
        if (kind is RelationKind.ElementOf or RelationKind.NotElementOf)
        {
            if (left is not Symbol || Read(right, variable) is not { } set) { return null; }
            return kind == RelationKind.ElementOf ? set : set.Complement();
        }
        return scalars.ToPoly(left) is { } l && scalars.ToPoly(right) is { } r ? Compare(l, kind, r, variable) : null;
    }

    private RealSet? Compare(Poly l, RelationKind kind, Poly r, string variable)
    {
        if (Modulus(l) is { } inner) { return CompareModulus(inner, kind, r, variable); }
        if (Modulus(r) is { } other) { return CompareModulus(other, Flip(kind), l, variable); }
        if (Solve(l, r, variable) is not { } solved) { return null; }
        var (point, flipped) = solved;
        if (ToEndpoint(point) is not { } bound) { return null; }
        if (flipped) { kind = Flip(kind); }
        Endpoint low = Endpoint.Infinity(-1), high = Endpoint.Infinity(1);
        return kind switch
        {
            RelationKind.Less => RealSet.Of([new(low, true, bound, true)]),
            RelationKind.LessOrEqual => RealSet.Of([new(low, true, bound, false)]),
            RelationKind.Greater => RealSet.Of([new(bound, true, high, true)]),
            RelationKind.GreaterOrEqual => RealSet.Of([new(bound, false, high, true)]),
            RelationKind.Equal => RealSet.Of([new(bound, false, bound, false)]),
            RelationKind.NotEqual => RealSet.Of([new(bound, false, bound, false)]).Complement(),
            _ => null,
        };
    }

    /// <summary>p where the value is |p|.</summary>
    private static Poly? Modulus(Poly value) =>
        value.Terms is [{ Coefficient.IsOne: true, Monomial.Factors: [{ Exponent.IsOne: true, Atom: { Kind: AtomKind.Function, Name: "Abs", Arguments: [var inner] } }] }] ? inner : null;

    /// <summary>|p| &lt; r is -r &lt; p &lt; r, |p| &gt; r is p &lt; -r or p &gt; r.</summary>
    private RealSet? CompareModulus(Poly inner, RelationKind kind, Poly radius, string variable)
    {
        if (scalars.Canonicalizer.RealValue(radius) is not { Sign: > 0 }) { return null; }
        if (Compare(inner, kind, radius, variable) is not { } above || Compare(-inner, kind, radius, variable) is not { } below) { return null; }
        return kind is RelationKind.Less or RelationKind.LessOrEqual or RelationKind.NotEqual ? above.Intersect(below) : above.Union(below);
    }

    /// <summary>The point where left = right, linear in the variable, and whether left - right falls there.</summary>
    private static (Poly Point, bool Flipped)? Solve(Poly left, Poly right, string variable)
    {
        bool Mentions(Poly p) => p.AnyAtom(a => a.Kind == AtomKind.Symbol && a.Name == variable);
        bool IsVariable(Poly p) => p.Terms is [{ Coefficient.IsOne: true, Monomial.Factors: [{ Exponent.IsOne: true, Atom.Kind: AtomKind.Symbol }] }];
        if (IsVariable(left) && !Mentions(right)) { return (right, false); }
        if (IsVariable(right) && !Mentions(left)) { return (left, true); }
        Rational slope = 0;
        var rest = new List<Term>();
        foreach (var term in (left - right).Terms)
        {
            if (term.Monomial.Factors is [{ Exponent.IsOne: true, Atom: { Kind: AtomKind.Symbol } atom }] && atom.Name == variable) { slope = term.Coefficient; }
            else { rest.Add(term); }
        }
        var constant = Poly.Of(rest);
        return slope.IsZero || Mentions(constant) ? null : (constant.Scale(-1 / slope), slope.Sign < 0);
    }

    public static RelationKind Flip(RelationKind kind) => kind switch
    {
        RelationKind.Less => RelationKind.Greater,
        RelationKind.LessOrEqual => RelationKind.GreaterOrEqual,
        RelationKind.Greater => RelationKind.Less,
        RelationKind.GreaterOrEqual => RelationKind.LessOrEqual,
        _ => kind,
    };
}
