using Aha.Templates.Syntax;
using Aha.Templates.Values;

namespace Aha.Templates.Evaluation;

/// <summary>A macro, and the names around its definition.</summary>
internal sealed class MacroValue(Macro macro, Scope scope) : Value, IAttributes
{
    public Macro Macro => macro;

    public Scope Scope => scope;

    public override string TypeName => "Macro";

    public override string Display => $"<Macro '{macro.Name}'>";

    public Value? Attribute(string name) => name switch
    {
        "name" => new TextValue(macro.Name),
        "arguments" => new TupleValue([.. macro.Parameters.Select(p => new TextValue(p.Name))]),
        "caller" => BoolValue.Of(macro.UsesCaller),
        _ => null,
    };
}
