using System.Numerics;

namespace Aha.Templates.Values;

/// <summary>A value of Python's as templates see it. The set is closed: nothing of .NET's can be reached from a template.</summary>
internal abstract class Value
{
    /// <summary>Python's name of the type, as its error messages write it.</summary>
    public abstract string TypeName { get; }

    /// <summary>Whether the value counts as true in a condition.</summary>
    public virtual bool IsTrue => true;

    /// <summary>What <c>str</c> writes for values that no template prints on purpose.</summary>
    public virtual string Display => $"<{TypeName}>";
}

/// <summary>A name, attribute or element that is not there. It prints as nothing; most other uses of it are errors that say <paramref name="reason"/>.</summary>
internal sealed class UndefinedValue(string reason) : Value
{
    public override string TypeName => "Undefined";

    public override bool IsTrue => false;

    public TemplateException Error() => new(reason);
}

internal sealed class NoneValue : Value
{
    private NoneValue()
    {
    }

    public static NoneValue None { get; } = new();

    public override string TypeName => "NoneType";

    public override bool IsTrue => false;
}

internal sealed class BoolValue : Value
{
    private readonly bool _value;

    private BoolValue(bool value) => _value = value;

    public static BoolValue True { get; } = new(true);

    public static BoolValue False { get; } = new(false);

    public override string TypeName => "bool";

    public override bool IsTrue => _value;

    public static BoolValue Of(bool value) => value ? True : False;
}

internal sealed class IntValue(BigInteger value) : Value
{
    /// <summary>Longest number that is read or computed; as Python limits its conversions.</summary>
    public const int MaxDigits = 4300;

    /// <summary>Longest result of arithmetic, in bits: about <see cref="MaxDigits"/> digits.</summary>
    public const int MaxBits = 14_280;

    public BigInteger Value => value;

    public override string TypeName => "int";

    public override bool IsTrue => !value.IsZero;
}

internal sealed class FloatValue(double value) : Value
{
    public double Value => value;

    public override string TypeName => "float";

    public override bool IsTrue => value != 0;
}

/// <param name="isMarkup">Passed through <c>escape</c> or <c>safe</c>: text that is joined to it is escaped.</param>
internal sealed class TextValue(string text, bool isMarkup = false) : Value
{
    public static TextValue Empty { get; } = new("");

    public string Text => text;

    public bool IsMarkup => isMarkup;

    public override string TypeName => isMarkup ? "Markup" : "str";

    public override bool IsTrue => text.Length > 0;
}

internal sealed class NamespaceValue : Value
{
    public Dictionary<string, Value> Attributes { get; } = new(StringComparer.Ordinal);

    public override string TypeName => "Namespace";
}

/// <summary>What a generator is in Python: read once, from front to back, always true, without a length.</summary>
internal sealed class IteratorValue(IEnumerable<Value> items) : Value
{
    private readonly IEnumerator<Value> _items = items.GetEnumerator();

    public override string TypeName => "generator";

    /// <summary>The items that are left; each is handed out once.</summary>
    public IEnumerable<Value> Rest()
    {
        while (_items.MoveNext())
        {
            yield return _items.Current;
        }
    }
}

/// <summary>Something that can be called.</summary>
internal sealed class FunctionValue(string name, Func<Arguments, Value> call) : Value
{
    public override string TypeName => "builtin_function_or_method";

    public override string Display => $"<built-in method {name}>";

    public Value Call(Arguments arguments) => call(arguments);
}

/// <summary>A value with named attributes: <c>loop</c>, <c>cycler</c>, a group of <c>groupby</c>.</summary>
internal interface IAttributes
{
    /// <returns>The attribute's value; null where there is none of this name.</returns>
    Value? Attribute(string name);
}
