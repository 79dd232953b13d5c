using Aha.Verification.Maths.Expressions;

namespace Aha.Verification.Maths.Comparison;

/// <summary>A value with the name it was given, if any: x = 5 is 5 named x.</summary>
internal readonly record struct Named(Expr? Name, Expr Value);

/// <summary>Brings parsed answers to a common shape before they are compared: \pm becomes two values, x = ... a named value.</summary>
internal static class Normalizer
{
    private const int MaxVariants = 16;

    /// <summary>Writes every \pm out: the result holds none, and is a set where there was one.</summary>
    public static Expr ExpandPlusMinus(Expr expr)
    {
        if (!expr.Any(static e => e is PlusMinus)) { return expr; }
        switch (expr)
        {
            case Collection { Bracket: Bracket.None or Bracket.Unordered or Bracket.Curly or Bracket.Group } list:
                var items = new List<Expr>();
                foreach (var child in list.Children)
                {
                    var expanded = ExpandPlusMinus(child);
                    if (expanded is Collection { Bracket: Bracket.Curly } set && child is not Collection) { items.AddRange(set.Children); }
                    else { items.Add(expanded); }
                }
                return new Collection(list.Bracket == Bracket.Curly ? Bracket.Curly : Bracket.Unordered, items);
            case Relation relation:
                return new Relation([.. relation.Children.Select(ExpandPlusMinus)], relation.Kinds);
            case Conditions conditions:
                return new Conditions(conditions.Conjunction, [.. conditions.Children.Select(ExpandPlusMinus)]);
            default:
                var variants = Variants(expr);
                return variants is null ? expr : variants.Count == 1 ? variants[0] : new Collection(Bracket.Curly, variants);
        }
    }

    /// <summary>Every choice of signs; with a \mp anywhere the signs go together. Null when there are too many.</summary>
    private static List<Expr>? Variants(Expr expr)
    {
        int signs = 0;
        bool together = false;
        expr.Any(e =>
        {
            if (e is PlusMinus pm) { signs++; together |= pm.Flipped; }
            return false;
        });
        int bits = together ? 1 : signs;
        if (1 << Math.Min(bits, 10) > MaxVariants) { return null; }
        var variants = new List<Expr>();
        for (int choice = 0; choice < 1 << bits; choice++)
        {
            int index = 0;
            variants.Add(Choose(expr, choice, together, ref index));
        }
        return variants;
    }

    private static Expr Choose(Expr expr, int choice, bool together, ref int index)
    {
        if (expr is PlusMinus pm)
        {
            bool minus = ((choice >> (together ? 0 : index)) & 1) != 0;
            index++;
            var term = Choose(pm.Term, choice, together, ref index);
            return minus != (together && pm.Flipped) ? new Product([new Number(-1), term]) : term;
        }
        if (expr.Children.Count == 0 || !expr.Any(static e => e is PlusMinus)) { return expr; }
        var children = new Expr[expr.Children.Count];
        for (int i = 0; i < children.Length; i++) { children[i] = Choose(expr.Children[i], choice, together, ref index); }
        return WithChildren(expr, children);
    }

    public static Expr WithChildren(Expr expr, IReadOnlyList<Expr> children) => expr switch
    {
        Sum => new Sum(children),
        Product => new Product(children),
        Power => new Power(children[0], children[1]),
        Call call => new Call(call.Name, children),
        Relation relation => new Relation(children, relation.Kinds),
        Collection collection => new Collection(collection.Bracket, children),
        SetOperation operation => new SetOperation(operation.Operator, children[0], children[1]),
        Conditions conditions => new Conditions(conditions.Conjunction, children),
        Matrix matrix => new Matrix(matrix.Rows, matrix.Columns, children),
        _ => expr,
    };

    /// <summary>
    /// Splits "x = 5" into a name and a value. A chain a = b = c is named by its first side and worth its last exact one: what follows \approx only comments on it.
    /// A true equation, such as 2x + z = 1, has no value and comes back whole.
    /// </summary>
    public static Named Split(Expr expr)
    {
        switch (expr)
        {
            case Relation { Kinds: [RelationKind.ElementOf] } membership when IsName(membership.Children[0]):
                return new(membership.Children[0], membership.Children[1]);
            case Relation relation when relation.Kinds.All(static k => k is RelationKind.Equal or RelationKind.Approximately):
                return SplitChain(relation);
            case Collection { Bracket: Bracket.None or Bracket.Unordered } list when list.Children.Any(static c => c is Relation):
                return SplitList(list);
            default:
                return new(null, expr);
        }
    }

    /// <summary>
    /// "y = 2 and x = 1" answers "(x, y) = (1, 2)": where the other side names a tuple and every item here gives one of its names a value, the
    /// values in the order of those names.
    /// </summary>
    public static Named OrderedBy(Expr? names, Named values)
    {
        if (names is not Collection { Children: { Count: > 1 } wanted } || values is not { Name: null, Value: Collection { Bracket: Bracket.None or Bracket.Unordered } list } || list.Children.Count != wanted.Count) { return values; }
        var given = list.Children.Select(Split).ToList();
        var ordered = new List<Expr>();
        foreach (var name in wanted)
        {
            var found = given.Find(part => part.Name is { } own && SameName(own, name));
            if (found.Name is null) { return values; }
            ordered.Add(found.Value);
        }
        return new(names, new Collection(Bracket.None, ordered));
    }

    private static Named SplitChain(Relation relation)
    {
        var sides = relation.Children;
        int exact = 1;
        while (exact < sides.Count && relation.Kinds[exact - 1] == RelationKind.Equal) { exact++; }
        if (exact == 1)
        {
            // a ≈ 0.577 is a; x ≈ 11 is 11.
            return IsName(sides[0]) ? new(sides[0], sides[1]) : new(null, sides[0]);
        }
        var (first, last) = (sides[0], sides[exact - 1]);
        if (IsName(first)) { return new(first, last); }
        if (exact == 2 && IsName(last) && !first.HasSymbols) { return new(last, first); }
        return exact > 2 || !first.HasSymbols ? new(null, last) : new(null, exact == sides.Count ? relation : new Relation([first, last], [RelationKind.Equal]));
    }

    /// <summary>x = 1, x = 2 (or x = 1, 2) are two values of x; x = 1, y = 2 stay as they are.</summary>
    private static Named SplitList(Collection list)
    {
        Expr? name = null;
        var values = new List<Expr>();
        foreach (var child in list.Children)
        {
            var part = Split(child);
            if (part.Name is null)
            {
                if (child is Relation || name is null) { return new(null, list); }
            }
            else if (name is null) { name = part.Name; }
            else if (!SameName(name, part.Name)) { return new(null, list); }
            values.Add(part.Value);
        }
        bool unordered = list.Bracket == Bracket.Unordered || list.Children.Count(static c => c is Relation) > 1;
        return new(name, new Collection(unordered ? Bracket.Unordered : Bracket.None, values));
    }

    /// <summary>What can be given a value: a variable, f(x), (x, y), words.</summary>
    public static bool IsName(Expr expr) => expr switch
    {
        Symbol or TextValue => true,
        // cos t = 1/2 names the cosine's value.
        Call { Name: "sin" or "cos" or "tan" or "cot" or "sec" or "csc", Children: [Symbol] } => true,
        Call { Name: "P" } => true,
        Call { Name: "Abs", Children: [Product points] } => IsName(points),
        // AB = 5: points written together name a length.
        Product product => product.Children.All(static c => c is Symbol { Name: [>= 'A' and <= 'Z'] }),
        Call call => !Algebra.NumericEvaluator.Knows(call.Name) && call.Name is not ("gcd" or "lcm" or "Sum" or "Product" or "Integral" or "Limit" or "det" or "degrees" or "Derivative") && call.Children.All(static c => c is Symbol or Number),
        Collection { Bracket: Bracket.Round or Bracket.None } tuple => tuple.Children.All(static c => c is Symbol),
        _ => false,
    };

    public static bool SameName(Expr a, Expr b) => (a, b) switch
    {
        (Symbol x, Symbol y) => x.Name == y.Name,
        (TextValue x, TextValue y) => x.Text == y.Text,
        (Call x, Call y) => x.Name == y.Name && x.Children.Count == y.Children.Count && x.Children.Zip(y.Children).All(static p => SameName(p.First, p.Second)),
        (Collection x, Collection y) => x.Children.Count == y.Children.Count && x.Children.Zip(y.Children).All(static p => SameName(p.First, p.Second)),
        (Number x, Number y) => x.Value == y.Value,
        _ => false,
    };
}
