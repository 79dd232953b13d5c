using System.Globalization;

namespace Aha.Cli.Terminal;

/// <summary>How far a long piece of work is, with the time left: a line that changes on a terminal, a line every few seconds elsewhere.</summary>
/// <param name="live">Whether <paramref name="output"/> is a terminal.</param>
/// <param name="describe">Says how much is done of how much.</param>
internal sealed class ProgressLine(TextWriter output, bool live, TimeProvider time, Func<long, long, string> describe)
{
    private static readonly TimeSpan s_liveInterval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_plainInterval = TimeSpan.FromSeconds(10);

    private readonly long _start = time.GetTimestamp();
    private long _shown = time.GetTimestamp();
    private bool _open;

    public void Report(long done, long total)
    {
        if (time.GetElapsedTime(_shown) < (live ? s_liveInterval : s_plainInterval))
        {
            return;
        }

        _shown = time.GetTimestamp();
        string left = done > 0 ? $", {Wording.Time(time.GetElapsedTime(_start) * ((double)(total - done) / done))} left" : "";
        string line = describe(done, total) + left;
        output.Write(live ? $"\r{line,-60}" : line + "\n");
        output.Flush();
        _open = live;
    }

    /// <summary>Of bytes.</summary>
    public static string Bytes(long done, long total) => string.Create(CultureInfo.InvariantCulture, $"{100.0 * done / Math.Max(1, total):F0} % of {total / 1e6:F0} MB");

    /// <summary>Ends the line that is shown.</summary>
    public void Finish()
    {
        if (_open)
        {
            output.Write($"\r{"",-60}\r");
            output.Flush();
        }
    }
}
