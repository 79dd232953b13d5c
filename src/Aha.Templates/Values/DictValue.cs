using System.Diagnostics.CodeAnalysis;
using Aha.Templates.Evaluation;

namespace Aha.Templates.Values;

/// <summary>A dict: keys in the order they came.</summary>
internal sealed class DictValue : Value
{
    private readonly OrderedDictionary<Value, Value> _items = new(KeyComparer.Instance);

    public override string TypeName => "dict";

    public override bool IsTrue => _items.Count > 0;

    public int Count => _items.Count;

    public IReadOnlyList<KeyValuePair<Value, Value>> Items => _items;

    /// <summary>Adds an item, or replaces the value of a key that is there.</summary>
    /// <exception cref="TemplateException">The key is of a type that cannot be one.</exception>
    public void Set(Value key, Value value, Budget budget)
    {
        budget.Allocate(16);
        _items[Checked(key, budget)] = value;
    }

    /// <summary>Adds an item of the input: a budget is for what a template makes of it.</summary>
    public void SetInput(string key, Value value) => _items[new TextValue(key)] = value;

    public bool TryGet(Value key, [NotNullWhen(true)] out Value? value, Budget budget) => _items.TryGetValue(Checked(key, budget), out value);

    public bool TryGet(string key, [NotNullWhen(true)] out Value? value) => _items.TryGetValue(new TextValue(key), out value);

    /// <summary>Whether a value can be a key.</summary>
    public static bool IsKey(Value key) => key is TextValue or IntValue or FloatValue or BoolValue or NoneValue || (key is TupleValue tuple && tuple.Items().All(i => i is not TupleValue && IsKey(i)));

    // Hashing reads the whole text, so a long one costs more.
    private static Value Checked(Value key, Budget budget)
    {
        switch (key)
        {
            case TextValue text:
                budget.Read(text.Text.Length);
                return key;
            case TupleValue tuple:
                budget.Step(tuple.Count);
                foreach (TextValue text in tuple.Items().OfType<TextValue>())
                {
                    budget.Read(text.Text.Length);
                }

                break;
        }

        return IsKey(key) ? key : throw new TemplateException($"unhashable type: '{key.TypeName}'");
    }

    private sealed class KeyComparer : IEqualityComparer<Value>
    {
        public static KeyComparer Instance { get; } = new();

        public bool Equals(Value? x, Value? y) => (x, y) switch
        {
            (TextValue a, TextValue b) => a.Text == b.Text,
            (NoneValue, NoneValue) => true,
            (TupleValue a, TupleValue b) => a.Count == b.Count && a.Items().Zip(b.Items()).All(pair => Equals(pair.First, pair.Second)),
            _ => Numbers.TryCompare(x!, y!, out int order) && order == 0,
        };

        public int GetHashCode(Value value) => value switch
        {
            TextValue text => text.Text.GetHashCode(StringComparison.Ordinal),
            TupleValue tuple => tuple.Items().Aggregate(17, (hash, item) => HashCode.Combine(hash, GetHashCode(item))),
            NoneValue => 0,
            // 1, 1.0 and True are one key.
            _ => Numbers.ToDouble(value).GetHashCode(),
        };
    }
}

/// <summary>What <c>keys()</c>, <c>values()</c> and <c>items()</c> return: a window on a dict.</summary>
internal sealed class DictViewValue(DictValue dict, string kind) : Value
{
    public override string TypeName => $"dict_{kind}";

    public override bool IsTrue => dict.Count > 0;

    public int Count => dict.Count;

    public DictValue Dict => dict;

    public bool IsKeys => kind == "keys";

    public IEnumerable<Value> Items()
    {
        foreach ((Value key, Value value) in dict.Items)
        {
            yield return kind switch
            {
                "keys" => key,
                "values" => value,
                _ => new TupleValue([key, value]),
            };
        }
    }
}
