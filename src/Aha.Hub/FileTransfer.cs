using System.Net;

namespace Aha.Hub;

/// <summary>
/// Brings one file to its place: into a file beside it first, which a later try or a later pull goes on with, and under its own name once every byte is there and hashes to the
/// etag.
/// </summary>
internal sealed class FileTransfer(HubClient client, RetryPolicy retries, HubRepository repository, string commit, PullMeter meter)
{
    private const int BufferSize = 1 << 17;

    /// <param name="place">Where the file goes.</param>
    /// <returns>Whether its bytes could be checked against a hash.</returns>
    /// <exception cref="HubException">It could not be fetched, or its bytes are not what the hub says they are.</exception>
    public async Task<bool> FetchAsync(HubFile file, string place, CancellationToken cancel)
    {
        using var checksum = new Checksum(file.Etag, file.Size);
        Directory.CreateDirectory(Path.GetDirectoryName(place)!);
        string part = PartOf(place, file);
        meter.Have(Math.Min(file.Size, Length(part)));
        try
        {
            return await FetchAsync(file, place, part, checksum, cancel);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new HubException($"{place} cannot be written: {e.Message}", e);
        }
    }

    /// <summary>Whether the file is there already, byte for byte.</summary>
    public static async Task<bool> IsThereAsync(HubFile file, string place, CancellationToken cancel)
    {
        if (Length(place) != file.Size || !File.Exists(place))
        {
            return false;
        }

        using var checksum = new Checksum(file.Etag, file.Size);
        await checksum.CatchUpAsync(place, cancel);
        return checksum.IsKnown && checksum.Matches();
    }

    /// <summary>Bytes that earlier pulls left of the file.</summary>
    public static long Left(HubFile file, string place) => Math.Min(file.Size, Length(PartOf(place, file)));

    // The etag stands in the name: what is left of another version is not gone on with.
    private static string PartOf(string place, HubFile file) => $"{place}.{new string([.. file.Etag.Where(char.IsAsciiLetterOrDigit).Take(16)])}.part";

    private static long Length(string path) => File.Exists(path) ? new FileInfo(path).Length : 0;

    private async Task<bool> FetchAsync(HubFile file, string place, string part, Checksum checksum, CancellationToken cancel)
    {
        for (int wrong = 0; ; wrong++)
        {
            await retries.RunAsync(() => AppendAsync(file, part, checksum, cancel), () => checksum.Position, file.Name, cancel);
            await checksum.CatchUpAsync(part, cancel);
            if (checksum.Matches())
            {
                File.Move(part, place, overwrite: true);
                meter.Finished(file.Name);
                return checksum.IsKnown;
            }

            // Wrong bytes are not kept; one more try, since most often a proxy or an interrupted write is to blame.
            meter.Have(-Math.Min(file.Size, Length(part)));
            File.Delete(part);
            checksum.Reset();
            if (wrong == 1)
            {
                throw new HubTransferException($"{file.Name}: the bytes received twice do not hash to the {checksum.Name} {file.Etag} that the hub names");
            }
        }
    }

    // Fetches what is missing of the part; the part may be whole already.
    private async Task<bool> AppendAsync(HubFile file, string part, Checksum checksum, CancellationToken cancel)
    {
        await checksum.CatchUpAsync(part, cancel);
        await using var output = new FileStream(part, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read, bufferSize: 0, useAsync: true);
        if (output.Length >= file.Size && file.Size > 0)
        {
            return true;
        }

        using HttpResponseMessage response = await client.OpenAsync(repository, commit, file.Name, output.Length, cancel);
        bool continues = response.StatusCode == HttpStatusCode.PartialContent && response.Content.Headers.ContentRange?.From == output.Length;
        if (!continues && output.Length > 0)
        {
            meter.Have(-output.Length);
            output.SetLength(0);
            checksum.Reset();
        }

        if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable || (response.StatusCode == HttpStatusCode.PartialContent && !continues))
        {
            throw new TransientException("the server does not go on where the file stopped; it is fetched anew");
        }

        output.Position = output.Length;
        await using Stream input = await response.Content.ReadAsStreamAsync(cancel);
        byte[] buffer = new byte[BufferSize];
        while (output.Length < file.Size)
        {
            int read = await client.ReadAsync(input, buffer.AsMemory(0, (int)Math.Min(buffer.Length, file.Size - output.Length)), cancel);
            if (read == 0)
            {
                throw new TransientException($"the answer ended {file.Size - output.Length} bytes early");
            }

            await output.WriteAsync(buffer.AsMemory(0, read), cancel);
            checksum.Append(buffer.AsSpan(0, read));
            meter.Received(read, file.Name);
        }

        output.Flush(flushToDisk: true);
        return true;
    }
}
