namespace Aha.Benchmarks.Workloads;

/// <summary>Work that can be repeated and timed.</summary>
internal interface IWorkload : IDisposable
{
    /// <summary>For example <c>decode@256</c>.</summary>
    string What { get; }

    /// <summary>What one repetition is counted in.</summary>
    string Unit { get; }

    /// <summary>Does the work once.</summary>
    WorkDone Run();
}

/// <param name="Units">Tokens, verdicts, bytes.</param>
/// <param name="Flop">Floating-point operations that no implementation can do without.</param>
/// <param name="Bytes">Bytes of weights that no implementation can do without reading.</param>
internal readonly record struct WorkDone(double Units, double Flop = 0, double Bytes = 0);
