using Aha.Templates.Evaluation;

namespace Aha.Templates.Values;

/// <summary>Going through values, and taking parts of them.</summary>
internal static class Iteration
{
    /// <summary>The items of what can be gone through, each charged as a step.</summary>
    /// <exception cref="TemplateException">The value cannot be gone through.</exception>
    public static IEnumerable<Value> Of(Value value, Budget budget)
    {
        IEnumerable<Value> items = value switch
        {
            SequenceValue sequence => sequence.Items(),
            DictValue dict => dict.Items.Select(i => i.Key),
            DictViewValue view => view.Items(),
            TextValue text => PythonText.CodePoints(text.Text).Select(c => new TextValue(c, text.IsMarkup)),
            IteratorValue iterator => iterator.Rest(),
            UndefinedValue => [],
            _ => throw new TemplateException($"'{value.TypeName}' object is not iterable"),
        };
        return Charged(items, budget);
    }

    /// <summary>The items as a list, paid for.</summary>
    public static List<Value> ToList(Value value, Budget budget)
    {
        var items = new List<Value>();
        foreach (Value item in Of(value, budget))
        {
            budget.Allocate(8);
            items.Add(item);
        }

        return items;
    }

    /// <summary><c>len(value)</c>; null where the value has none.</summary>
    public static int? Length(Value value) => value switch
    {
        SequenceValue sequence => sequence.Count,
        DictValue dict => dict.Count,
        DictViewValue view => view.Count,
        TextValue text => PythonText.Length(text.Text),
        LoopValue loop => loop.Count,
        UndefinedValue => 0,
        _ => null,
    };

    /// <summary><c>value[start:stop:step]</c>; null where the value cannot be sliced.</summary>
    public static Value? Slice(Value value, Value? start, Value? stop, Value? step, Budget budget)
    {
        switch (value)
        {
            case TextValue text:
                budget.Read(text.Text.Length);
                (int first, int count, int stride) = Range(PythonText.Length(text.Text), start, stop, step);
                return stride == 1
                    ? budget.Text(Substring(text.Text, first, count), text.IsMarkup)
                    : budget.Text(string.Concat(Pick([.. PythonText.CodePoints(text.Text)], first, count, stride)), text.IsMarkup);
            case SequenceValue sequence:
                (first, count, stride) = Range(sequence.Count, start, stop, step);
                budget.Allocate(8L * count);
                Value[] items = [.. Enumerable.Range(0, count).Select(i => sequence[first + (i * stride)])];
                return sequence is TupleValue ? new TupleValue(items) : new ListValue([.. items]);
            case UndefinedValue undefined:
                throw undefined.Error();
            default:
                return null;
        }
    }

    private static string Substring(string text, int first, int count)
    {
        int start = PythonText.Offset(text, first);
        return text.Length == PythonText.Length(text) ? text.Substring(start, count) : text[start..PythonText.Offset(text, first + count)];
    }

    private static IEnumerable<T> Pick<T>(IReadOnlyList<T> items, int first, int count, int stride) => Enumerable.Range(0, count).Select(i => items[first + (i * stride)]);

    // Python's slice arithmetic: where it begins, how many items it takes, and how far apart they lie.
    private static (int First, int Count, int Stride) Range(int length, Value? start, Value? stop, Value? step)
    {
        int stride = Index(step, length + 1) ?? 1;
        if (stride == 0)
        {
            throw new TemplateException("slice step cannot be zero");
        }

        int lowest = stride > 0 ? 0 : -1, highest = stride > 0 ? length : length - 1;
        int first = Bound(Index(start, length + 1), stride > 0 ? lowest : highest);
        int last = Bound(Index(stop, length + 1), stride > 0 ? highest : lowest);
        int distance = stride > 0 ? last - first : first - last;
        return (first, distance <= 0 ? 0 : ((distance - 1) / Math.Abs(stride)) + 1, stride);

        int Bound(int? index, int missing) => index is not { } i ? missing : Math.Clamp(i < 0 ? i + length : i, lowest, highest);
    }

    // An index, cut to the range that matters.
    private static int? Index(Value? value, int limit)
    {
        if (value is null or NoneValue)
        {
            return null;
        }

        return Numbers.TryInteger(value, out System.Numerics.BigInteger integer)
            ? (int)System.Numerics.BigInteger.Max(-limit, System.Numerics.BigInteger.Min(limit, integer))
            : throw new TemplateException("slice indices must be integers or None or have an __index__ method");
    }

    private static IEnumerable<Value> Charged(IEnumerable<Value> items, Budget budget)
    {
        foreach (Value item in items)
        {
            budget.Step();
            yield return item;
        }
    }
}
