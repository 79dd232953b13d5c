namespace Aha.Runs.Store;

/// <summary>Keeps a run folder to one writer, for as long as its process lives: the lock goes with it, however it ends.</summary>
internal sealed class RunLock : IDisposable
{
    private const string FileName = ".lock";

    // How the operating systems say that someone else holds the file: EWOULDBLOCK of Linux and macOS, ERROR_SHARING_VIOLATION of Windows.
    private static readonly int[] s_heldElsewhere = [11, 35, unchecked((int)0x80070020)];

    private readonly FileStream _file;

    private RunLock(FileStream file) => _file = file;

    /// <exception cref="RunFolderException">Another process has it, or the folder cannot be written.</exception>
    public static RunLock Take(string folder)
    {
        try
        {
            return new RunLock(new FileStream(Path.Combine(folder, FileName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0));
        }
        catch (IOException e) when (s_heldElsewhere.Contains(e.HResult))
        {
            throw new RunFolderException($"another aha is writing to the run folder {folder}; let it finish, or name another folder with --output", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RunFolderException($"cannot write in the run folder {folder}: {e.Message}", e);
        }
    }

    /// <summary>Whether some process is writing to the run.</summary>
    public static bool IsTaken(string folder)
    {
        try
        {
            using var file = new FileStream(Path.Combine(folder, FileName), FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            return false;
        }
        catch (IOException e)
        {
            return s_heldElsewhere.Contains(e.HResult);
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }

    public void Dispose() => _file.Dispose();
}
