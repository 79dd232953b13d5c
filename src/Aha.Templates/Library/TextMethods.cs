using System.Collections.Frozen;
using System.Numerics;
using System.Text;
using Aha.Templates.Evaluation;
using Aha.Templates.Values;

namespace Aha.Templates.Library;

/// <summary>The methods of Python's <c>str</c>.</summary>
internal static class TextMethods
{
    private delegate Value Method(TextValue self, Arguments arguments, Budget budget);

    private static readonly FrozenDictionary<string, Method> s_methods = new Dictionary<string, Method>
    {
        ["strip"] = (s, a, b) => Strip("strip", s, a, b, true, true),
        ["lstrip"] = (s, a, b) => Strip("lstrip", s, a, b, true, false),
        ["rstrip"] = (s, a, b) => Strip("rstrip", s, a, b, false, true),
        ["lower"] = (s, a, b) => Map("lower", s, a, b, PythonText.Lower),
        ["casefold"] = (s, a, b) => Map("casefold", s, a, b, PythonText.Lower),
        ["upper"] = (s, a, b) => Map("upper", s, a, b, PythonText.Upper),
        ["title"] = (s, a, b) => Map("title", s, a, b, PythonText.Title),
        ["capitalize"] = (s, a, b) => Map("capitalize", s, a, b, PythonText.Capitalize),
        ["swapcase"] = (s, a, b) => Map("swapcase", s, a, b, t => string.Concat(t.Select(c => char.IsUpper(c) ? char.ToLowerInvariant(c) : char.ToUpperInvariant(c)))),
        ["startswith"] = (s, a, b) => Affix("startswith", s, a, b, (t, p) => t.StartsWith(p, StringComparison.Ordinal)),
        ["endswith"] = (s, a, b) => Affix("endswith", s, a, b, (t, p) => t.EndsWith(p, StringComparison.Ordinal)),
        ["removeprefix"] = (s, a, b) => Text("removeprefix", a, "prefix") is var p && s.Text.StartsWith(p, StringComparison.Ordinal) ? b.Text(s.Text[p.Length..], s.IsMarkup) : s,
        ["removesuffix"] = (s, a, b) => Text("removesuffix", a, "suffix") is var p && s.Text.EndsWith(p, StringComparison.Ordinal) ? b.Text(s.Text[..^p.Length], s.IsMarkup) : s,
        ["split"] = (s, a, b) => Split("split", s, a, b, fromRight: false),
        ["rsplit"] = (s, a, b) => Split("rsplit", s, a, b, fromRight: true),
        ["splitlines"] = (s, a, b) => Parts(s, PythonText.SplitLines(s.Text, a.Bind("splitlines", "keepends")[0]?.IsTrue ?? false), b),
        ["partition"] = (s, a, b) => Partition("partition", s, a, b),
        ["rpartition"] = (s, a, b) => Partition("rpartition", s, a, b),
        ["replace"] = Replace,
        ["join"] = Join,
        ["find"] = (s, a, b) => Find("find", s, a, b, last: false) ?? new IntValue(-1),
        ["rfind"] = (s, a, b) => Find("rfind", s, a, b, last: true) ?? new IntValue(-1),
        ["index"] = (s, a, b) => Find("index", s, a, b, last: false) ?? throw new TemplateException("substring not found"),
        ["rindex"] = (s, a, b) => Find("rindex", s, a, b, last: true) ?? throw new TemplateException("substring not found"),
        ["count"] = Count,
        ["center"] = (s, a, b) => Pad("center", s, a, b, '^'),
        ["ljust"] = (s, a, b) => Pad("ljust", s, a, b, '<'),
        ["rjust"] = (s, a, b) => Pad("rjust", s, a, b, '>'),
        ["zfill"] = ZeroFill,
        ["format"] = TextFormat.Format,
        ["isspace"] = (s, a, b) => All("isspace", s, a, b, r => r.IsBmp && PythonText.IsSpace((char)r.Value)),
        ["isalpha"] = (s, a, b) => All("isalpha", s, a, b, Rune.IsLetter),
        ["isalnum"] = (s, a, b) => All("isalnum", s, a, b, r => Rune.IsLetter(r) || Rune.IsNumber(r)),
        ["isdigit"] = (s, a, b) => All("isdigit", s, a, b, Rune.IsDigit),
        ["isdecimal"] = (s, a, b) => All("isdecimal", s, a, b, Rune.IsDigit),
        ["isnumeric"] = (s, a, b) => All("isnumeric", s, a, b, Rune.IsNumber),
        ["isupper"] = (s, a, b) => Cased("isupper", s, a, b, char.IsUpper, char.IsLower),
        ["islower"] = (s, a, b) => Cased("islower", s, a, b, char.IsLower, char.IsUpper),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static FunctionValue? Find(TextValue self, string name, Budget budget) => s_methods.TryGetValue(name, out Method? method)
        ? new FunctionValue(name, arguments =>
        {
            budget.Read(self.Text.Length);
            return method(self, arguments, budget);
        })
        : null;

    /// <summary>Replaces up to <paramref name="count"/> times; below 0 everywhere.</summary>
    public static string Replace(string text, string old, string replacement, BigInteger count, Budget budget)
    {
        budget.Search(text.Length, old.Length);
        var output = new StringBuilder();
        int at = 0;
        // An empty text stands before every character and at the end.
        int found = old.Length == 0 ? 0 : text.IndexOf(old, StringComparison.Ordinal);
        for (; found >= 0 && !count.IsZero; count--)
        {
            budget.Allocate(found - at + replacement.Length);
            output.Append(text, at, found - at).Append(replacement);
            at = found + old.Length;
            found = old.Length == 0 ? Next(text, at) : text.IndexOf(old, at, StringComparison.Ordinal);
        }

        budget.Allocate(text.Length - at);
        return output.Append(text, at, text.Length - at).ToString();
    }

    private static int Next(string text, int at) => at >= text.Length ? -1 : at + (char.IsSurrogatePair(text, at) ? 2 : 1);

    private static TextValue Map(string name, TextValue self, Arguments arguments, Budget budget, Func<string, string> map)
    {
        arguments.Bind(name);
        return budget.Text(map(self.Text), self.IsMarkup);
    }

    private static TextValue Strip(string name, TextValue self, Arguments arguments, Budget budget, bool left, bool right)
    {
        string? characters = Optional(arguments.Bind(name, "chars")[0], $"{name} arg");
        // Every character is looked up among these.
        budget.Search(self.Text.Length, characters?.Length ?? 0);
        return budget.Text(PythonText.Strip(self.Text, characters, left, right), self.IsMarkup);
    }

    private static BoolValue Affix(string name, TextValue self, Arguments arguments, Budget budget, Func<string, string, bool> holds)
    {
        Value?[] bound = arguments.Bind(name, "affix", "start", "end");
        string text = bound[1] is null && bound[2] is null ? self.Text : ((TextValue)Iteration.Slice(self, bound[1], bound[2], null, budget)!).Text;
        return BoolValue.Of(bound[0] switch
        {
            TextValue affix => holds(text, affix.Text),
            TupleValue affixes => Iteration.Of(affixes, budget).Any(a => holds(text, Required(a, $"{name} arg"))),
            UndefinedValue undefined => throw undefined.Error(),
            var other => throw new TemplateException($"{name} first arg must be str or a tuple of str, not {other?.TypeName ?? "missing"}"),
        });
    }

    private static ListValue Split(string name, TextValue self, Arguments arguments, Budget budget, bool fromRight)
    {
        Value?[] bound = arguments.Bind(name, "sep", "maxsplit");
        int max = bound[1] is null ? -1 : Integer(bound[1]!, "maxsplit");
        max = max < 0 ? int.MaxValue : max;
        if (Optional(bound[0], "sep") is not { } separator)
        {
            budget.Step(self.Text.Length);
            return Parts(self, PythonText.SplitWords(self.Text, max, fromRight), budget);
        }

        if (separator.Length == 0)
        {
            throw new TemplateException("empty separator");
        }

        budget.Search(self.Text.Length, separator.Length);
        return Parts(self, fromRight && max < self.Text.Length ? SplitFromRight(self.Text, separator, max) : [.. self.Text.Split(separator, max == int.MaxValue ? max : max + 1)], budget);
    }

    private static List<string> SplitFromRight(string text, string separator, int max)
    {
        var parts = new List<string>();
        int end = text.Length;
        while (parts.Count < max)
        {
            int at = text.AsSpan(0, end).LastIndexOf(separator);
            if (at < 0)
            {
                break;
            }

            parts.Add(text[(at + separator.Length)..end]);
            end = at;
        }

        parts.Add(text[..end]);
        parts.Reverse();
        return parts;
    }

    private static TupleValue Partition(string name, TextValue self, Arguments arguments, Budget budget)
    {
        string separator = Text(name, arguments, "sep");
        if (separator.Length == 0)
        {
            throw new TemplateException("empty separator");
        }

        budget.Search(self.Text.Length, separator.Length);
        int at = name == "partition" ? self.Text.IndexOf(separator, StringComparison.Ordinal) : self.Text.LastIndexOf(separator, StringComparison.Ordinal);
        return at >= 0 ? new TupleValue([budget.Text(self.Text[..at]), new TextValue(separator), budget.Text(self.Text[(at + separator.Length)..])])
            : name == "partition" ? new TupleValue([self, TextValue.Empty, TextValue.Empty])
            : new TupleValue([TextValue.Empty, TextValue.Empty, self]);
    }

    private static TextValue Replace(TextValue self, Arguments arguments, Budget budget)
    {
        Value?[] bound = arguments.Bind("replace", "old", "new", "count");
        BigInteger count = bound[2] is null ? -1 : Integer(bound[2]!, "count");
        return new TextValue(Replace(self.Text, Required(bound[0], "replace() argument 1"), Required(bound[1], "replace() argument 2"), count, budget), self.IsMarkup);
    }

    private static TextValue Join(TextValue self, Arguments arguments, Budget budget)
    {
        var output = new StringBuilder();
        string separator = "";
        int place = 0;
        foreach (Value item in Iteration.Of(arguments.Bind("join", "iterable")[0] ?? throw new TemplateException("join() needs an argument"), budget))
        {
            if (item is not TextValue text)
            {
                Operators.RequireDefined(item);
                throw new TemplateException($"sequence item {place}: expected str instance, {item.TypeName} found");
            }

            budget.Allocate((long)separator.Length + text.Text.Length);
            output.Append(separator).Append(text.Text);
            separator = self.Text;
            place++;
        }

        return new TextValue(output.ToString(), self.IsMarkup);
    }

    private static IntValue? Find(string name, TextValue self, Arguments arguments, Budget budget, bool last)
    {
        Value?[] bound = arguments.Bind(name, "sub", "start", "end");
        string part = Required(bound[0], $"{name}() argument 1");
        string text = self.Text;
        int offset = 0;
        if (bound[1] is not null || bound[2] is not null)
        {
            text = ((TextValue)Iteration.Slice(self, bound[1], bound[2], null, budget)!).Text;
            offset = bound[1] is null ? 0 : PythonText.Length(self.Text) - PythonText.Length(((TextValue)Iteration.Slice(self, bound[1], null, null, budget)!).Text);
        }

        budget.Search(text.Length, part.Length);
        int at = last ? text.LastIndexOf(part, StringComparison.Ordinal) : text.IndexOf(part, StringComparison.Ordinal);
        return at < 0 ? null : new IntValue(offset + PythonText.CodePoint(text, at));
    }

    private static IntValue Count(TextValue self, Arguments arguments, Budget budget)
    {
        string part = Text("count", arguments, "sub");
        budget.Search(self.Text.Length, part.Length);
        int count = 0;
        for (int at = 0; part.Length > 0 && (at = self.Text.IndexOf(part, at, StringComparison.Ordinal)) >= 0; at += part.Length)
        {
            count++;
        }

        return new IntValue(part.Length == 0 ? PythonText.Length(self.Text) + 1 : count);
    }

    private static TextValue Pad(string name, TextValue self, Arguments arguments, Budget budget, char align)
    {
        Value?[] bound = arguments.Bind(name, "width", "fillchar");
        int width = Integer(bound[0] ?? throw new TemplateException($"{name}() needs a width"), "width");
        string fill = Optional(bound[1], "fillchar") ?? " ";
        if (fill.Length != 1)
        {
            throw new TemplateException("The fill character must be exactly one character long");
        }

        int missing = Math.Max(0, width - PythonText.Length(self.Text));
        budget.Allocate(missing);
        // Python's centre leans left where both the gap and the width are odd.
        int left = align switch { '<' => 0, '>' => missing, _ => (missing / 2) + (missing & width & 1) };
        return budget.Text(new string(fill[0], left) + self.Text + new string(fill[0], missing - left), self.IsMarkup);
    }

    private static TextValue ZeroFill(TextValue self, Arguments arguments, Budget budget)
    {
        int missing = Math.Max(0, Integer(arguments.Bind("zfill", "width")[0] ?? throw new TemplateException("zfill() needs a width"), "width") - PythonText.Length(self.Text));
        budget.Allocate(missing);
        int sign = self.Text.Length > 0 && self.Text[0] is '+' or '-' ? 1 : 0;
        return budget.Text(self.Text[..sign] + new string('0', missing) + self.Text[sign..], self.IsMarkup);
    }

    private static BoolValue All(string name, TextValue self, Arguments arguments, Budget budget, Func<Rune, bool> holds)
    {
        arguments.Bind(name);
        budget.Step(self.Text.Length >> 3);
        return BoolValue.Of(self.Text.Length > 0 && self.Text.EnumerateRunes().All(holds));
    }

    private static BoolValue Cased(string name, TextValue self, Arguments arguments, Budget budget, Func<char, bool> wanted, Func<char, bool> other)
    {
        arguments.Bind(name);
        budget.Step(self.Text.Length >> 3);
        return BoolValue.Of(self.Text.Any(wanted) && !self.Text.Any(other));
    }

    private static ListValue Parts(TextValue self, List<string> parts, Budget budget)
    {
        budget.Allocate(self.Text.Length + (8L * parts.Count));
        return new ListValue([.. parts.Select(p => new TextValue(p, self.IsMarkup))]);
    }

    private static string Text(string name, Arguments arguments, string parameter) => Required(arguments.Bind(name, parameter)[0], $"{name}() argument 1");

    private static string Required(Value? value, string what) => value switch
    {
        TextValue text => text.Text,
        UndefinedValue undefined => throw undefined.Error(),
        null => throw new TemplateException($"{what} is missing"),
        _ => throw new TemplateException($"{what} must be str, not {value.TypeName}"),
    };

    private static string? Optional(Value? value, string what) => value is null or NoneValue ? null : Required(value, what);

    private static int Integer(Value value, string what)
    {
        Operators.RequireDefined(value);
        return Numbers.TryInteger(value, out BigInteger integer)
            ? (int)BigInteger.Max(int.MinValue, BigInteger.Min(int.MaxValue, integer))
            : throw new TemplateException($"{what}: '{value.TypeName}' object cannot be interpreted as an integer");
    }
}
