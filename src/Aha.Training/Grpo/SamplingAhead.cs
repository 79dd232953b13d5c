using static TorchSharp.torch;

namespace Aha.Training.Grpo;

/// <summary>The next step's rollouts, being sampled on a thread of their own.</summary>
internal sealed class SamplingAhead : IDisposable
{
    private readonly CancellationTokenSource _abandoned = new();
    private readonly Task<SampledStep> _sampling;

    public SamplingAhead(Func<CancellationToken, SampledStep> sample)
    {
        // libtorch takes a thread's share of the processor from a global number when the thread first computes, and a bf16 update lowers that
        // number for a while: a reward model's bits would depend on which came first.
        int threads = get_num_threads();
        _sampling = Task.Factory.StartNew(
            () =>
            {
                set_num_threads(threads);
                return sample(_abandoned.Token);
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
    }

    /// <summary>Waits for the end, good or bad: the task returned has completed.</summary>
    public Task<SampledStep> Wait()
    {
        Task.WaitAny(_sampling);
        return _sampling;
    }

    /// <summary>Abandons what is unfinished; returns when the engine is at rest.</summary>
    public void Dispose()
    {
        _abandoned.Cancel();
        // Observed: what an abandoned thread ran into is of no interest.
        _ = Wait().Exception;
        _abandoned.Dispose();
    }
}
