using Aha.Templates.Values;

namespace Aha.Templates.Evaluation;

/// <summary>The variable <c>loop</c>.</summary>
/// <param name="depth">Nesting of a recursive loop, from 0.</param>
/// <param name="recurse">Runs the loop's body over other items; null where the loop is not recursive.</param>
internal sealed class LoopValue(IReadOnlyList<Value> items, int depth, Func<Value, Value>? recurse, Budget budget) : Value, IAttributes
{
    private Value? _changed;

    public override string TypeName => "LoopContext";

    public override bool IsTrue => Count > 0;

    public int Count => items.Count;

    /// <summary>The iteration, from 0.</summary>
    public int Index { get; set; }

    public Value? Attribute(string name) => name switch
    {
        "index" => new IntValue(Index + 1),
        "index0" => new IntValue(Index),
        "revindex" => new IntValue(Count - Index),
        "revindex0" => new IntValue(Count - Index - 1),
        "first" => BoolValue.Of(Index == 0),
        "last" => BoolValue.Of(Index == Count - 1),
        "length" => new IntValue(Count),
        "depth" => new IntValue(depth + 1),
        "depth0" => new IntValue(depth),
        "previtem" => Index > 0 ? items[Index - 1] : new UndefinedValue("there is no previous item"),
        "nextitem" => Index < Count - 1 ? items[Index + 1] : new UndefinedValue("there is no next item"),
        "cycle" => new FunctionValue(name, arguments => arguments.Positional.Count > 0
            ? arguments.Positional[Index % arguments.Positional.Count]
            : throw new TemplateException("no items for cycling given")),
        "changed" => new FunctionValue(name, arguments =>
        {
            var now = new TupleValue([.. arguments.Positional]);
            bool changed = _changed is null || !Operators.AreEqual(_changed, now, budget);
            _changed = now;
            return BoolValue.Of(changed);
        }),
        _ => null,
    };

    /// <summary><c>loop(items)</c></summary>
    /// <exception cref="TemplateException">The loop is not recursive.</exception>
    public Value Recurse(Arguments arguments)
    {
        Value over = arguments.Bind("loop", "iterable")[0] ?? throw new TemplateException("loop() needs something to go through");
        return recurse is null ? throw new TemplateException("The loop must have the 'recursive' marker to be called recursively.") : recurse(over);
    }
}
