namespace Aha.Templates.Syntax;

internal abstract record Statement(Position At);

/// <summary>Text outside of tags.</summary>
internal sealed record Data(string Text, Position At) : Statement(At);

internal sealed record Print(Expression Value, Position At) : Statement(At);

internal sealed record If(IReadOnlyList<(Expression Condition, IReadOnlyList<Statement> Body)> Branches, IReadOnlyList<Statement> Otherwise, Position At) : Statement(At);

/// <param name="Condition">The loop's filter, <c>for x in xs if condition</c>.</param>
/// <param name="Otherwise">What runs where no iteration came to its end: mostly because there was nothing to loop over.</param>
internal sealed record For(
    Target Target, Expression Items, Expression? Condition, bool Recursive, IReadOnlyList<Statement> Body, IReadOnlyList<Statement> Otherwise, Position At) : Statement(At);

/// <summary><c>break</c> or <c>continue</c>.</summary>
internal sealed record LoopControl(bool IsBreak, Position At) : Statement(At);

internal sealed record Assignment(Target Target, Expression Value, Position At) : Statement(At);

internal sealed record BlockAssignment(Target Target, IReadOnlyList<FilterCall> Filters, IReadOnlyList<Statement> Body, Position At) : Statement(At);

internal sealed record MacroDefinition(Macro Macro, Position At) : Statement(At);

/// <summary><c>call(x) f()</c>: calls <c>f</c> with the body as its <c>caller</c>.</summary>
internal sealed record CallBlock(Call Call, Macro Caller, Position At) : Statement(At);

internal sealed record FilterBlock(IReadOnlyList<FilterCall> Filters, IReadOnlyList<Statement> Body, Position At) : Statement(At);

internal sealed record With(IReadOnlyList<(Target Target, Expression Value)> Assignments, IReadOnlyList<Statement> Body, Position At) : Statement(At);

/// <summary>What the assistant wrote: the part of a conversation that fine-tuning learns from.</summary>
internal sealed record Generation(IReadOnlyList<Statement> Body, Position At) : Statement(At);

/// <param name="UsesCaller">The body names <c>caller</c>, and so takes one; likewise <c>varargs</c> and <c>kwargs</c>.</param>
internal sealed record Macro(
    string Name, IReadOnlyList<(string Name, Expression? Default)> Parameters, IReadOnlyList<Statement> Body, bool UsesCaller, bool UsesVarargs, bool UsesKwargs);

/// <summary>What a value can be assigned to.</summary>
internal abstract record Target(Position At);

internal sealed record NameTarget(string Name, Position At) : Target(At);

internal sealed record NamespaceTarget(string Name, string Attribute, Position At) : Target(At);

internal sealed record TupleTarget(IReadOnlyList<Target> Items, Position At) : Target(At);
