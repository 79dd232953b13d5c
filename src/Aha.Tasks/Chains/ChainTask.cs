using Aha.Verification;

namespace Aha.Tasks.Chains;

/// <summary>Options of arithmetic chains.</summary>
public sealed record ChainOptions
{
    /// <summary>Numbers in a chain, 2 to 8.</summary>
    public int Numbers { get; init; } = 4;

    /// <summary>Numbers lie in 1..MaxNumber.</summary>
    public int MaxNumber { get; init; } = 20;

    /// <summary>Every partial result lies in 0..MaxResult.</summary>
    public int MaxResult { get; init; } = 99;

    /// <summary>Problems to generate over both splits.</summary>
    public int Count { get; init; } = 2000;

    public double TestShare { get; init; } = 0.15;

    public long Seed { get; init; } = 1;

    /// <exception cref="TaskException">A value is outside its range.</exception>
    public void Validate()
    {
        if (Numbers is < 2 or > 8)
        {
            throw new TaskException($"arithmetic: numbers is {Numbers}; chains of 2 to 8 numbers are supported");
        }

        if (MaxNumber < 1 || MaxResult < MaxNumber || Count < 1)
        {
            throw new TaskException($"arithmetic: max_number {MaxNumber}, max_result {MaxResult} and count {Count} must be positive, and max_result at least max_number");
        }

        if (TestShare is <= 0 or >= 1)
        {
            throw new TaskException($"arithmetic: test_share is {TestShare}; it must lie between 0 and 1");
        }
    }
}

/// <summary>Sums and differences read from left to right: <c>compute 3 + 14 - 5 .</c></summary>
public sealed class ChainTask : ITask
{
    private readonly Dictionary<Split, Problem[]> _problems;

    /// <exception cref="TaskException">The options are out of range.</exception>
    public ChainTask(ChainOptions options)
    {
        options.Validate();
        var random = Seeds.Random(options.Seed);
        var problems = new Dictionary<string, Problem>();
        // Small worlds hold fewer than Count chains: stop when draws bring nothing new.
        for (int tries = 0; problems.Count < options.Count && tries < 20 * options.Count; tries++)
        {
            ChainProblem problem = Draw(options, random);
            problems.TryAdd(problem.Id, problem);
        }

        _problems = problems.Values
            .GroupBy(p => Splits.Of(p.Id, options.TestShare))
            .ToDictionary(g => g.Key, g => g.ToArray());
    }

    public string Name => "arithmetic";

    public IReadOnlyList<Problem> Problems(Split split) => _problems.TryGetValue(split, out Problem[]? problems) ? problems : [];

    private static ChainProblem Draw(ChainOptions options, Random random)
    {
        int value = 1 + random.Next(options.MaxNumber);
        string text = value.ToString();
        for (int i = 1; i < options.Numbers; i++)
        {
            int next = 1 + random.Next(options.MaxNumber);
            bool add = random.Next(2) == 0 ? value + next <= options.MaxResult : value < next && value + next <= options.MaxResult;
            if (!add && value < next)
            {
                next = value;
            }

            value = add ? value + next : value - next;
            text += $" {(add ? '+' : '-')} {next}";
        }

        return new ChainProblem(text, value);
    }
}

/// <summary>A chain and its value; the answer must be that integer and nothing else.</summary>
public sealed class ChainProblem(string chain, int value) : Problem
{
    public override string Id => $"arithmetic/{chain}";

    public override string Question => $"compute {chain} .";

    public override Judgement Judge(string completion)
    {
        string? answer = VoteOf(completion);
        return answer is null ? Judgement.Wrong(null, "no answer")
            : answer == value.ToString() ? Judgement.Correct(answer)
            : Judgement.Wrong(answer, $"is not {value}");
    }
}
