using Aha.Templates.Values;

namespace Aha.Templates.Syntax;

/// <summary>Something that has a value.</summary>
/// <param name="At">Where an error in it is reported: its operator where it has one.</param>
internal abstract record Expression(Position At);

internal sealed record Constant(Value Value, Position At) : Expression(At);

internal sealed record Name(string Text, Position At) : Expression(At);

internal sealed record ListDisplay(IReadOnlyList<Expression> Items, Position At) : Expression(At);

internal sealed record TupleDisplay(IReadOnlyList<Expression> Items, Position At) : Expression(At);

internal sealed record DictDisplay(IReadOnlyList<(Expression Key, Expression Value)> Items, Position At) : Expression(At);

internal sealed record AttributeAccess(Expression Target, string Attribute, Position At) : Expression(At);

internal sealed record Subscript(Expression Target, Expression Index, Position At) : Expression(At);

internal sealed record SliceAccess(Expression Target, Expression? Start, Expression? Stop, Expression? Step, Position At) : Expression(At);

internal sealed record Call(Expression Target, CallArguments Arguments, Position At) : Expression(At);

internal sealed record Filtered(Expression Operand, FilterCall Filter, Position At) : Expression(At);

internal sealed record Tested(Expression Operand, string Test, CallArguments Arguments, Position At) : Expression(At);

internal sealed record Negation(Expression Operand, Position At) : Expression(At);

/// <param name="Operator"><c>+</c> or <c>-</c>.</param>
internal sealed record Signed(char Operator, Expression Operand, Position At) : Expression(At);

internal sealed record Arithmetic(string Operator, Expression Left, Expression Right, Position At) : Expression(At);

internal sealed record Concatenation(IReadOnlyList<Expression> Items, Position At) : Expression(At);

/// <summary>A chain, <c>a &lt; b &lt;= c</c>: every operand is evaluated at most once.</summary>
internal sealed record Comparison(Expression First, IReadOnlyList<(string Operator, Expression Operand)> Rest, Position At) : Expression(At);

/// <summary><c>and</c> or <c>or</c>; its value is that of the operand that decided.</summary>
internal sealed record Logical(bool IsAnd, Expression Left, Expression Right, Position At) : Expression(At);

/// <param name="Otherwise">Null where there is no <c>else</c>: then the value is undefined.</param>
internal sealed record Conditional(Expression Condition, Expression Then, Expression? Otherwise, Position At) : Expression(At);

internal sealed record FilterCall(string Name, CallArguments Arguments, Position At);

/// <param name="Sequence">The argument behind <c>*</c>.</param>
/// <param name="Mapping">The argument behind <c>**</c>.</param>
internal sealed record CallArguments(
    IReadOnlyList<Expression> Positional, IReadOnlyList<(string Name, Expression Value)> Named, Expression? Sequence, Expression? Mapping)
{
    public static CallArguments None { get; } = new([], [], null, null);
}
