using System.Collections.Concurrent;
using System.Globalization;

namespace Aha.Hub;

/// <summary>Brings a revision's files into a folder.</summary>
public static class RepositoryPull
{
    /// <summary>
    /// Lists the revision, asks for every wanted file's hash, checks that there is room, and fetches what is not there yet. Files are pinned to the commit that the revision stood for
    /// at the beginning. Stopped by <paramref name="cancel"/> or by an error, it leaves partial files, with which the same pull goes on.
    /// </summary>
    /// <exception cref="HubException">It cannot be done as asked.</exception>
    /// <exception cref="HubTransferException">A transfer failed; the same pull goes on where it stopped.</exception>
    /// <exception cref="OperationCanceledException">Stopped on request.</exception>
    public static async Task<PullResult> RunAsync(PullOptions options, TimeProvider time, IProgress<PullProgress>? progress = null, CancellationToken cancel = default)
    {
        using var client = new HubClient(options.Endpoint, options.Token, options.Patience);
        var retries = new RetryPolicy(options.Tries, options.FirstWait, time);
        HubRepository repository = options.Repository;
        HubListing listing = await retries.RunAsync(() => client.ListAsync(repository, options.Revision, cancel), () => 0, $"listing {repository}", cancel);
        string[] wanted = [.. listing.Names.Where(options.Files.Wants).Order(StringComparer.Ordinal)];
        if (wanted.Length == 0)
        {
            throw new HubException($"{repository} holds {listing.Names.Count} files at {options.Revision}, and none of them is wanted by --include and --exclude");
        }

        string folder = Path.GetFullPath(options.Output ?? HubCache.FolderOf(repository, listing.Commit));
        // Every name is checked before the first byte is written.
        Dictionary<string, string> places = wanted.ToDictionary(name => name, name => FileNames.PlaceOf(folder, name), StringComparer.Ordinal);
        HubFile[] files = await EachAsync(
            wanted, options.Parallel, (name, stop) => retries.RunAsync(() => client.DescribeAsync(repository, listing.Commit, name, stop), () => 0, name, stop), cancel);
        bool[] there = await EachAsync(files, options.Parallel, (file, stop) => FileTransfer.IsThereAsync(file, places[file.Name], stop), cancel);
        HubFile[] missing = [.. files.Where((_, i) => !there[i])];
        RequireRoom(folder, missing.Sum(f => f.Size - FileTransfer.Left(f, places[f.Name])));

        var meter = new PullMeter(files.Sum(f => f.Size), files.Length, progress);
        foreach (HubFile file in files.Except(missing))
        {
            meter.Have(file.Size);
            meter.Finished(file.Name);
        }

        var transfer = new FileTransfer(client, retries, repository, listing.Commit, meter);
        bool[] known = await EachAsync(missing, options.Parallel, (file, stop) => transfer.FetchAsync(file, places[file.Name], stop), cancel);
        return new PullResult(folder, listing.Commit, files, meter.Fetched, [.. missing.Where((_, i) => !known[i]).Select(f => f.Name)]);
    }

    // Results in the order of the items; the first failure stops the others and is the one that is told.
    private static async Task<TResult[]> EachAsync<T, TResult>(IReadOnlyList<T> items, int parallel, Func<T, CancellationToken, Task<TResult>> work, CancellationToken cancel)
    {
        var results = new TResult[items.Count];
        var failures = new ConcurrentQueue<Exception>();
        try
        {
            await System.Threading.Tasks.Parallel.ForEachAsync(
                Enumerable.Range(0, items.Count),
                new ParallelOptions { MaxDegreeOfParallelism = parallel, CancellationToken = cancel },
                async (i, stop) =>
                {
                    try
                    {
                        results[i] = await work(items[i], stop);
                    }
                    catch (Exception e) when (e is not OperationCanceledException)
                    {
                        failures.Enqueue(e);
                        throw;
                    }
                });
        }
        catch (Exception) when (failures.TryPeek(out Exception? first))
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(first);
        }

        return results;
    }

    private static void RequireRoom(string folder, long bytes)
    {
        string existing = folder;
        while (!Directory.Exists(existing))
        {
            existing = Path.GetDirectoryName(existing) ?? throw new HubException($"{folder} cannot be made: there is no such drive");
        }

        long free = new DriveInfo(existing).AvailableFreeSpace;
        if (bytes > free)
        {
            throw new HubException(string.Create(
                CultureInfo.InvariantCulture, $"{bytes / 1e9:F1} GB are to be fetched into {folder}, and {free / 1e9:F1} GB are free there; make room, choose another --output, or fewer files with --include"));
        }
    }
}
