using System.Globalization;
using Aha.Hub;

namespace Aha.Cli.Terminal;

/// <summary>How far a pull is: one line that changes on a terminal, a line every ten seconds elsewhere.</summary>
internal sealed class PullDisplay(TextWriter output, bool interactive, TimeProvider time) : IProgress<PullProgress>
{
    private readonly Lock _lock = new();
    private readonly TimeSpan _interval = interactive ? TimeSpan.FromMilliseconds(200) : TimeSpan.FromSeconds(10);
    private readonly long _started = time.GetTimestamp();
    private long _last = time.GetTimestamp();
    private int _shown;

    public void Report(PullProgress value)
    {
        lock (_lock)
        {
            if (time.GetElapsedTime(_last) < _interval)
            {
                return;
            }

            _last = time.GetTimestamp();
            Write(Line(value));
        }
    }

    /// <summary>Takes the changing line away.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            if (interactive && _shown > 0)
            {
                output.Write($"\r{new string(' ', _shown)}\r");
                _shown = 0;
            }
        }
    }

    private void Write(string line)
    {
        if (!interactive)
        {
            output.WriteLine(line);
            return;
        }

        output.Write($"\r{line.PadRight(_shown)}");
        _shown = line.Length;
    }

    private string Line(PullProgress progress)
    {
        double speed = progress.Fetched / Math.Max(time.GetElapsedTime(_started).TotalSeconds, 1e-3);
        string left = speed > 0 ? $", {Wording.Time(TimeSpan.FromSeconds(Math.Min((progress.TotalBytes - progress.Bytes) / speed, 1e9)))} left" : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{progress.Files} of {progress.TotalFiles} files, {Wording.Bytes(progress.Bytes)} of {Wording.Bytes(progress.TotalBytes)}, {Wording.Bytes((long)speed)}/s{left}");
    }
}
