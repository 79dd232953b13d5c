using System.Numerics;

namespace Aha.Templates.Values;

/// <summary>A list, a tuple or a range.</summary>
internal abstract class SequenceValue : Value
{
    public abstract int Count { get; }

    public abstract Value this[int index] { get; }

    public override bool IsTrue => Count > 0;

    /// <summary>The items; a list that grows meanwhile is read to its new end, as in Python.</summary>
    public IEnumerable<Value> Items()
    {
        for (int i = 0; i < Count; i++)
        {
            yield return this[i];
        }
    }
}

internal sealed class ListValue(List<Value> items) : SequenceValue
{
    public override string TypeName => "list";

    public override int Count => items.Count;

    public override Value this[int index] => items[index];

    /// <summary>Whether the template made it: input must not be changed by what reads it.</summary>
    public bool IsOwn { get; init; } = true;

    public void Append(Value item) => items.Add(item);
}

internal class TupleValue(Value[] items) : SequenceValue
{
    public override string TypeName => "tuple";

    public override int Count => items.Length;

    public override Value this[int index] => items[index];
}

/// <summary>A group of <c>groupby</c>: a pair with names.</summary>
internal sealed class GroupValue(Value grouper, Value list) : TupleValue([grouper, list]), IAttributes
{
    public Value? Attribute(string name) => name switch
    {
        "grouper" => grouper,
        "list" => list,
        _ => null,
    };
}

internal sealed class RangeValue(BigInteger start, BigInteger stop, BigInteger step) : SequenceValue
{
    private readonly int _count = (int)Length(start, stop, step);

    public override string TypeName => "range";

    public override int Count => _count;

    public override Value this[int index] => new IntValue(start + (step * index));

    public override string Display => step.IsOne ? $"range({start}, {stop})" : $"range({start}, {stop}, {step})";

    public static BigInteger Length(BigInteger start, BigInteger stop, BigInteger step)
    {
        BigInteger distance = step.Sign > 0 ? stop - start : start - stop;
        return distance.Sign <= 0 ? 0 : ((distance - 1) / BigInteger.Abs(step)) + 1;
    }
}
