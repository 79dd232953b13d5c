using Aha.Verification.Maths.Expressions;

namespace Aha.Verification.Maths.Comparison;

/// <summary>Decides whether an answer means what the gold means, by the kinds of both.</summary>
internal sealed class ValueComparer
{
    private const int MaxItems = 100;

    private readonly Budget _budget;
    private readonly MathOptions _options;
    private readonly ScalarComparer _scalars;
    private readonly RealSetReader _sets;
    private readonly RelationComparer _relations;

    public ValueComparer(Budget budget, MathOptions options)
    {
        _budget = budget;
        _options = options;
        _scalars = new(budget, options);
        _sets = new(_scalars);
        _relations = new(_scalars, _sets);
    }

    public ScalarComparer Scalars => _scalars;

    /// <summary>Whether the two are equivalent; the gold decides what is a set and what is ordered.</summary>
    public bool AreEquivalent(Expr gold, Expr answer)
    {
        (gold, answer) = (Normalizer.ExpandPlusMinus(gold), Normalizer.ExpandPlusMinus(answer));
        if (!_options.Strict) { answer = RenameSymbols(gold, answer); }
        var (g, a) = (Normalizer.Split(gold), Normalizer.Split(answer));
        (g, a) = (Normalizer.OrderedBy(a.Name, g), Normalizer.OrderedBy(g.Name, a));
        if (g.Name is not null && a.Name is not null && _options.Strict && !Normalizer.SameName(g.Name, a.Name))
        {
            // y = 2x and 2x - y = 0 are one equation under two names.
            return gold is Relation && answer is Relation && _relations.AreEquivalent(gold, answer);
        }
        if (ValuesEqual(g.Value, a.Value) || IsRoundedComment(gold, answer)) { return true; }
        return gold is Relation && answer is Relation && _relations.AreEquivalent(gold, answer);
    }

    /// <summary>"10/3 \approx 3.33" also answers a gold of 3.33, provided that 3.33 is about 10/3.</summary>
    private bool IsRoundedComment(Expr gold, Expr answer)
    {
        if (answer is not Relation { Kinds: [.., RelationKind.Approximately] } chain || Normalizer.Split(gold).Value is not Number { IsDecimal: true } rounded) { return false; }
        var exact = chain.Children[^2];
        if (!ValuesEqual(rounded, chain.Children[^1]) || _scalars.ToPoly(exact) is not { } poly || _scalars.Canonicalizer.RealValue(poly) is not { } value) { return false; }
        double target = rounded.Value.ToDouble();
        return Math.Abs(value.ToDouble() - target) <= 0.01 * Math.Abs(target);
    }

    /// <summary>Whether the gold, where it is a scalar, has a value at all: 1/0 has none, and some are beyond the budget.</summary>
    public bool HasValue(Expr gold)
    {
        var value = Unwrap(Normalizer.Split(Normalizer.ExpandPlusMinus(gold)).Value);
        return value is TextValue or BasedNumeral or Collection or SetOperation or Relation or Conditions or Constant || MatrixArithmetic.IsMatrix(value) || _scalars.ToPoly(value) is not null;
    }

    /// <summary>Outside strict mode the answer's variables are matched with the gold's in order of appearance.</summary>
    private static Expr RenameSymbols(Expr gold, Expr answer)
    {
        List<string> Names(Expr expr)
        {
            var names = new List<string>();
            expr.Any(e =>
            {
                if (e is Symbol s && !names.Contains(s.Name)) { names.Add(s.Name); }
                return false;
            });
            return names;
        }
        var (from, to) = (Names(answer), Names(gold));
        if (from.Count != to.Count || from.SequenceEqual(to) || from.Order().SequenceEqual(to.Order())) { return answer; }
        Expr Rename(Expr e) => e is Symbol s ? new Symbol(to[from.IndexOf(s.Name)]) : e.Children.Count == 0 ? e : Normalizer.WithChildren(e, [.. e.Children.Select(Rename)]);
        return Rename(answer);
    }

    private bool ValuesEqual(Expr gold, Expr answer)
    {
        if (!_budget.Charge(10)) { return false; }
        gold = Unwrap(gold);
        answer = Unwrap(answer);
        switch (gold, answer)
        {
            case (TextValue g, TextValue a): return AnswerText.SameWords(g.Text, a.Text);
            case (TextValue, _) or (_, TextValue): return false;
            case (BasedNumeral g, BasedNumeral a): return g.Radix == a.Radix && g.Digits == a.Digits;
            case (BasedNumeral, _) or (_, BasedNumeral): return false;
            case (Constant g, Constant a) when g.Kind >= ConstantKind.EmptySet || a.Kind >= ConstantKind.EmptySet: return g.Kind == a.Kind;
        }
        if (MatrixArithmetic.IsMatrix(gold) || MatrixArithmetic.IsMatrix(answer)) { return MatricesEqual(gold, answer); }
        bool goldCondition = IsCondition(gold), answerCondition = IsCondition(answer);
        if (goldCondition && answerCondition) { return _relations.AreEquivalent(gold, answer); }
        if (goldCondition || answerCondition) { return ConditionEqualsSet(gold, answer, answerCondition); }
        if (gold is Collection or SetOperation or Constant { Kind: >= ConstantKind.EmptySet } || answer is Collection or SetOperation or Constant { Kind: >= ConstantKind.EmptySet })
        {
            return CollectionsEqual(gold, answer);
        }
        return _scalars.AreEqual(gold, answer);
    }

    /// <summary>A set of one value is that value.</summary>
    private static Expr Unwrap(Expr expr)
    {
        while (expr is Collection { Bracket: Bracket.Curly or Bracket.Group or Bracket.Unordered or Bracket.None, Children: [var only] }) { expr = only; }
        return expr;
    }

    private static bool IsCondition(Expr expr) => expr is Relation or Conditions;

    private bool ConditionEqualsSet(Expr gold, Expr answer, bool answerIsCondition)
    {
        if (answerIsCondition && !_options.RelationForSet) { return false; }
        var (condition, set) = answerIsCondition ? (answer, gold) : (gold, answer);
        if (set is not (Collection or SetOperation or Constant)) { return false; }
        return RealSetReader.Variable(condition) is { } variable && _sets.Read(condition, variable) is { } left && _sets.Read(set) is { } right && left.SameAs(right);
    }

    private bool CollectionsEqual(Expr gold, Expr answer)
    {
        // "3/5 or 0.6" gives one value twice.
        if (gold is not (Collection or SetOperation or Constant) && answer is Collection { Bracket: Bracket.Unordered, Children.Count: <= 4 } twice) { return twice.Children.All(c => ElementsEqual(gold, c)); }
        if (gold is Collection g && answer is Collection a)
        {
            if (ListsEqual(g, a)) { return true; }
            // From here on only what can be an interval or a union.
            if (!IsInterval(g) && !g.Children.Any(IsIntervalOrUnion)) { return false; }
            if (g.Bracket == a.Bracket && !g.Children.Any(IsIntervalOrUnion)) { return false; }
        }
        if (gold is SetOperation && answer is SetOperation && UnionsEqual(gold, answer)) { return true; }
        return IsSetLike(gold) && IsSetLike(answer) && _sets.Read(gold) is { } left && _sets.Read(answer) is { } right && left.SameAs(right);
    }

    private static bool IsSetLike(Expr expr) => expr is SetOperation or Constant || (expr is Collection collection
        && (collection.Bracket == Bracket.Curly || collection.Bracket == Bracket.Group || IsInterval(collection) || collection.Children.Any(IsIntervalOrUnion)));

    private static bool IsInterval(Collection collection) =>
        collection.Children.Count == 2 && collection.Bracket is Bracket.Round or Bracket.Square or Bracket.ClosedOpen or Bracket.OpenClosed or Bracket.Outward;

    private static bool IsIntervalOrUnion(Expr expr) => expr is SetOperation || (expr is Collection collection && IsInterval(collection));

    /// <summary>Unions of intervals with symbols for ends: the same parts, in any order.</summary>
    private bool UnionsEqual(Expr gold, Expr answer)
    {
        static void Collect(Expr expr, List<Expr> parts)
        {
            if (expr is SetOperation { Operator: SetOperator.Union } union)
            {
                Collect(union.Children[0], parts);
                Collect(union.Children[1], parts);
            }
            else { parts.Add(expr); }
        }
        if (gold is SetOperation g && answer is SetOperation a && g.Operator != SetOperator.Union)
        {
            return g.Operator == a.Operator && ValuesEqual(g.Children[0], a.Children[0]) && ValuesEqual(g.Children[1], a.Children[1]);
        }
        var (left, right) = (new List<Expr>(), new List<Expr>());
        Collect(gold, left);
        Collect(answer, right);
        return SameElements(left, right);
    }

    private bool ListsEqual(Collection gold, Collection answer)
    {
        if (gold.Children.Count > MaxItems || answer.Children.Count > MaxItems) { return false; }
        bool goldSet = gold.Bracket is Bracket.Curly or Bracket.Group or Bracket.Unordered;
        bool goldLoose = gold.Bracket == Bracket.None, answerLoose = answer.Bracket is Bracket.None or Bracket.Group;
        bool answerSet = answer.Bracket is Bracket.Curly or Bracket.Unordered;
        // Solutions that are themselves tuples have no order among them.
        bool solutions = gold.Children.All(static c => c is Collection or Relation or SetOperation);
        if (goldSet || (goldLoose && (answerSet || solutions)))
        {
            bool comparable = answerSet || answerLoose || (gold.Bracket != Bracket.Curly && !solutions) || !_options.Strict;
            if (!comparable) { return false; }
            // A tuple or list answers a group or joined list only in its order.
            return answer.Bracket is Bracket.Round or Bracket.Square && _options.Strict ? InOrder(gold, answer) : SameElements(gold.Children, answer.Children);
        }
        if (!_options.Strict && (answerSet || answerLoose)) { return SameElements(gold.Children, answer.Children); }
        bool sameBrackets = SameBrackets(gold.Bracket, answer.Bracket)
            || (gold.Children.Count > 2 && gold.Bracket is Bracket.Round or Bracket.Square && answer.Bracket is Bracket.Round or Bracket.Square);
        if (!sameBrackets && !(goldLoose && answer.Bracket is Bracket.Round or Bracket.Square) && !(answerLoose && gold.Bracket is Bracket.Round or Bracket.Square or Bracket.None)) { return false; }
        return InOrder(gold, answer) || (_options.IgnoreOrder && SameElements(gold.Children, answer.Children));
    }

    private static bool SameBrackets(Bracket gold, Bracket answer) => gold == answer || (gold is Bracket.Round or Bracket.Outward && answer is Bracket.Round or Bracket.Outward);

    private bool InOrder(Collection gold, Collection answer)
    {
        if (gold.Children.Count != answer.Children.Count) { return false; }
        for (int i = 0; i < gold.Children.Count; i++)
        {
            if (!ElementsEqual(gold.Children[i], answer.Children[i])) { return false; }
        }
        return true;
    }

    private bool ElementsEqual(Expr gold, Expr answer)
    {
        if (gold is not Relation && answer is not Relation) { return ValuesEqual(gold, answer); }
        var (g, a) = (Normalizer.Split(gold), Normalizer.Split(answer));
        if (g.Name is not null && a.Name is not null && !Normalizer.SameName(g.Name, a.Name)) { return false; }
        return ValuesEqual(g.Value, a.Value);
    }

    /// <summary>Equality as sets: every element has its equal on the other side; repetitions do not count.</summary>
    private bool SameElements(IReadOnlyList<Expr> gold, IReadOnlyList<Expr> answer)
    {
        return Covers(gold, answer, flipped: false) && Covers(answer, gold, flipped: true);
    }

    private bool Covers(IReadOnlyList<Expr> from, IReadOnlyList<Expr> to, bool flipped)
    {
        foreach (var item in from)
        {
            bool found = false;
            foreach (var other in to)
            {
                if (flipped ? ElementsEqual(other, item) : ElementsEqual(item, other)) { found = true; break; }
            }
            if (!found) { return false; }
        }
        return true;
    }

    private bool MatricesEqual(Expr gold, Expr answer)
    {
        var (g, a) = (AsVector(gold), AsVector(answer));
        if (g is not null && a is not null) { return InOrder(g, a); }
        (gold, answer) = (AsMatrix(gold), AsMatrix(answer));
        if (MatrixArithmetic.Evaluate(gold) is not { } left || MatrixArithmetic.Evaluate(answer) is not { } right) { return false; }
        if (left.Rows != right.Rows || left.Columns != right.Columns) { return false; }
        for (int i = 0; i < left.Children.Count; i++)
        {
            if (!ValuesEqual(left.Children[i], right.Children[i])) { return false; }
        }
        return true;
    }

    /// <summary>A tuple, or a matrix of one column against a tuple: vectors are written both ways.</summary>
    private static Collection? AsVector(Expr expr) => expr switch
    {
        Collection { Bracket: Bracket.Round or Bracket.None or Bracket.Square or Bracket.Group } list => list,
        Matrix { Columns: 1 } or Matrix { Rows: 1 } => new Collection(Bracket.None, expr.Children),
        _ => null,
    };

    /// <summary>[[1, 2], [3, 4]]: the rows of a matrix as a programming language writes them.</summary>
    private static Expr AsMatrix(Expr expr)
    {
        if (expr is not Collection { Bracket: Bracket.Square, Children: [Collection { Bracket: Bracket.Square } first, ..] } rows) { return expr; }
        int columns = first.Children.Count;
        return rows.Children.All(r => r is Collection { Bracket: Bracket.Square } row && row.Children.Count == columns)
            ? new Matrix(rows.Children.Count, columns, [.. rows.Children.SelectMany(static r => r.Children)])
            : expr;
    }
}
