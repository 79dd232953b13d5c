namespace Aha.Benchmarks;

/// <summary>What <see cref="BenchmarkSuite"/> measures.</summary>
public sealed record BenchmarkOptions
{
    /// <summary>Model names (see <see cref="BenchmarkModel.Known"/>) or folders.</summary>
    public IReadOnlyList<string> Models { get; init; } = ["N", "M"];

    /// <summary>Kinds of work (see <see cref="BenchmarkSuite.Kinds"/>); empty for all.</summary>
    public IReadOnlyList<string> Kinds { get; init; } = [];

    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Counted repetitions of each figure, after one that is not counted.</summary>
    public int Repeats { get; init; } = 5;

    /// <summary>Sequences decoded side by side.</summary>
    public IReadOnlyList<int> Batches { get; init; } = [1, 8, 32, 256];

    /// <exception cref="ArgumentException">A value is out of range; the message names it.</exception>
    public void Validate()
    {
        Require(Models.Count > 0 || Kinds.Count > 0, "at least one model is needed");
        Require(Threads >= 1, $"threads is {Threads}; it must be at least 1");
        Require(Repeats >= 1, $"repeats is {Repeats}; it must be at least 1");
        Require(Batches.All(b => b >= 1), "a batch must be at least 1");
        string? unknown = Kinds.FirstOrDefault(k => !BenchmarkSuite.Kinds.Contains(k));
        Require(unknown is null, $"'{unknown}' is none of {string.Join(", ", BenchmarkSuite.Kinds)}");

        static void Require(bool holds, string otherwise)
        {
            if (!holds) throw new ArgumentException(otherwise);
        }
    }
}
