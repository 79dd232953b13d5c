namespace Aha.Verification.Graders;

/// <summary>How patient a run is with a slow grader.</summary>
public sealed record GraderOptions
{
    /// <summary>Samples graded at a time.</summary>
    public int Concurrency { get; init; } = 8;

    /// <summary>Samples that may wait for a free place; who brings another waits as well.</summary>
    public int QueueLength { get; init; } = 64;

    /// <summary>The longest a single attempt may take.</summary>
    public TimeSpan AttemptTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The longest all attempts at a sample may take together; after it the sample is left out.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(150);

    /// <summary>Attempts at a sample.</summary>
    public int Attempts { get; init; } = 3;

    /// <summary>The pause before the second attempt; it doubles before each further one.</summary>
    public TimeSpan BackOff { get; init; } = TimeSpan.FromSeconds(1);

    /// <exception cref="ArgumentException">A value is outside its range.</exception>
    public void Validate()
    {
        if (Concurrency < 1 || QueueLength < 1 || Attempts < 1) throw new ArgumentException("concurrency, queue length and attempts must be at least 1");
        if (AttemptTimeout <= TimeSpan.Zero || Deadline <= TimeSpan.Zero || BackOff < TimeSpan.Zero) throw new ArgumentException("timeout and deadline must be positive, back-off not negative");
    }
}
