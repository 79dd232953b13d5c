using Aha.Templates.Evaluation;
using Aha.Templates.Values;

namespace Aha.Templates.Library;

/// <summary>Filters that compare items with each other; texts compare without regard to case unless they are told otherwise.</summary>
internal static class OrderFilters
{
    public static ListValue Sort(Runtime runtime, Value input, Arguments arguments)
    {
        Value?[] bound = arguments.Bind("sort", "reverse", "case_sensitive", "attribute");
        Func<Value, Value> key = Key(runtime, bound[2], bound[1], several: true);
        return runtime.Budget.List(Sorted(Iteration.Of(input, runtime.Budget).Select(item => (key(item), item)), bound[0]?.IsTrue ?? false, runtime));
    }

    public static ListValue DictSort(Runtime runtime, Value input, Arguments arguments)
    {
        Value?[] bound = arguments.Bind("dictsort", "case_sensitive", "by", "reverse");
        string by = bound[1] is null ? "key" : runtime.Str(bound[1]!);
        if (by is not ("key" or "value"))
        {
            throw new TemplateException("You can only sort by either \"key\" or \"value\"");
        }

        Operators.RequireDefined(input);
        DictValue dict = input as DictValue ?? throw new TemplateException($"'{input.TypeName} object' has no attribute 'items'");
        Func<Value, Value> key = Key(runtime, null, bound[0], several: false);
        IEnumerable<(Value, Value)> pairs = dict.Items.Select(i => (key(by == "key" ? i.Key : i.Value), (Value)new TupleValue([i.Key, i.Value])));
        return runtime.Budget.List(Sorted(pairs, bound[2]?.IsTrue ?? false, runtime));
    }

    public static IteratorValue Unique(Runtime runtime, Value input, Arguments arguments)
    {
        Value?[] bound = arguments.Bind("unique", "case_sensitive", "attribute");
        Func<Value, Value> key = Key(runtime, bound[1], bound[0], several: false);
        var seen = new DictValue();
        return new IteratorValue(Iteration.Of(input, runtime.Budget).Where(item =>
        {
            Value value = key(item);
            bool first = !seen.TryGet(value, out _, runtime.Budget);
            seen.Set(value, BoolValue.True, runtime.Budget);
            return first;
        }));
    }

    public static ListValue GroupBy(Runtime runtime, Value input, Arguments arguments)
    {
        Value?[] bound = arguments.Bind("groupby", "attribute", "default", "case_sensitive");
        Value path = bound[0] ?? throw new TemplateException("groupby needs an attribute");
        Func<Value, Value> key = Key(runtime, null, bound[2], several: false);
        IEnumerable<(Value, Value)> items = Iteration.ToList(input, runtime.Budget).Select(item => (key(Attribute(item)), item));
        var groups = new List<(Value Key, List<Value> Items)>();
        foreach (Value item in Sorted(items, false, runtime))
        {
            Value value = key(Attribute(item));
            if (groups.Count == 0 || !Operators.AreEqual(groups[^1].Key, value, runtime.Budget))
            {
                groups.Add((value, []));
            }

            groups[^1].Items.Add(item);
        }

        // A group is named as its first item writes it, not in small letters.
        return runtime.Budget.List([.. groups.Select(g => new GroupValue(Attribute(g.Items[0]), runtime.Budget.List(g.Items)))]);

        Value Attribute(Value item) => Members.Path(item, path, runtime.Budget, bound[1]);
    }

    public static Value Min(Runtime runtime, Value input, Arguments arguments) => Extreme("min", runtime, input, arguments);

    public static Value Max(Runtime runtime, Value input, Arguments arguments) => Extreme("max", runtime, input, arguments);

    private static Value Extreme(string name, Runtime runtime, Value input, Arguments arguments)
    {
        Value?[] bound = arguments.Bind(name, "case_sensitive", "attribute");
        Func<Value, Value> key = Key(runtime, bound[1], bound[0], several: false);
        Value? best = null, bestKey = null;
        foreach (Value item in Iteration.Of(input, runtime.Budget))
        {
            Value value = key(item);
            if (bestKey is null || (name == "min" ? Operators.Order(value, bestKey, "<", runtime.Budget) < 0 : Operators.Order(value, bestKey, ">", runtime.Budget) > 0))
            {
                (best, bestKey) = (item, value);
            }
        }

        return best ?? new UndefinedValue("No aggregated item, sequence was empty.");
    }

    private static List<Value> Sorted(IEnumerable<(Value Key, Value Item)> items, bool reverse, Runtime runtime)
    {
        // Equal items keep their order in both directions.
        Comparison<(Value Key, Value Item)> compare = reverse
            ? (a, b) => Operators.Order(b.Key, a.Key, "<", runtime.Budget)
            : (a, b) => Operators.Order(a.Key, b.Key, "<", runtime.Budget);
        return [.. Sorting.Sort(items, compare, runtime.Budget).Select(i => i.Item)];
    }

    // What items are compared by: themselves, or an attribute; with several, a tuple of the values of paths divided by commas.
    private static Func<Value, Value> Key(Runtime runtime, Value? attribute, Value? caseSensitive, bool several)
    {
        bool exact = caseSensitive?.IsTrue ?? false;
        if (attribute is null or NoneValue)
        {
            return several ? item => new TupleValue([Folded(item)]) : Folded;
        }

        if (!several || attribute is not TextValue paths)
        {
            return item => Folded(Members.Path(item, attribute, runtime.Budget));
        }

        Value[] parts = [.. paths.Text.Split(',').Select(p => new TextValue(p))];
        return item => new TupleValue([.. parts.Select(p => Folded(Members.Path(item, p, runtime.Budget)))]);

        Value Folded(Value value) => !exact && value is TextValue text ? runtime.Budget.Text(PythonText.Lower(text.Text)) : value;
    }
}
