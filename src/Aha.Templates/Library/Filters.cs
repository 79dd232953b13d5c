using System.Collections.Frozen;
using Aha.Templates.Evaluation;
using Aha.Templates.Values;

namespace Aha.Templates.Library;

/// <summary>A filter: <c>{{ input | name(arguments) }}</c>.</summary>
internal delegate Value Filter(Runtime runtime, Value input, Arguments arguments);

/// <summary>The filters by name: Jinja's, with transformers' <c>tojson</c>. Those that make web pages are left out.</summary>
internal static class Filters
{
    private static readonly FrozenDictionary<string, Filter> s_filters = new Dictionary<string, Filter>
    {
        ["abs"] = NumberFilters.Abs,
        ["attr"] = (r, input, a) => Members.Own(input, r.Str(a.Bind("attr", "name")[0] ?? NoneValue.None), r.Budget) ?? new UndefinedValue($"'{input.TypeName} object' has no attribute"),
        ["batch"] = SequenceFilters.Batch,
        ["capitalize"] = TextFilters.Capitalize,
        ["center"] = TextFilters.Center,
        ["count"] = SequenceFilters.Length,
        ["d"] = Default,
        ["default"] = Default,
        ["dictsort"] = OrderFilters.DictSort,
        ["e"] = TextFilters.Escape,
        ["escape"] = TextFilters.Escape,
        ["first"] = SequenceFilters.First,
        ["float"] = NumberFilters.Float,
        ["forceescape"] = TextFilters.ForceEscape,
        ["format"] = TextFilters.Format,
        ["groupby"] = OrderFilters.GroupBy,
        ["indent"] = TextFilters.Indent,
        ["int"] = NumberFilters.Int,
        ["items"] = SequenceFilters.Items,
        ["join"] = TextFilters.Join,
        ["last"] = SequenceFilters.Last,
        ["length"] = SequenceFilters.Length,
        ["list"] = SequenceFilters.List,
        ["lower"] = TextFilters.Lower,
        ["map"] = SelectionFilters.Map,
        ["max"] = OrderFilters.Max,
        ["min"] = OrderFilters.Min,
        ["reject"] = SelectionFilters.Reject,
        ["rejectattr"] = SelectionFilters.RejectAttribute,
        ["replace"] = TextFilters.Replace,
        ["reverse"] = SequenceFilters.Reverse,
        ["round"] = NumberFilters.Round,
        ["safe"] = TextFilters.Safe,
        ["select"] = SelectionFilters.Select,
        ["selectattr"] = SelectionFilters.SelectAttribute,
        ["slice"] = SequenceFilters.Slice,
        ["sort"] = OrderFilters.Sort,
        ["string"] = TextFilters.String,
        ["sum"] = SequenceFilters.Sum,
        ["title"] = TextFilters.Title,
        ["tojson"] = ToJson,
        ["trim"] = TextFilters.Trim,
        ["truncate"] = TextFilters.Truncate,
        ["unique"] = OrderFilters.Unique,
        ["upper"] = TextFilters.Upper,
        ["wordcount"] = TextFilters.WordCount,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static bool Exists(string name) => s_filters.ContainsKey(name);

    /// <exception cref="TemplateException">There is no filter of this name.</exception>
    public static Filter Find(string name) => s_filters.TryGetValue(name, out Filter? filter) ? filter : throw new TemplateException($"there is no filter '{name}'");

    private static Value Default(Runtime runtime, Value input, Arguments arguments)
    {
        Value?[] bound = arguments.Bind("default", "default_value", "boolean");
        bool missing = input is UndefinedValue || (bound[1] is { IsTrue: true } && !input.IsTrue);
        return missing ? bound[0] ?? TextValue.Empty : input;
    }

    private static TextValue ToJson(Runtime runtime, Value input, Arguments arguments)
    {
        Value?[] bound = arguments.Bind("tojson", "ensure_ascii", "indent", "separators", "sort_keys");
        string? indent = bound[1] switch
        {
            null or NoneValue => null,
            TextValue text => text.Text,
            var width when Numbers.TryInteger(width, out System.Numerics.BigInteger blanks) && blanks <= NumberFormat.MaxWidth => new string(' ', (int)System.Numerics.BigInteger.Max(0, blanks)),
            var other => throw new TemplateException($"tojson: indent must be a small number or a text, not {other.TypeName}"),
        };
        (string item, string key) = bound[2] switch
        {
            // json's own default: with an indent a line ends right after the comma.
            null or NoneValue => (indent is null ? ", " : ",", ": "),
            SequenceValue { Count: 2 } pair when pair[0] is TextValue first && pair[1] is TextValue second => (first.Text, second.Text),
            _ => throw new TemplateException("tojson: separators must be a pair of texts"),
        };
        return new TextValue(PythonJson.Write(input, new JsonStyle(indent, item, key, bound[3]?.IsTrue ?? false, bound[0]?.IsTrue ?? false), runtime.Budget));
    }
}
