namespace Aha.Tasks.Countdown;

/// <summary>How a countdown question is worded.</summary>
public enum CountdownWording
{
    /// <summary><c>make 36 from 6 10 4 .</c>: words of the nano vocabulary.</summary>
    Nano,

    /// <summary>A sentence for models that read English.</summary>
    Natural,
}

/// <summary>The world of countdown problems: reach a target from given numbers, each used exactly once.</summary>
public sealed record CountdownOptions
{
    /// <summary>Given numbers of a problem, 2 to 5.</summary>
    public int Numbers { get; init; } = 3;

    /// <summary>Given numbers lie in 1..MaxNumber.</summary>
    public int MaxNumber { get; init; } = 10;

    /// <summary>Targets lie in 1..MaxResult, and the solutions that make a problem solvable never exceed it on the way.</summary>
    public int MaxResult { get; init; } = 50;

    public CountdownWording Wording { get; init; }

    /// <summary>
    /// The languages the world is told in, ISO 639-1 (<see cref="CountdownWords"/>); a hash gives each problem one of them. More than one needs
    /// the nano wording.
    /// </summary>
    public IReadOnlyList<string> Languages { get; init; } = ["en"];

    /// <summary>Share of problems the pretraining corpus may use.</summary>
    public double CorpusShare { get; init; } = 0.49;

    /// <summary>Share of problems held out for evaluation; the rest is for reinforcement learning.</summary>
    public double TestShare { get; init; } = 0.15;

    /// <summary>Keep at most this many problems a split (drawn by hash); 0 keeps all.</summary>
    public int Limit { get; init; }

    /// <exception cref="TaskException">A value is outside its range.</exception>
    public void Validate()
    {
        if (Numbers is < 2 or > 5)
        {
            throw new TaskException($"countdown: numbers is {Numbers}; 2 to 5 given numbers are supported");
        }

        if (MaxNumber is < 1 or > 99)
        {
            throw new TaskException($"countdown: max_number is {MaxNumber}; it must lie in 1..99");
        }

        if (MaxResult is < 1 or > 99)
        {
            throw new TaskException($"countdown: max_result is {MaxResult}; it must lie in 1..99");
        }

        if (Languages.Count == 0 || Languages.Distinct().Count() != Languages.Count)
        {
            throw new TaskException($"countdown: languages is [{string.Join(", ", Languages)}]; name at least one, each once");
        }

        foreach (string language in Languages)
        {
            CountdownWords.Of(language);
        }

        if (Wording == CountdownWording.Natural && Languages is not ["en"])
        {
            throw new TaskException("countdown: questions in natural wording are English; several languages need wording nano");
        }

        if (CorpusShare < 0 || TestShare <= 0 || CorpusShare + TestShare >= 1)
        {
            throw new TaskException($"countdown: corpus_share {CorpusShare} and test_share {TestShare} must leave a share for training (their sum below 1, test_share above 0)");
        }
    }
}
