using Aha.Templates.Evaluation;

namespace Aha.Templates.Values;

/// <summary>A stable sort whose comparisons are charged, and whose errors are the comparison's own.</summary>
internal static class Sorting
{
    /// <param name="compare">Below 0 where the first comes before the second.</param>
    public static List<T> Sort<T>(IEnumerable<T> items, Comparison<T> compare, Budget budget)
    {
        T[] from = [.. items];
        budget.Allocate(16L * from.Length);
        var to = new T[from.Length];
        for (int width = 1; width < from.Length; width *= 2)
        {
            for (int start = 0; start < from.Length; start += 2 * width)
            {
                Merge(from, to, start, Math.Min(start + width, from.Length), Math.Min(start + (2 * width), from.Length), compare, budget);
            }

            (from, to) = (to, from);
        }

        return [.. from];
    }

    private static void Merge<T>(T[] from, T[] to, int start, int middle, int end, Comparison<T> compare, Budget budget)
    {
        int left = start, right = middle;
        for (int at = start; at < end; at++)
        {
            budget.Step();
            to[at] = left < middle && (right >= end || compare(from[right], from[left]) >= 0) ? from[left++] : from[right++];
        }
    }
}
