using System.Numerics;
using Aha.Templates.Evaluation;
using Aha.Templates.Values;

namespace Aha.Templates.Library;

/// <summary>Filters on what can be gone through.</summary>
internal static class SequenceFilters
{
    public static IntValue Length(Runtime runtime, Value input, Arguments arguments)
    {
        arguments.Bind("length");
        if (input is TextValue text)
        {
            runtime.Budget.Read(text.Text.Length);
        }

        return new IntValue(Iteration.Length(input) ?? throw new TemplateException($"object of type '{input.TypeName}' has no len()"));
    }

    public static Value First(Runtime runtime, Value input, Arguments arguments)
    {
        arguments.Bind("first");
        return Iteration.Of(input, runtime.Budget).FirstOrDefault() ?? new UndefinedValue("No first item, sequence was empty.");
    }

    public static Value Last(Runtime runtime, Value input, Arguments arguments)
    {
        arguments.Bind("last");
        return Reversed(input, runtime).FirstOrDefault() ?? new UndefinedValue("No last item, sequence was empty.");
    }

    public static ListValue List(Runtime runtime, Value input, Arguments arguments)
    {
        arguments.Bind("list");
        return new ListValue(Iteration.ToList(input, runtime.Budget));
    }

    public static IteratorValue Items(Runtime runtime, Value input, Arguments arguments)
    {
        arguments.Bind("items");
        return input switch
        {
            UndefinedValue => new IteratorValue([]),
            DictValue dict => new IteratorValue(Iteration.Of(new DictViewValue(dict, "items"), runtime.Budget)),
            _ => throw new TemplateException("Can only get item pairs from a mapping."),
        };
    }

    public static Value Reverse(Runtime runtime, Value input, Arguments arguments)
    {
        arguments.Bind("reverse");
        if (input is not TextValue text)
        {
            return new IteratorValue(Reversed(input, runtime));
        }

        runtime.Budget.Step(text.Text.Length);
        return runtime.Budget.Text(string.Concat(PythonText.CodePoints(text.Text).Reverse()), text.IsMarkup);
    }

    public static Value Sum(Runtime runtime, Value input, Arguments arguments)
    {
        Value?[] bound = arguments.Bind("sum", "attribute", "start");
        Value sum = bound[1] ?? new IntValue(0);
        foreach (Value item in Iteration.Of(input, runtime.Budget))
        {
            sum = Operators.Arithmetic("+", sum, bound[0] is null or NoneValue ? item : Members.Path(item, bound[0]!, runtime.Budget), runtime.Budget);
        }

        return sum;
    }

    /// <summary>Lists of so many items; the last is filled up where there is something to fill with.</summary>
    public static IteratorValue Batch(Runtime runtime, Value input, Arguments arguments)
    {
        Value?[] bound = arguments.Bind("batch", "linecount", "fill_with");
        int size = Count("batch", bound[0], runtime);
        List<Value> items = Iteration.ToList(input, runtime.Budget);
        return new IteratorValue(items.Chunk(size).Select(chunk => Filled(chunk, size, bound[1], runtime)));
    }

    /// <summary>So many lists, the first ones longer by one where the items do not divide evenly.</summary>
    public static IteratorValue Slice(Runtime runtime, Value input, Arguments arguments)
    {
        Value?[] bound = arguments.Bind("slice", "slices", "fill_with");
        int slices = Count("slice", bound[0], runtime);
        List<Value> items = Iteration.ToList(input, runtime.Budget);
        int each = items.Count / slices, longer = items.Count % slices;
        return new IteratorValue(Enumerable.Range(0, slices).Select(i =>
        {
            runtime.Budget.Step();
            int start = (i * each) + Math.Min(i, longer), count = each + (i < longer ? 1 : 0);
            return Filled(items.GetRange(start, count), i >= longer && longer > 0 ? count + 1 : count, bound[1], runtime);
        }));
    }

    private static ListValue Filled(IEnumerable<Value> items, int size, Value? fill, Runtime runtime)
    {
        List<Value> list = [.. items];
        if (fill is not (null or NoneValue))
        {
            runtime.Budget.Allocate(8L * size);
            list.AddRange(Enumerable.Repeat(fill, Math.Max(0, size - list.Count)));
        }

        return runtime.Budget.List(list);
    }

    private static int Count(string filter, Value? value, Runtime runtime)
    {
        BigInteger count = NumberFilters.Integer(filter, value ?? throw new TemplateException($"{filter} needs a number"));
        return count >= 1 && count <= GlobalFunctions.MaxRange ? (int)count : throw new TemplateException($"{filter}: {count} is no number between 1 and {GlobalFunctions.MaxRange}");
    }

    private static IEnumerable<Value> Reversed(Value input, Runtime runtime)
    {
        switch (input)
        {
            case SequenceValue sequence:
                return Backwards(sequence, runtime);
            case TextValue or DictValue or DictViewValue:
                List<Value> items = Iteration.ToList(input, runtime.Budget);
                items.Reverse();
                return items;
            case UndefinedValue:
                return [];
            default:
                throw new TemplateException($"'{input.TypeName}' object is not reversible");
        }
    }

    private static IEnumerable<Value> Backwards(SequenceValue sequence, Runtime runtime)
    {
        for (int i = sequence.Count - 1; i >= 0; i--)
        {
            runtime.Budget.Step();
            yield return sequence[i];
        }
    }
}
