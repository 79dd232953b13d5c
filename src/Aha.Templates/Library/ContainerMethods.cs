using System.Numerics;
using Aha.Templates.Evaluation;
using Aha.Templates.Values;

namespace Aha.Templates.Library;

/// <summary>
/// Methods of lists, tuples and dicts. Those that change one are refused, as transformers' sandbox does; only <c>append</c> works on a list that the template itself
/// made, since templates written for other engines use it.
/// </summary>
internal static class ContainerMethods
{
    public static FunctionValue? Find(DictValue dict, string name, Budget budget) => name switch
    {
        "get" => new FunctionValue(name, arguments =>
        {
            Value?[] bound = arguments.Bind(name, "key", "default");
            return dict.TryGet(Required(bound[0], name), out Value? value, budget) ? value : bound[1] ?? NoneValue.None;
        }),
        "items" or "keys" or "values" => new FunctionValue(name, arguments =>
        {
            arguments.Bind(name);
            return new DictViewValue(dict, name);
        }),
        "copy" => new FunctionValue(name, arguments =>
        {
            arguments.Bind(name);
            var copy = new DictValue();
            foreach ((Value key, Value value) in dict.Items)
            {
                copy.Set(key, value, budget);
            }

            return copy;
        }),
        "clear" or "pop" or "popitem" or "setdefault" or "update" => Refused("dict", name),
        _ => null,
    };

    public static FunctionValue? Find(ListValue list, string name, Budget budget) => name switch
    {
        "append" when list.IsOwn => new FunctionValue(name, arguments =>
        {
            budget.Allocate(8);
            list.Append(Required(arguments.Bind(name, "object")[0], name));
            return NoneValue.None;
        }),
        "copy" => new FunctionValue(name, arguments =>
        {
            arguments.Bind(name);
            return budget.List([.. list.Items()]);
        }),
        "append" or "clear" or "extend" or "insert" or "pop" or "remove" or "reverse" or "sort" => Refused("list", name),
        _ => FindReader(list, name, budget),
    };

    /// <summary>Methods of lists and tuples that only look.</summary>
    public static FunctionValue? FindReader(SequenceValue sequence, string name, Budget budget) => name switch
    {
        "count" => new FunctionValue(name, arguments =>
        {
            Value item = Required(arguments.Bind(name, "value")[0], name);
            return new IntValue(sequence.Items().Count(i => Operators.AreEqual(i, item, budget)));
        }),
        "index" => new FunctionValue(name, arguments =>
        {
            Value item = Required(arguments.Bind(name, "value")[0], name);
            for (int i = 0; i < sequence.Count; i++)
            {
                if (Operators.AreEqual(sequence[i], item, budget))
                {
                    return new IntValue(new BigInteger(i));
                }
            }

            throw new TemplateException($"{PythonPrinter.Repr(item, budget)} is not in {sequence.TypeName}");
        }),
        _ => null,
    };

    private static FunctionValue Refused(string type, string name) =>
        new(name, _ => throw new TemplateException($"access to attribute '{name}' of '{type}' object is unsafe: a template must not change its input"));

    private static Value Required(Value? value, string name) => value ?? throw new TemplateException($"{name}() needs an argument");
}
