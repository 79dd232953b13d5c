using Aha.Tasks;

namespace Aha.Training.Batching;

/// <summary>An endless order over items: one shuffled pass over all of them after another. Entry i follows from the seed and i.</summary>
public sealed class EpochOrder(int count, long seed)
{
    private long _epoch = -1;
    private int[] _order = [];

    /// <summary>The item, 0 to count - 1, that comes at a place.</summary>
    public int this[long place]
    {
        get
        {
            long epoch = place / count;
            if (epoch != _epoch)
            {
                _order = [.. Enumerable.Range(0, count)];
                Seeds.Random(seed, epoch).Shuffle(_order);
                _epoch = epoch;
            }

            return _order[place % count];
        }
    }
}
