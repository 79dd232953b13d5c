using System.Globalization;

namespace Aha.Hub;

/// <summary>Tries again after passing failures, each time after twice as long a wait.</summary>
internal sealed class RetryPolicy(int tries, TimeSpan firstWait, TimeProvider time)
{
    private static readonly TimeSpan s_longestWait = TimeSpan.FromMinutes(1);

    /// <param name="work">One try.</param>
    /// <param name="progress">A number that grows while the work comes forward: a try that brought something starts the count anew.</param>
    /// <param name="what">What is done, for the error message.</param>
    /// <exception cref="HubTransferException">As many tries as allowed failed one after the other.</exception>
    public async Task<T> RunAsync<T>(Func<Task<T>> work, Func<long> progress, string what, CancellationToken cancel)
    {
        TimeSpan wait = firstWait;
        long before = progress();
        for (int failed = 0; ;)
        {
            try
            {
                return await work();
            }
            catch (TransientException e)
            {
                if (progress() > before)
                {
                    (before, failed, wait) = (progress(), 0, firstWait);
                }

                if (++failed >= tries)
                {
                    throw new HubTransferException(
                        string.Create(CultureInfo.InvariantCulture, $"{what} failed {failed} times, last: {e.Message}; the same command goes on where it stopped"), e);
                }

                TimeSpan asked = e.RetryAfter ?? TimeSpan.Zero;
                await Task.Delay(Min(asked > wait ? asked : wait, s_longestWait), time, cancel);
                wait = Min(wait * 2, s_longestWait);
            }
        }
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
