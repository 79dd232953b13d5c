using System.Numerics;
using System.Text;
using Aha.Templates.Evaluation;
using Aha.Templates.Values;

namespace Aha.Templates.Library;

/// <summary>Filters that make text; any value is written as <c>str</c> writes it first.</summary>
internal static class TextFilters
{
    public static TextValue String(Runtime runtime, Value input, Arguments arguments)
    {
        arguments.Bind("string");
        return Soft(runtime, input);
    }

    public static TextValue Lower(Runtime runtime, Value input, Arguments arguments) => Map("lower", runtime, input, arguments, PythonText.Lower);

    public static TextValue Upper(Runtime runtime, Value input, Arguments arguments) => Map("upper", runtime, input, arguments, PythonText.Upper);

    public static TextValue Capitalize(Runtime runtime, Value input, Arguments arguments) => Map("capitalize", runtime, input, arguments, PythonText.Capitalize);

    /// <summary>As Jinja has it: a word begins after white space, a hyphen or an opening bracket, and nowhere else.</summary>
    public static TextValue Title(Runtime runtime, Value input, Arguments arguments) => Map("title", runtime, input, arguments, text =>
    {
        var title = new StringBuilder(text.Length);
        bool first = true;
        foreach (Rune rune in text.EnumerateRunes())
        {
            title.Append(first ? Rune.ToUpperInvariant(rune) : Rune.ToLowerInvariant(rune));
            first = rune.IsBmp && (PythonText.IsSpace((char)rune.Value) || "-({[<".Contains((char)rune.Value, StringComparison.Ordinal));
        }

        return title.ToString();
    });

    public static TextValue Trim(Runtime runtime, Value input, Arguments arguments)
    {
        TextValue text = Soft(runtime, input);
        string? characters = arguments.Bind("trim", "chars")[0] is { } given and not NoneValue ? runtime.Str(given) : null;
        runtime.Budget.Search(text.Text.Length, characters?.Length ?? 0);
        return runtime.Budget.Text(PythonText.Strip(text.Text, characters), text.IsMarkup);
    }

    public static TextValue Replace(Runtime runtime, Value input, Arguments arguments)
    {
        Value?[] bound = arguments.Bind("replace", "old", "new", "count");
        BigInteger count = bound[2] is null or NoneValue ? -1 : NumberFilters.Integer("replace", bound[2]!);
        return new TextValue(TextMethods.Replace(
            runtime.Str(input), runtime.Str(Required("replace", bound[0])), runtime.Str(Required("replace", bound[1])), count, runtime.Budget));
    }

    public static TextValue Join(Runtime runtime, Value input, Arguments arguments)
    {
        Value?[] bound = arguments.Bind("join", "d", "attribute");
        string separator = bound[0] is null ? "" : runtime.Str(bound[0]!);
        var output = new StringBuilder();
        bool any = false;
        foreach (Value item in Iteration.Of(input, runtime.Budget))
        {
            string text = runtime.Str(bound[1] is null or NoneValue ? item : Members.Path(item, bound[1]!, runtime.Budget));
            runtime.Budget.Allocate((long)separator.Length + text.Length);
            output.Append(any ? separator : "").Append(text);
            any = true;
        }

        return new TextValue(output.ToString());
    }

    public static TextValue Indent(Runtime runtime, Value input, Arguments arguments)
    {
        Value?[] bound = arguments.Bind("indent", "width", "first", "blank");
        string indent = bound[0] switch
        {
            null => "    ",
            TextValue text => text.Text,
            var width => new string(' ', (int)BigInteger.Clamp(NumberFilters.Integer("indent", width), 0, NumberFormat.MaxWidth)),
        };
        bool first = bound[1]?.IsTrue ?? false, blank = bound[2]?.IsTrue ?? false;
        TextValue whole = RequireText("indent", input);
        List<string> lines = PythonText.SplitLines(whole.Text + "\n");
        runtime.Budget.Allocate(whole.Text.Length + ((long)lines.Count * (indent.Length + 1)));
        IEnumerable<string> rest = lines.Skip(1).Select(line => blank || line.Length > 0 ? indent + line : line);
        return new TextValue((first ? indent : "") + string.Join('\n', rest.Prepend(lines[0])), whole.IsMarkup);
    }

    public static TextValue Center(Runtime runtime, Value input, Arguments arguments) =>
        (TextValue)TextMethods.Find(Soft(runtime, input), "center", runtime.Budget)!.Call(Arguments.Of(arguments.Bind("center", "width")[0] ?? new IntValue(80)));

    public static TextValue Truncate(Runtime runtime, Value input, Arguments arguments)
    {
        Value?[] bound = arguments.Bind("truncate", "length", "killwords", "end", "leeway");
        string text = RequireText("truncate", input).Text, end = bound[2] is null ? "..." : runtime.Str(bound[2]!);
        BigInteger length = bound[0] is null ? 255 : NumberFilters.Integer("truncate", bound[0]!), leeway = bound[3] is null or NoneValue ? 5 : NumberFilters.Integer("truncate", bound[3]!);
        BigInteger kept = length - PythonText.Length(end);
        if (kept.Sign < 0 || leeway.Sign < 0)
        {
            throw new TemplateException($"truncate: expected length >= {PythonText.Length(end)}, got {length}");
        }

        if (PythonText.Length(text) <= length + leeway)
        {
            return new TextValue(text);
        }

        string cut = text[..PythonText.Offset(text, (int)kept)];
        int space = bound[1] is { IsTrue: true } ? -1 : cut.LastIndexOf(' ');
        return runtime.Budget.Text((space < 0 ? cut : cut[..space]) + end);
    }

    /// <summary>Runs of letters, digits and underscores.</summary>
    public static IntValue WordCount(Runtime runtime, Value input, Arguments arguments)
    {
        arguments.Bind("wordcount");
        string text = runtime.Str(input);
        runtime.Budget.Step(text.Length);
        int words = 0;
        bool inside = false;
        foreach (Rune rune in text.EnumerateRunes())
        {
            bool word = Rune.IsLetterOrDigit(rune) || rune.Value == '_';
            words += word && !inside ? 1 : 0;
            inside = word;
        }

        return new IntValue(words);
    }

    /// <summary><c>text | format(a, b)</c>: the same as <c>text % (a, b)</c>.</summary>
    public static TextValue Format(Runtime runtime, Value input, Arguments arguments)
    {
        if (arguments.Named.Count == 0)
        {
            return TextFormat.Percent(Soft(runtime, input), new TupleValue([.. arguments.Positional]), runtime.Budget);
        }

        var dict = new DictValue();
        foreach ((string name, Value value) in arguments.Named)
        {
            dict.Set(new TextValue(name), value, runtime.Budget);
        }

        return TextFormat.Percent(Soft(runtime, input), dict, runtime.Budget);
    }

    public static TextValue Safe(Runtime runtime, Value input, Arguments arguments)
    {
        arguments.Bind("safe");
        return new TextValue(runtime.Str(input), isMarkup: true);
    }

    public static TextValue Escape(Runtime runtime, Value input, Arguments arguments)
    {
        arguments.Bind("escape");
        return new TextValue(Operators.Escaped(input, runtime.Budget), isMarkup: true);
    }

    public static TextValue ForceEscape(Runtime runtime, Value input, Arguments arguments)
    {
        arguments.Bind("forceescape");
        return new TextValue(PythonText.Escape(runtime.Str(input), runtime.Budget), isMarkup: true);
    }

    private static TextValue Soft(Runtime runtime, Value input) => input as TextValue ?? new TextValue(runtime.Str(input));

    private static TextValue Map(string name, Runtime runtime, Value input, Arguments arguments, Func<string, string> map)
    {
        arguments.Bind(name);
        TextValue text = Soft(runtime, input);
        return runtime.Budget.Text(map(text.Text), text.IsMarkup);
    }

    private static TextValue RequireText(string filter, Value input)
    {
        Operators.RequireDefined(input);
        return input as TextValue ?? throw new TemplateException($"{filter} needs a text, not {input.TypeName}");
    }

    private static Value Required(string filter, Value? value) => value ?? throw new TemplateException($"{filter} needs another argument");
}
