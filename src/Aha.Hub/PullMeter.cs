namespace Aha.Hub;

/// <summary>Counts what comes in, over all files of a pull.</summary>
internal sealed class PullMeter(long totalBytes, int totalFiles, IProgress<PullProgress>? report)
{
    private long _bytes;
    private long _fetched;
    private int _files;

    public long Fetched => Interlocked.Read(ref _fetched);

    /// <summary>Bytes that are there without being fetched; below 0 where some were thrown away.</summary>
    public void Have(long bytes) => Interlocked.Add(ref _bytes, bytes);

    public void Received(int bytes, string file)
    {
        Interlocked.Add(ref _bytes, bytes);
        Interlocked.Add(ref _fetched, bytes);
        Report(file);
    }

    public void Finished(string file)
    {
        Interlocked.Increment(ref _files);
        Report(file);
    }

    private void Report(string file) => report?.Report(new PullProgress(Interlocked.Read(ref _bytes), totalBytes, Fetched, Volatile.Read(ref _files), totalFiles, file));
}
