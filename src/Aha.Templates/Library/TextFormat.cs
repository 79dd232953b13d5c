using System.Text;
using Aha.Templates.Evaluation;
using Aha.Templates.Values;

namespace Aha.Templates.Library;

/// <summary>Python's two ways of putting values into a text: <c>"%s" % value</c> and <c>"{}".format(value)</c>.</summary>
internal static class TextFormat
{
    /// <param name="arguments">A tuple of values, a dict for <c>%(name)s</c>, or one value.</param>
    public static TextValue Percent(TextValue format, Value arguments, Budget budget)
    {
        var output = new StringBuilder();
        var values = new Queue<Value>(arguments is TupleValue tuple ? tuple.Items() : [arguments]);
        bool named = false;
        string text = format.Text;
        for (int at = 0; at < text.Length;)
        {
            int percent = text.IndexOf('%', at);
            budget.Allocate((percent < 0 ? text.Length : percent) - at);
            output.Append(text, at, (percent < 0 ? text.Length : percent) - at);
            if (percent < 0)
            {
                break;
            }

            at = percent + 1;
            string? name = Name(text, ref at);
            NumberFormat field = Field(text, ref at);
            if (field.Type == '%')
            {
                output.Append('%');
                continue;
            }

            named |= name is not null;
            Value value = name is not null ? Item(arguments, name) : values.TryDequeue(out Value? next) ? next : throw new TemplateException("not enough arguments for format string");
            string written = Checked(field, value).Apply(value, budget);
            budget.Allocate(written.Length);
            output.Append(format.IsMarkup ? PythonText.Escape(written, budget) : written);
        }

        // As Python has it, whatever takes a subscript might have been meant for names.
        return values.Count == 0 || named || arguments is DictValue or ListValue or RangeValue or UndefinedValue
            ? new TextValue(output.ToString(), format.IsMarkup)
            : throw new TemplateException("not all arguments converted during string formatting");
    }

    /// <summary><c>format.format(...)</c>, with fields by place and by name; fields do not reach into values.</summary>
    public static TextValue Format(TextValue format, Arguments arguments, Budget budget)
    {
        var output = new StringBuilder();
        string text = format.Text;
        int automatic = 0;
        for (int at = 0; at < text.Length; at++)
        {
            char c = text[at];
            if (c is '{' or '}' && at + 1 < text.Length && text[at + 1] == c)
            {
                at++;
            }
            else if (c == '}')
            {
                throw new TemplateException("Single '}' encountered in format string");
            }
            else if (c == '{')
            {
                int close = text.IndexOf('}', at);
                string field = close < 0 ? throw new TemplateException("Single '{' encountered in format string") : text[(at + 1)..close];
                int colon = field.IndexOf(':', StringComparison.Ordinal);
                string name = colon < 0 ? field : field[..colon];
                string conversion = name.Length > 1 && name[^2] == '!' ? name[^2..] : "";
                name = name[..^conversion.Length];
                Value value = Converted(Argument(name.Length == 0 ? $"{automatic++}" : name, arguments), conversion, budget);
                string written = NumberFormat.Parse(colon < 0 ? "" : field[(colon + 1)..]).Apply(value, budget);
                budget.Allocate(written.Length);
                output.Append(written);
                at = close;
                continue;
            }

            output.Append(c);
        }

        budget.Allocate(text.Length);
        return new TextValue(output.ToString(), format.IsMarkup);
    }

    private static Value Argument(string name, Arguments arguments)
    {
        if (int.TryParse(name, out int place) && place >= 0)
        {
            return place < arguments.Positional.Count ? arguments.Positional[place] : throw new TemplateException($"Replacement index {place} out of range for positional args tuple");
        }

        return arguments.Named.FirstOrDefault(n => n.Name == name).Value ?? throw new TemplateException($"format() has no argument '{name}'");
    }

    private static Value Converted(Value value, string conversion, Budget budget) => conversion switch
    {
        "" => value,
        "!r" => budget.Text(PythonPrinter.Repr(value, budget)),
        "!s" => budget.Text(PythonPrinter.Str(value, budget)),
        _ => throw new TemplateException($"format(): '{conversion}' is no conversion; there are !r and !s"),
    };

    private static string? Name(string text, ref int at)
    {
        if (at >= text.Length || text[at] != '(')
        {
            return null;
        }

        int close = text.IndexOf(')', at);
        string name = close < 0 ? throw new TemplateException("incomplete format key") : text[(at + 1)..close];
        at = close + 1;
        return name;
    }

    private static NumberFormat Field(string text, ref int at)
    {
        var field = new NumberFormat { Align = '>' };
        for (; at < text.Length && "-+ 0#".Contains(text[at], StringComparison.Ordinal); at++)
        {
            field = text[at] switch
            {
                '-' => field with { Align = '<', Fill = ' ' },
                '0' when field.Align != '<' => field with { Align = '=', Fill = '0' },
                '+' or ' ' => field with { Sign = text[at] },
                _ => field,
            };
        }

        field = field with { Width = NumberFormat.Digits(text, ref at) ?? 0 };
        if (at < text.Length && text[at] == '.')
        {
            at++;
            field = field with { Precision = NumberFormat.Digits(text, ref at) ?? 0 };
        }

        return at < text.Length ? field with { Type = text[at++] } : throw new TemplateException("incomplete format");
    }

    private static NumberFormat Checked(NumberFormat field, Value value)
    {
        if (!"srdiufFeEgGxXoc".Contains(field.Type, StringComparison.Ordinal))
        {
            throw new TemplateException($"unsupported format character '{field.Type}'");
        }

        if (field.Type is not ('s' or 'r' or 'c') && !Numbers.IsNumber(value))
        {
            Operators.RequireDefined(value);
            throw new TemplateException($"%{field.Type} format: a real number is required, not {value.TypeName}");
        }

        return field.Type is 's' or 'r' && field.Fill == '0' ? field with { Fill = ' ', Align = '>' } : field;
    }

    private static Value Item(Value arguments, string name) => arguments is not DictValue dict ? throw new TemplateException("format requires a mapping")
        : dict.TryGet(name, out Value? value) ? value
        : throw new TemplateException($"KeyError: '{name}'");
}
