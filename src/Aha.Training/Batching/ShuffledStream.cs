using Aha.Tasks;

namespace Aha.Training.Batching;

/// <summary>An endless stream of items: one shuffled pass over all of them after another. Entry i follows from the seed and i.</summary>
public sealed class ShuffledStream<T>(IReadOnlyList<T> items, long seed)
{
    private long _epoch = -1;
    private int[] _order = [];

    public T this[long index]
    {
        get
        {
            long epoch = index / items.Count;
            if (epoch != _epoch)
            {
                _order = [.. Enumerable.Range(0, items.Count)];
                Seeds.Random(seed, epoch).Shuffle(_order);
                _epoch = epoch;
            }

            return items[_order[index % items.Count]];
        }
    }
}
