using System.Numerics;

namespace Aha.Tasks.Preferences;

/// <summary>Keeps a reward model from learning that longer is better: chosen and rejected responses of the kept pairs are as long as each other.</summary>
public static class LengthBalance
{
    /// <summary>
    /// Places of the pairs to keep, in order. Pairs are counted by how many tokens their responses differ (1, 2-3, 4-7, ...); of each size as many
    /// remain whose chosen response is the longer as whose rejected one is, the first of either. Pairs of equal length all remain.
    /// </summary>
    /// <param name="differences">For each pair the chosen response's length less the rejected one's, in tokens.</param>
    public static IReadOnlyList<int> Select(IReadOnlyList<int> differences)
    {
        var left = new Dictionary<(int Size, int Sign), int>();
        foreach (IGrouping<int, int> size in differences.Where(difference => difference != 0).GroupBy(Size))
        {
            int longer = size.Count(difference => difference > 0), kept = Math.Min(longer, size.Count() - longer);
            left[(size.Key, 1)] = left[(size.Key, -1)] = kept;
        }

        return [.. Enumerable.Range(0, differences.Count).Where(i => differences[i] == 0 || left[(Size(differences[i]), Math.Sign(differences[i]))]-- > 0)];
    }

    private static int Size(int difference) => BitOperations.Log2((uint)Math.Abs(difference));
}
