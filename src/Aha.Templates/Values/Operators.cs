using System.Numerics;
using System.Text;
using Aha.Templates.Evaluation;
using Aha.Templates.Library;

namespace Aha.Templates.Values;

/// <summary>Python's operators, with Python's errors.</summary>
internal static class Operators
{
    public static Value Arithmetic(string name, Value left, Value right, Budget budget)
    {
        RequireDefined(left);
        if (name == "%" && left is TextValue format)
        {
            return TextFormat.Percent(format, right, budget);
        }

        RequireDefined(right);
        budget.Compute(Numbers.Bits(left), Numbers.Bits(right));
        return name switch
        {
            "+" => Add(left, right, budget),
            "-" => Integers(left, right, out BigInteger a, out BigInteger b) ? Numbers.Bounded(a - b) : Floats(name, left, right, (x, y) => x - y),
            "*" => Multiply(left, right, budget),
            "/" => Divide(left, right),
            "//" => FloorDivide(left, right),
            "%" => Modulo(left, right),
            _ => Power(left, right, budget),
        };
    }

    public static Value Sign(char sign, Value operand)
    {
        RequireDefined(operand);
        return operand switch
        {
            FloatValue real => new FloatValue(sign == '-' ? -real.Value : real.Value),
            _ when Numbers.TryInteger(operand, out BigInteger integer) => new IntValue(sign == '-' ? -integer : integer),
            _ => throw new TemplateException($"bad operand type for unary {sign}: '{operand.TypeName}'"),
        };
    }

    public static Value Add(Value left, Value right, Budget budget)
    {
        switch (left, right)
        {
            case (TextValue a, TextValue b):
                return Join(a, b, budget);
            case (ListValue a, ListValue b):
                return budget.List([.. a.Items(), .. b.Items()]);
            case (TupleValue a, TupleValue b):
                budget.Allocate(8L * (a.Count + b.Count));
                return new TupleValue([.. a.Items(), .. b.Items()]);
            case (TextValue, _):
                throw new TemplateException($"can only concatenate str (not \"{right.TypeName}\") to str");
            case (ListValue or TupleValue, _):
                throw new TemplateException($"can only concatenate {left.TypeName} (not \"{right.TypeName}\") to {left.TypeName}");
            default:
                return Integers(left, right, out BigInteger x, out BigInteger y) ? Numbers.Bounded(x + y) : Floats("+", left, right, (a, b) => a + b);
        }
    }

    /// <summary><c>a ~ b ~ c</c>: each as text. Unlike <c>+</c> it does not escape beside markup.</summary>
    public static TextValue Concatenate(IReadOnlyList<Value> items, Budget budget)
    {
        string[] texts = [.. items.Select(i => PythonPrinter.Str(i, budget))];
        budget.Allocate(texts.Sum(t => (long)t.Length));
        return new TextValue(string.Concat(texts));
    }

    /// <summary>The value as text that is safe beside markup.</summary>
    public static string Escaped(Value value, Budget budget)
    {
        string text = PythonPrinter.Str(value, budget);
        return value is TextValue { IsMarkup: true } ? text : PythonText.Escape(text, budget);
    }

    /// <summary><c>==</c>; values of different types differ, numbers compare by value.</summary>
    public static bool AreEqual(Value left, Value right, Budget budget)
    {
        budget.Enter();
        bool equal = (left, right) switch
        {
            (TextValue a, TextValue b) => EqualTexts(a.Text, b.Text, budget),
            (NoneValue, NoneValue) or (UndefinedValue, UndefinedValue) => true,
            (ListValue a, ListValue b) => EqualItems(a, b, budget),
            (TupleValue a, TupleValue b) => EqualItems(a, b, budget),
            (RangeValue a, RangeValue b) => EqualItems(a, b, budget),
            (DictValue a, DictValue b) => EqualDicts(a, b, budget),
            _ => ReferenceEquals(left, right) || (Numbers.TryCompare(left, right, out int order) && order == 0),
        };
        budget.Leave();
        return equal;
    }

    /// <summary>A comparison by <c>&lt;</c> and its kin.</summary>
    public static bool Compare(string name, Value left, Value right, Budget budget)
    {
        switch (name)
        {
            case "==":
                return AreEqual(left, right, budget);
            case "!=":
                return !AreEqual(left, right, budget);
            case "in":
                return Contains(right, left, budget);
            case "not in":
                return !Contains(right, left, budget);
        }

        // Not a number is neither below nor above anything.
        if (left is FloatValue { Value: double.NaN } || right is FloatValue { Value: double.NaN })
        {
            return false;
        }

        int order = Order(left, right, name, budget);
        return name switch
        {
            "<" => order < 0,
            "<=" => order <= 0,
            ">" => order > 0,
            _ => order >= 0,
        };
    }

    /// <summary>Below 0, 0 or above 0, as <paramref name="left"/> is below, equal to or above <paramref name="right"/>.</summary>
    /// <exception cref="TemplateException">The two have no order.</exception>
    public static int Order(Value left, Value right, string name, Budget budget)
    {
        RequireDefined(left);
        RequireDefined(right);
        if (Numbers.TryCompare(left, right, out int order))
        {
            return order;
        }

        switch (left, right)
        {
            case (TextValue a, TextValue b):
                budget.Read(Math.Min(a.Text.Length, b.Text.Length));
                return OrderTexts(a.Text, b.Text);
            case (ListValue, ListValue) or (TupleValue, TupleValue):
                return OrderItems((SequenceValue)left, (SequenceValue)right, name, budget);
            default:
                throw new TemplateException($"'{name}' not supported between instances of '{left.TypeName}' and '{right.TypeName}'");
        }
    }

    public static bool Contains(Value container, Value item, Budget budget)
    {
        switch (container)
        {
            case TextValue text when item is TextValue part:
                budget.Search(text.Text.Length, part.Text.Length);
                return text.Text.Contains(part.Text, StringComparison.Ordinal);
            case TextValue when item is UndefinedValue undefined:
                throw undefined.Error();
            case TextValue:
                throw new TemplateException($"'in <string>' requires string as left operand, not {item.TypeName}");
            case DictValue dict:
                return dict.TryGet(item, out _, budget);
            case DictViewValue { IsKeys: true } view:
                return view.Dict.TryGet(item, out _, budget);
            case UndefinedValue:
                return false;
            default:
                return Iteration.Of(container, budget).Any(i => AreEqual(i, item, budget));
        }
    }

    /// <exception cref="TemplateException">The value is undefined; the message says what is missing.</exception>
    public static void RequireDefined(Value value)
    {
        if (value is UndefinedValue undefined)
        {
            throw undefined.Error();
        }
    }

    private static TextValue Join(TextValue a, TextValue b, Budget budget)
    {
        if (!a.IsMarkup && !b.IsMarkup)
        {
            budget.Allocate((long)a.Text.Length + b.Text.Length);
            return new TextValue(a.Text + b.Text);
        }

        return budget.Text(Escaped(a, budget) + Escaped(b, budget), isMarkup: true);
    }

    private static Value Multiply(Value left, Value right, Budget budget)
    {
        if (Integers(left, right, out BigInteger a, out BigInteger b))
        {
            return Numbers.Bounded(a * b);
        }

        (Value repeated, Value count) = left is TextValue or ListValue or TupleValue ? (left, right) : (right, left);
        if (repeated is TextValue or ListValue or TupleValue)
        {
            if (!Numbers.TryInteger(count, out BigInteger times))
            {
                throw new TemplateException($"can't multiply sequence by non-int of type '{count.TypeName}'");
            }

            return Repeat(repeated, times, budget);
        }

        return Floats("*", left, right, (x, y) => x * y);
    }

    private static Value Repeat(Value repeated, BigInteger times, Budget budget)
    {
        int length = repeated is TextValue text ? text.Text.Length : ((SequenceValue)repeated).Count;
        BigInteger total = BigInteger.Max(times, 0) * length;
        budget.Allocate(total > int.MaxValue ? long.MaxValue : 8 * (long)total);
        int count = length == 0 ? 0 : (int)(total / length);
        if (repeated is TextValue { Text: var unit, IsMarkup: var markup })
        {
            return new TextValue(new StringBuilder(unit.Length * count).Insert(0, unit, count).ToString(), markup);
        }

        IEnumerable<Value> items = Enumerable.Repeat((SequenceValue)repeated, count).SelectMany(s => s.Items());
        return repeated is ListValue ? new ListValue([.. items]) : new TupleValue([.. items]);
    }

    private static FloatValue Divide(Value left, Value right) => Floats("/", left, right, (x, y) => y == 0 ? throw new TemplateException("division by zero") : x / y);

    private static Value FloorDivide(Value left, Value right)
    {
        if (Integers(left, right, out BigInteger a, out BigInteger b))
        {
            return new IntValue(Floor(a, b).Quotient);
        }

        return Floats("//", left, right, (x, y) => y == 0 ? throw new TemplateException("float floor division by zero") : Math.Floor((x - Remainder(x, y)) / y));
    }

    private static Value Modulo(Value left, Value right)
    {
        if (Integers(left, right, out BigInteger a, out BigInteger b))
        {
            return new IntValue(Floor(a, b).Remainder);
        }

        return Floats("%", left, right, (x, y) => y == 0 ? throw new TemplateException("float modulo") : Remainder(x, y));
    }

    // Python rounds towards minus infinity: the remainder has the divisor's sign.
    private static (BigInteger Quotient, BigInteger Remainder) Floor(BigInteger a, BigInteger b)
    {
        if (b.IsZero)
        {
            throw new TemplateException("integer division or modulo by zero");
        }

        BigInteger quotient = BigInteger.DivRem(a, b, out BigInteger remainder);
        return !remainder.IsZero && remainder.Sign != b.Sign ? (quotient - 1, remainder + b) : (quotient, remainder);
    }

    private static double Remainder(double x, double y)
    {
        double remainder = x % y;
        return remainder != 0 && (remainder < 0) != (y < 0) ? remainder + y : remainder;
    }

    private static Value Power(Value left, Value right, Budget budget)
    {
        if (!Integers(left, right, out BigInteger a, out BigInteger b) || b.Sign < 0)
        {
            return Floats("** or pow()", left, right, Math.Pow);
        }

        if (a.IsOne || a.IsZero || a == BigInteger.MinusOne)
        {
            return new IntValue(b.IsZero || a.IsOne ? 1 : b.IsEven ? a * a : a);
        }

        if (b * (a.GetBitLength() - 1) > IntValue.MaxBits)
        {
            throw new TemplateException($"a number of more than {IntValue.MaxDigits} digits");
        }

        budget.Step((long)b);
        return Numbers.Bounded(BigInteger.Pow(a, (int)b));
    }

    private static bool Integers(Value left, Value right, out BigInteger a, out BigInteger b)
    {
        bool first = Numbers.TryInteger(left, out a);
        return Numbers.TryInteger(right, out b) && first;
    }

    private static FloatValue Floats(string name, Value left, Value right, Func<double, double, double> compute) => Numbers.IsNumber(left) && Numbers.IsNumber(right)
        ? new FloatValue(compute(Numbers.ToDouble(left), Numbers.ToDouble(right)))
        : throw new TemplateException($"unsupported operand type(s) for {name}: '{left.TypeName}' and '{right.TypeName}'");

    private static bool EqualTexts(string a, string b, Budget budget)
    {
        if (a.Length != b.Length)
        {
            return false;
        }

        budget.Read(a.Length);
        return a == b;
    }

    private static bool EqualItems(SequenceValue a, SequenceValue b, Budget budget)
    {
        if (a.Count != b.Count)
        {
            return false;
        }

        for (int i = 0; i < a.Count; i++)
        {
            if (!AreEqual(a[i], b[i], budget))
            {
                return false;
            }
        }

        return true;
    }

    private static bool EqualDicts(DictValue a, DictValue b, Budget budget) =>
        a.Count == b.Count && a.Items.All(item => b.TryGet(item.Key, out Value? other, budget) && AreEqual(item.Value, other, budget));

    // By code points: UTF-16 units order differently above the basic plane.
    private static int OrderTexts(string a, string b)
    {
        int at = a.AsSpan().CommonPrefixLength(b);
        if (at == a.Length || at == b.Length)
        {
            return a.Length - b.Length;
        }

        return char.IsSurrogate(a[at]) == char.IsSurrogate(b[at]) ? a[at] - b[at] : char.IsSurrogate(a[at]) ? 1 : -1;
    }

    private static int OrderItems(SequenceValue a, SequenceValue b, string name, Budget budget)
    {
        budget.Enter();
        int order = a.Count.CompareTo(b.Count);
        for (int i = 0; i < Math.Min(a.Count, b.Count); i++)
        {
            if (!AreEqual(a[i], b[i], budget))
            {
                order = Order(a[i], b[i], name, budget);
                break;
            }
        }

        budget.Leave();
        return order;
    }
}
