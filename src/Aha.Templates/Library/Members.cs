using System.Numerics;
using Aha.Templates.Evaluation;
using Aha.Templates.Values;

namespace Aha.Templates.Library;

/// <summary>
/// <c>value.name</c> and <c>value[index]</c>. As in Jinja the first looks for an attribute and then for an item, the second the other way round; what is not
/// there is undefined.
/// </summary>
internal static class Members
{
    /// <summary><c>value.name</c></summary>
    public static Value Attribute(Value value, string name, Budget budget) =>
        Own(value, name, budget) ?? (value is DictValue dict && dict.TryGet(name, out Value? item) ? item : Missing(value, name));

    /// <summary><c>value[index]</c></summary>
    public static Value Item(Value value, Value index, Budget budget)
    {
        switch (value)
        {
            case UndefinedValue undefined:
                throw undefined.Error();
            case DictValue dict when DictValue.IsKey(index) && dict.TryGet(index, out Value? item, budget):
                return item;
            case SequenceValue sequence when Index(index, sequence.Count) is { } at:
                return sequence[at];
            case TextValue text when Numbers.TryInteger(index, out _):
                budget.Read(text.Text.Length);
                if (Index(index, PythonText.Length(text.Text)) is { } place)
                {
                    int start = PythonText.Offset(text.Text, place);
                    return new TextValue(text.Text.Substring(start, char.IsSurrogatePair(text.Text, start) ? 2 : 1), text.IsMarkup);
                }

                break;
        }

        return index is TextValue name ? Own(value, name.Text, budget) ?? Missing(value, name.Text)
            : new UndefinedValue($"{Described(value)} has no element {PythonPrinter.Repr(index, budget)}");
    }

    /// <summary>An item by a path such as <c>function.name</c> or <c>0.role</c>, as filters take it.</summary>
    /// <param name="missing">Taken at every step of the path that leads nowhere.</param>
    public static Value Path(Value value, Value path, Budget budget, Value? missing = null)
    {
        if (path is not TextValue text)
        {
            value = Item(value, path, budget);
            return value is UndefinedValue && missing is not null ? missing : value;
        }

        foreach (string part in text.Text.Split('.'))
        {
            Value index = part.Length > 0 && part.Length < 10 && part.All(char.IsAsciiDigit) ? new IntValue(BigInteger.Parse(part)) : new TextValue(part);
            value = Item(value, index, budget);
            value = value is UndefinedValue && missing is not null ? missing : value;
        }

        return value;
    }

    /// <summary>An attribute proper: a method, or a field of the template's own objects.</summary>
    public static Value? Own(Value value, string name, Budget budget) => value switch
    {
        UndefinedValue undefined => throw undefined.Error(),
        // Python keeps its machinery behind underscores; none of it exists here.
        _ when name.StartsWith('_') => null,
        IAttributes attributes => attributes.Attribute(name),
        NamespaceValue space => space.Attributes.GetValueOrDefault(name),
        TextValue text => TextMethods.Find(text, name, budget),
        DictValue dict => ContainerMethods.Find(dict, name, budget),
        ListValue list => ContainerMethods.Find(list, name, budget),
        SequenceValue sequence => ContainerMethods.FindReader(sequence, name, budget),
        _ => null,
    };

    private static int? Index(Value index, int count)
    {
        if (!Numbers.TryInteger(index, out BigInteger integer))
        {
            return null;
        }

        BigInteger at = integer.Sign < 0 ? integer + count : integer;
        return at.Sign >= 0 && at < count ? (int)at : null;
    }

    private static UndefinedValue Missing(Value value, string name) => new($"'{Described(value)}' has no attribute '{name}'");

    private static string Described(Value value) => value is NoneValue ? "None" : $"{value.TypeName} object";
}
