using System.Collections.Frozen;
using Aha.Templates.Evaluation;
using Aha.Templates.Values;

namespace Aha.Templates.Library;

/// <summary>A test: <c>{% if input is name(arguments) %}</c>.</summary>
internal delegate bool Test(Runtime runtime, Value input, Arguments arguments);

/// <summary>Jinja's tests by name.</summary>
internal static class Tests
{
    private static readonly FrozenDictionary<string, Test> s_tests = new Dictionary<string, Test>
    {
        ["defined"] = Plain("defined", v => v is not UndefinedValue),
        ["undefined"] = Plain("undefined", v => v is UndefinedValue),
        ["none"] = Plain("none", v => v is NoneValue),
        ["boolean"] = Plain("boolean", v => v is BoolValue),
        ["true"] = Plain("true", v => ReferenceEquals(v, BoolValue.True)),
        ["false"] = Plain("false", v => ReferenceEquals(v, BoolValue.False)),
        ["integer"] = Plain("integer", v => v is IntValue),
        ["float"] = Plain("float", v => v is FloatValue),
        ["number"] = Plain("number", Numbers.IsNumber),
        ["string"] = Plain("string", v => v is TextValue),
        ["mapping"] = Plain("mapping", v => v is DictValue),
        // Python asks whether there are a length and elements: a dict and even what is undefined count.
        ["sequence"] = Plain("sequence", v => v is SequenceValue or TextValue or DictValue or UndefinedValue),
        ["iterable"] = Plain("iterable", v => v is SequenceValue or TextValue or DictValue or DictViewValue or IteratorValue or LoopValue or UndefinedValue),
        ["callable"] = Plain("callable", v => v is FunctionValue or MacroValue or UndefinedValue),
        ["escaped"] = Plain("escaped", v => v is TextValue { IsMarkup: true }),
        ["lower"] = (r, input, a) => Cased("lower", r, input, a, char.IsLower, char.IsUpper),
        ["upper"] = (r, input, a) => Cased("upper", r, input, a, char.IsUpper, char.IsLower),
        ["odd"] = (r, input, a) => IsRemainder("odd", r, input, Two(a), 1),
        ["even"] = (r, input, a) => IsRemainder("even", r, input, Two(a), 0),
        ["divisibleby"] = (r, input, a) => IsRemainder("divisibleby", r, input, Argument("divisibleby", a), 0),
        ["filter"] = (r, input, a) => input is TextValue text && Filters.Exists(text.Text),
        ["test"] = (r, input, a) => input is TextValue text && s_tests!.ContainsKey(text.Text),
        ["sameas"] = (r, input, a) => Same(input, Argument("sameas", a)),
        ["in"] = (r, input, a) => Operators.Contains(Argument("in", a), input, r.Budget),
        ["=="] = Compared("=="),
        ["eq"] = Compared("=="),
        ["equalto"] = Compared("=="),
        ["!="] = Compared("!="),
        ["ne"] = Compared("!="),
        [">"] = Compared(">"),
        ["gt"] = Compared(">"),
        ["greaterthan"] = Compared(">"),
        [">="] = Compared(">="),
        ["ge"] = Compared(">="),
        ["<"] = Compared("<"),
        ["lt"] = Compared("<"),
        ["lessthan"] = Compared("<"),
        ["<="] = Compared("<="),
        ["le"] = Compared("<="),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <exception cref="TemplateException">There is no test of this name.</exception>
    public static Test Find(string name) => s_tests.TryGetValue(name, out Test? test) ? test : throw new TemplateException($"there is no test '{name}'");

    private static Test Plain(string name, Func<Value, bool> holds) => (_, input, arguments) =>
    {
        arguments.Bind(name);
        return holds(input);
    };

    private static Test Compared(string name) => (runtime, input, arguments) => Operators.Compare(name, input, Argument(name, arguments), runtime.Budget);

    private static Value Argument(string test, Arguments arguments) => arguments.Bind(test, "other")[0] ?? throw new TemplateException($"the test '{test}' needs an argument");

    private static IntValue Two(Arguments arguments)
    {
        arguments.Bind("the test");
        return new IntValue(2);
    }

    private static bool IsRemainder(string test, Runtime runtime, Value input, Value divisor, int remainder) =>
        Numbers.IsNumber(input) || input is UndefinedValue
            ? Operators.AreEqual(Operators.Arithmetic("%", input, divisor, runtime.Budget), new IntValue(remainder), runtime.Budget)
            : throw new TemplateException($"the test '{test}' needs a number, not {input.TypeName}");

    // Small integers and equal texts of one template are one object in Python, in practice.
    private static bool Same(Value a, Value b) => ReferenceEquals(a, b) || (a, b) switch
    {
        (IntValue x, IntValue y) => x.Value == y.Value,
        (TextValue x, TextValue y) => x.Text == y.Text,
        _ => false,
    };

    private static bool Cased(string name, Runtime runtime, Value input, Arguments arguments, Func<char, bool> wanted, Func<char, bool> other)
    {
        arguments.Bind(name);
        string text = runtime.Str(input);
        runtime.Budget.Step(text.Length >> 3);
        return text.Any(wanted) && !text.Any(other);
    }
}
