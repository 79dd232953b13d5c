using System.Globalization;
using System.Text;
using Aha.Templates.Evaluation;

namespace Aha.Templates.Values;

/// <summary>Python's <c>str</c> and <c>repr</c>.</summary>
internal static class PythonPrinter
{
    /// <summary><c>str(value)</c>: what <c>{{ value }}</c> writes.</summary>
    public static string Str(Value value, Budget budget)
    {
        switch (value)
        {
            case TextValue text:
                return text.Text;
            case UndefinedValue:
                return "";
            default:
                var output = new StringBuilder();
                Write(value, output, budget);
                budget.Allocate(output.Length);
                return output.ToString();
        }
    }

    public static string Repr(Value value, Budget budget)
    {
        var output = new StringBuilder();
        Write(value, output, budget);
        budget.Allocate(output.Length);
        return output.ToString();
    }

    private static void Write(Value value, StringBuilder output, Budget budget)
    {
        budget.Enter();
        int before = output.Length;
        switch (value)
        {
            case NoneValue:
                output.Append("None");
                break;
            case BoolValue boolean:
                output.Append(boolean.IsTrue ? "True" : "False");
                break;
            case IntValue integer:
                budget.Compute(Numbers.Bits(integer), Numbers.Bits(integer));
                output.Append(integer.Value.ToString(CultureInfo.InvariantCulture));
                break;
            case FloatValue real:
                output.Append(PythonText.Float(real.Value));
                break;
            case TextValue { IsMarkup: true } markup:
                output.Append("Markup(");
                WriteText(markup.Text, output);
                output.Append(')');
                break;
            case TextValue text:
                WriteText(text.Text, output);
                break;
            case UndefinedValue:
                output.Append("Undefined");
                break;
            case ListValue list:
                WriteItems('[', list.Items(), ']', output, budget);
                break;
            case TupleValue { Count: 1 } single:
                output.Append('(');
                Write(single[0], output, budget);
                output.Append(",)");
                break;
            case TupleValue tuple:
                WriteItems('(', tuple.Items(), ')', output, budget);
                break;
            case DictValue dict:
                WriteDict(dict, output, budget);
                break;
            case DictViewValue view:
                output.Append(view.TypeName).Append('(');
                WriteItems('[', view.Items(), ']', output, budget);
                output.Append(')');
                break;
            case NamespaceValue space:
                output.Append("<Namespace ");
                var attributes = new DictValue();
                foreach ((string name, Value attribute) in space.Attributes)
                {
                    attributes.Set(new TextValue(name), attribute, budget);
                }

                WriteDict(attributes, output, budget);
                output.Append('>');
                break;
            default:
                output.Append(value.Display);
                break;
        }

        // A container's parts have paid for themselves; an atom pays here.
        if (value is TextValue or IntValue)
        {
            budget.Allocate(output.Length - before);
        }

        budget.Leave();
    }

    private static void WriteItems(char open, IEnumerable<Value> items, char close, StringBuilder output, Budget budget)
    {
        output.Append(open);
        string separator = "";
        foreach (Value item in items)
        {
            output.Append(separator);
            separator = ", ";
            Write(item, output, budget);
        }

        output.Append(close);
    }

    private static void WriteDict(DictValue dict, StringBuilder output, Budget budget)
    {
        output.Append('{');
        string separator = "";
        foreach ((Value key, Value value) in dict.Items)
        {
            output.Append(separator);
            separator = ", ";
            Write(key, output, budget);
            output.Append(": ");
            Write(value, output, budget);
        }

        output.Append('}');
    }

    private static void WriteText(string text, StringBuilder output)
    {
        char quote = text.Contains('\'', StringComparison.Ordinal) && !text.Contains('"', StringComparison.Ordinal) ? '"' : '\'';
        output.Append(quote);
        foreach (Rune rune in text.EnumerateRunes())
        {
            switch (rune.Value)
            {
                case '\n':
                    output.Append("\\n");
                    break;
                case '\r':
                    output.Append("\\r");
                    break;
                case '\t':
                    output.Append("\\t");
                    break;
                case '\\':
                    output.Append("\\\\");
                    break;
                case var c when c == quote:
                    output.Append('\\').Append(quote);
                    break;
                case var c when IsPrintable(rune):
                    output.Append(rune);
                    break;
                case < 0x100 and var c:
                    output.Append(CultureInfo.InvariantCulture, $"\\x{c:x2}");
                    break;
                case < 0x10000 and var c:
                    output.Append(CultureInfo.InvariantCulture, $"\\u{c:x4}");
                    break;
                default:
                    output.Append(CultureInfo.InvariantCulture, $"\\U{rune.Value:x8}");
                    break;
            }
        }

        output.Append(quote);
    }

    private static bool IsPrintable(Rune rune) => rune.Value == ' ' || Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.SpaceSeparator);
}
