using System.Numerics;
using Aha.Templates.Evaluation;
using Aha.Templates.Values;

namespace Aha.Templates.Library;

/// <summary>The functions every template sees: Jinja's <c>range</c>, <c>dict</c>, <c>namespace</c>, <c>cycler</c>, <c>joiner</c>; transformers' <c>raise_exception</c> and <c>strftime_now</c>.</summary>
internal static class GlobalFunctions
{
    /// <summary>Longest <c>range</c>, as in Jinja's sandbox.</summary>
    public const int MaxRange = 100_000;

    public static Dictionary<string, Value> For(Runtime runtime) => new(StringComparer.Ordinal)
    {
        ["range"] = new FunctionValue("range", Range),
        ["dict"] = new FunctionValue("dict", arguments => Dict(arguments, runtime)),
        ["namespace"] = new FunctionValue("namespace", arguments => Namespace(arguments, runtime)),
        ["joiner"] = new FunctionValue("joiner", arguments =>
        {
            Value separator = arguments.Bind("joiner", "sep")[0] ?? new TextValue(", ");
            bool used = false;
            return new FunctionValue("joiner", _ =>
            {
                Value text = used ? separator : TextValue.Empty;
                used = true;
                return text;
            });
        }),
        ["cycler"] = new FunctionValue("cycler", arguments => arguments.Positional.Count > 0 ? new CyclerValue(arguments.Positional) : throw new TemplateException("at least one item has to be provided")),
        ["raise_exception"] = new FunctionValue("raise_exception", arguments => throw new TemplateException(runtime.Str(arguments.Bind("raise_exception", "message")[0] ?? NoneValue.None))),
        ["strftime_now"] = new FunctionValue("strftime_now", arguments =>
            runtime.Budget.Text(TimeFormat.Format(runtime.Str(arguments.Bind("strftime_now", "format")[0] ?? NoneValue.None), runtime.Time.GetLocalNow()))),
    };

    private static RangeValue Range(Arguments arguments)
    {
        if (arguments.Positional.Count is < 1 or > 3 || arguments.Named.Count > 0)
        {
            throw new TemplateException("range takes one to three numbers");
        }

        BigInteger[] numbers = [.. arguments.Positional.Select(p => NumberFilters.Integer("range", p))];
        BigInteger step = numbers.Length > 2 ? numbers[2] : 1;
        if (step.IsZero)
        {
            throw new TemplateException("range() arg 3 must not be zero");
        }

        (BigInteger start, BigInteger stop) = numbers.Length == 1 ? (0, numbers[0]) : (numbers[0], numbers[1]);
        return RangeValue.Length(start, stop, step) <= MaxRange
            ? new RangeValue(start, stop, step)
            : throw new TemplateException($"Range too big. The sandbox blocks ranges larger than MAX_RANGE ({MaxRange}).");
    }

    private static DictValue Dict(Arguments arguments, Runtime runtime)
    {
        var dict = new DictValue();
        foreach (Value argument in arguments.Positional)
        {
            Copy(argument, dict, runtime);
        }

        foreach ((string name, Value value) in arguments.Named)
        {
            dict.Set(new TextValue(name), value, runtime.Budget);
        }

        return dict;
    }

    private static NamespaceValue Namespace(Arguments arguments, Runtime runtime)
    {
        var space = new NamespaceValue();
        foreach ((Value key, Value value) in Dict(arguments, runtime).Items)
        {
            space.Attributes[runtime.Str(key)] = value;
        }

        return space;
    }

    private static void Copy(Value source, DictValue target, Runtime runtime)
    {
        IEnumerable<Value> pairs = source is DictValue dict ? new DictViewValue(dict, "items").Items() : Iteration.Of(source, runtime.Budget);
        foreach (Value pair in pairs)
        {
            List<Value> parts = Iteration.ToList(pair, runtime.Budget);
            if (parts.Count != 2)
            {
                throw new TemplateException("dict() needs pairs of key and value");
            }

            target.Set(parts[0], parts[1], runtime.Budget);
        }
    }

    private sealed class CyclerValue(IReadOnlyList<Value> items) : Value, IAttributes
    {
        private int _at;

        public override string TypeName => "Cycler";

        public Value? Attribute(string name) => name switch
        {
            "current" => items[_at],
            "next" => new FunctionValue("next", _ =>
            {
                Value current = items[_at];
                _at = (_at + 1) % items.Count;
                return current;
            }),
            "reset" => new FunctionValue("reset", _ =>
            {
                _at = 0;
                return NoneValue.None;
            }),
            _ => null,
        };
    }
}
