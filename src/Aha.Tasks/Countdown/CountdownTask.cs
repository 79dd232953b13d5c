namespace Aha.Tasks.Countdown;

/// <summary>
/// Every solvable problem of a countdown world. A problem is a multiset of numbers and a target; its split follows from a hash
/// of both, so it is the same in every run and no problem is on two sides.
/// </summary>
public sealed class CountdownTask : ITask
{
    private readonly CountdownOptions _options;
    private readonly Dictionary<Split, CountdownProblem[]> _problems;

    /// <exception cref="TaskException">The options are out of range.</exception>
    public CountdownTask(CountdownOptions options)
    {
        options.Validate();
        _options = options;
        _problems = Enumerate(options)
            .OrderBy(p => Seeds.Hash("order " + p.Id))
            .GroupBy(p => Splits.Of(p.Id, options.TestShare, options.CorpusShare))
            .ToDictionary(g => g.Key, g => (options.Limit > 0 ? g.Take(options.Limit) : g).ToArray());
    }

    public string Name => "countdown";

    public CountdownOptions Options => _options;

    public IReadOnlyList<Problem> Problems(Split split) => Countdowns(split);

    /// <summary>The problems of a split as what they are.</summary>
    public IReadOnlyList<CountdownProblem> Countdowns(Split split) => _problems.TryGetValue(split, out CountdownProblem[]? problems) ? problems : [];

    private static IEnumerable<CountdownProblem> Enumerate(CountdownOptions options)
    {
        foreach (int[] numbers in Multisets(options.Numbers, options.MaxNumber))
        {
            foreach (int target in Arithmetic.Reachable(numbers, options.MaxResult))
            {
                yield return CountdownProblem.Create(numbers, target, options.Wording, options.Languages);
            }
        }
    }

    private static IEnumerable<int[]> Multisets(int count, int max)
    {
        int[] current = [.. Enumerable.Repeat(1, count)];
        while (true)
        {
            yield return [.. current];
            int i = count - 1;
            while (i >= 0 && current[i] == max)
            {
                i--;
            }

            if (i < 0)
            {
                yield break;
            }

            Array.Fill(current, current[i] + 1, i, count - i);
        }
    }
}
