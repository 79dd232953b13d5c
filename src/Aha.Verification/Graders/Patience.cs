namespace Aha.Verification.Graders;

/// <summary>Asking something slow and unreliable again and again, within a deadline.</summary>
internal static class Patience
{
    /// <summary>The first usable answer; where there is none, the reason why, in one line.</summary>
    /// <exception cref="OperationCanceledException"><paramref name="stop"/> was set off.</exception>
    public static async Task<(bool Answered, T? Value, string Reason)> AskAsync<T>(Func<CancellationToken, Task<T>> ask, GraderOptions options, TimeProvider time, CancellationToken stop)
    {
        long start = time.GetTimestamp();
        TimeSpan pause = options.BackOff;
        string reason = "";
        for (int attempt = 1; attempt <= options.Attempts; attempt++)
        {
            TimeSpan left = options.Deadline - time.GetElapsedTime(start);
            if (left <= TimeSpan.Zero) break;
            TimeSpan patience = left < options.AttemptTimeout ? left : options.AttemptTimeout;
            try
            {
                return (true, await AttemptAsync(ask, patience, time, stop).ConfigureAwait(false), "");
            }
            catch (TimeoutException)
            {
                reason = FormattableString.Invariant($"no answer within {patience.TotalSeconds:0.#} s");
            }
            catch (GraderException e)
            {
                reason = e.Message;
                if (e.IsFinal) break;
            }
            if (attempt == options.Attempts || pause >= options.Deadline - time.GetElapsedTime(start)) break;
            await Task.Delay(pause, time, stop).ConfigureAwait(false);
            pause *= 2;
        }
        return (false, default, reason);
    }

    // What ignores its cancellation is no longer waited for, and keeps nobody's place.
    private static async Task<T> AttemptAsync<T>(Func<CancellationToken, Task<T>> ask, TimeSpan patience, TimeProvider time, CancellationToken stop)
    {
        using var late = new CancellationTokenSource(patience, time);
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(late.Token, stop);
        try
        {
            return await ask(cancel.Token).WaitAsync(patience, time, stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new TimeoutException();
        }
    }
}
