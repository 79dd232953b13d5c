namespace Aha.Templates.Values;

/// <summary>The arguments of a call.</summary>
internal sealed class Arguments(IReadOnlyList<Value> positional, IReadOnlyList<(string Name, Value Value)> named)
{
    public static Arguments None { get; } = new([], []);

    public IReadOnlyList<Value> Positional => positional;

    public IReadOnlyList<(string Name, Value Value)> Named => named;

    public static Arguments Of(params Value[] positional) => new(positional, []);

    /// <summary>The arguments without the first <paramref name="count"/> positional ones.</summary>
    public Arguments Skip(int count) => new([.. positional.Skip(count)], named);

    /// <summary>The arguments in the order of a function's parameters; null where one was not given.</summary>
    /// <exception cref="TemplateException">There are too many, one has an unknown name, or one is given twice.</exception>
    public Value?[] Bind(string function, params ReadOnlySpan<string> parameters)
    {
        if (positional.Count > parameters.Length)
        {
            throw new TemplateException($"{function}() takes at most {parameters.Length} arguments, {positional.Count} were given");
        }

        var bound = new Value?[parameters.Length];
        for (int i = 0; i < positional.Count; i++)
        {
            bound[i] = positional[i];
        }

        foreach ((string name, Value value) in named)
        {
            int at = parameters.IndexOf(name);
            if (at < 0)
            {
                throw new TemplateException($"{function}() got an unexpected keyword argument '{name}'");
            }

            bound[at] = bound[at] is null ? value : throw new TemplateException($"{function}() got multiple values for argument '{name}'");
        }

        return bound;
    }
}
