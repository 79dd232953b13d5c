using Aha.Templates.Evaluation;
using Aha.Templates.Values;

namespace Aha.Templates.Library;

/// <summary><c>map</c>, <c>select</c>, <c>reject</c> and their kin by attribute. As generators they do their work when they are read, and only once.</summary>
internal static class SelectionFilters
{
    /// <summary><c>map("filter", ...)</c> or <c>map(attribute="path", default=...)</c>.</summary>
    public static IteratorValue Map(Runtime runtime, Value input, Arguments arguments)
    {
        IEnumerable<Value> items = Items(runtime, input);
        if (arguments.Positional.Count > 0)
        {
            string name = runtime.Str(arguments.Positional[0]);
            Arguments rest = arguments.Skip(1);
            return new IteratorValue(items.Select(item => runtime.Filter(name, item, rest)));
        }

        Value?[] bound = arguments.Bind("map", "attribute", "default");
        Value path = bound[0] ?? throw new TemplateException("map requires a filter argument");
        return new IteratorValue(items.Select(item => Members.Path(item, path, runtime.Budget, bound[1])));
    }

    public static IteratorValue Select(Runtime runtime, Value input, Arguments arguments) => Selected(runtime, input, arguments, attribute: null, keep: true);

    public static IteratorValue Reject(Runtime runtime, Value input, Arguments arguments) => Selected(runtime, input, arguments, attribute: null, keep: false);

    public static IteratorValue SelectAttribute(Runtime runtime, Value input, Arguments arguments) => Selected(runtime, input, arguments.Skip(1), Attribute(arguments), keep: true);

    public static IteratorValue RejectAttribute(Runtime runtime, Value input, Arguments arguments) => Selected(runtime, input, arguments.Skip(1), Attribute(arguments), keep: false);

    // Jinja does not look further at what is false: none counts as no items.
    private static IEnumerable<Value> Items(Runtime runtime, Value input) => input.IsTrue ? Iteration.Of(input, runtime.Budget) : [];

    private static Value Attribute(Arguments arguments) => arguments.Positional.Count > 0 ? arguments.Positional[0] : throw new TemplateException("Missing parameter for attribute name");

    private static IteratorValue Selected(Runtime runtime, Value input, Arguments arguments, Value? attribute, bool keep)
    {
        string? test = arguments.Positional.Count > 0 ? runtime.Str(arguments.Positional[0]) : null;
        Arguments rest = arguments.Skip(1);
        return new IteratorValue(Items(runtime, input).Where(item =>
        {
            Value value = attribute is null ? item : Members.Path(item, attribute, runtime.Budget);
            return keep == (test is null ? value.IsTrue : runtime.Test(test, value, rest));
        }));
    }
}
