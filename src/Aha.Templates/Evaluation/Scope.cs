using Aha.Templates.Values;

namespace Aha.Templates.Evaluation;

/// <summary>Names and their values, with the names around them. Loops, macros and <c>with</c> open one; <c>if</c> does not.</summary>
internal sealed class Scope(Scope? around)
{
    private Dictionary<string, Value>? _names;

    /// <summary>The value of a name here or further out; null where it has none.</summary>
    public Value? Find(string name)
    {
        for (Scope? scope = this; scope is not null; scope = scope.Around)
        {
            if (scope._names is not null && scope._names.TryGetValue(name, out Value? value))
            {
                return value;
            }
        }

        return null;
    }

    private Scope? Around => around;

    /// <summary>Gives a name a value here; one of the same name further out stays as it is.</summary>
    public void Set(string name, Value value) => (_names ??= new(StringComparer.Ordinal))[name] = value;
}
