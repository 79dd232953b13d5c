using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using Aha.Templates.Evaluation;

namespace Aha.Templates.Values;

/// <summary>JSON in and out, as Python's <c>json</c> does it: <c>", "</c> and <c>": "</c> between things, integers of any length, floats as <c>repr</c> writes them.</summary>
internal static class PythonJson
{
    /// <summary>JSON to values. Numbers with a fraction or an exponent are floats.</summary>
    /// <exception cref="TemplateException">A text is no valid Unicode, or a number has more digits than Python reads.</exception>
    public static Value Read(JsonElement json)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Object:
                var dict = new DictValue();
                foreach (JsonProperty property in json.EnumerateObject())
                {
                    dict.SetInput(Valid(() => property.Name), Read(property.Value));
                }

                return dict;
            case JsonValueKind.Array:
                return new ListValue([.. json.EnumerateArray().Select(Read)]) { IsOwn = false };
            case JsonValueKind.String:
                return new TextValue(Valid(() => json.GetString()!));
            case JsonValueKind.Number:
                return ReadNumber(json.GetRawText());
            case JsonValueKind.True:
                return BoolValue.True;
            case JsonValueKind.False:
                return BoolValue.False;
            default:
                return NoneValue.None;
        }
    }

    private static string Valid(Func<string> read)
    {
        try
        {
            return read();
        }
        catch (InvalidOperationException)
        {
            throw new TemplateException("the input holds a text that is not valid Unicode: half of a surrogate pair");
        }
    }

    private static Value ReadNumber(string text)
    {
        if (text.AsSpan().ContainsAny("eE."))
        {
            return new FloatValue(double.Parse(text, CultureInfo.InvariantCulture));
        }

        return text.Length <= IntValue.MaxDigits
            ? new IntValue(BigInteger.Parse(text, CultureInfo.InvariantCulture))
            : throw new TemplateException($"the input holds a number of {text.Length} digits; {IntValue.MaxDigits} are allowed");
    }

    /// <summary>Writes a value as JSON.</summary>
    /// <exception cref="TemplateException">The value, or one inside it, has no JSON form.</exception>
    public static string Write(Value value, JsonStyle style, Budget budget)
    {
        var output = new StringBuilder();
        Write(value, style, 0, output, budget);
        return output.ToString();
    }

    private static void Write(Value value, JsonStyle style, int level, StringBuilder output, Budget budget)
    {
        budget.Enter();
        budget.Compute(Numbers.Bits(value), Numbers.Bits(value));
        switch (value)
        {
            case TextValue text:
                WriteText(text.Text, style.AsciiOnly, output, budget);
                break;
            case SequenceValue sequence and not RangeValue:
                WriteContainer('[', sequence.Items(), ']', item => Write(item, style, level + 1, output, budget), style, level, output, budget);
                break;
            case DictValue dict:
                WriteContainer(
                    '{',
                    style.SortKeys ? Sorted(dict, budget) : dict.Items,
                    '}',
                    item =>
                    {
                        WriteText(Key(item.Key), style.AsciiOnly, output, budget);
                        output.Append(style.KeySeparator);
                        Write(item.Value, style, level + 1, output, budget);
                    },
                    style,
                    level,
                    output,
                    budget);
                break;
            default:
                output.Append(Atom(value) ?? throw new TemplateException($"Object of type {value.TypeName} is not JSON serializable"));
                break;
        }

        budget.Leave();
    }

    private static void WriteContainer<T>(char open, IEnumerable<T> items, char close, Action<T> write, JsonStyle style, int level, StringBuilder output, Budget budget)
    {
        output.Append(open);
        bool any = false;
        foreach (T item in items)
        {
            output.Append(any ? style.ItemSeparator : "");
            any = true;
            NewLine(level + 1);
            budget.Allocate(style.ItemSeparator.Length + style.KeySeparator.Length);
            write(item);
        }

        if (any)
        {
            NewLine(level);
        }

        output.Append(close);

        void NewLine(int depth)
        {
            if (style.Indent is { } indent)
            {
                budget.Allocate((long)indent.Length * depth);
                output.Append('\n');
                for (int i = 0; i < depth; i++)
                {
                    output.Append(indent);
                }
            }
        }
    }

    private static List<KeyValuePair<Value, Value>> Sorted(DictValue dict, Budget budget) =>
        Sorting.Sort(dict.Items, (a, b) => Operators.Order(a.Key, b.Key, "<", budget), budget);

    private static string Key(Value key) => key is TextValue text ? text.Text
        : Atom(key) ?? throw new TemplateException($"keys must be str, int, float, bool or None, not {key.TypeName}");

    private static string? Atom(Value value) => value switch
    {
        NoneValue => "null",
        BoolValue boolean => boolean.IsTrue ? "true" : "false",
        IntValue integer => integer.Value.ToString(CultureInfo.InvariantCulture),
        FloatValue { Value: double.NaN } => "NaN",
        FloatValue { Value: double.PositiveInfinity } => "Infinity",
        FloatValue { Value: double.NegativeInfinity } => "-Infinity",
        FloatValue real => PythonText.Float(real.Value),
        _ => null,
    };

    private static void WriteText(string text, bool asciiOnly, StringBuilder output, Budget budget)
    {
        // An escape is at most six characters.
        budget.Allocate(text.Length);
        int before = output.Length;
        output.Append('"');
        foreach (char c in text)
        {
            string? escape = c switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                '\f' => "\\f",
                '\b' => "\\b",
                _ when c < ' ' || (asciiOnly && c > '~') => $"\\u{(int)c:x4}",
                _ => null,
            };
            _ = escape is null ? output.Append(c) : output.Append(escape);
        }

        output.Append('"');
        budget.Allocate(output.Length - before - text.Length);
    }
}

/// <summary>How JSON is written.</summary>
/// <param name="Indent">What a level is indented by; null writes everything on one line.</param>
internal sealed record JsonStyle(string? Indent, string ItemSeparator, string KeySeparator, bool SortKeys, bool AsciiOnly);
