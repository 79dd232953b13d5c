using System.Security.Cryptography;
using System.Text;

namespace Aha.Hub;

/// <summary>Hashes a file's bytes as its etag was made: sha256 of the bytes (large files), or sha1 of <c>blob SIZE\0</c> and the bytes (git's, small files).</summary>
internal sealed class Checksum : IDisposable
{
    private const int Sha256Digits = 64;
    private const int Sha1Digits = 40;

    private readonly string _etag;
    private readonly long _size;
    private IncrementalHash? _hash;

    public Checksum(string etag, long size)
    {
        (_etag, _size) = (etag, size);
        Reset();
    }

    /// <summary>Bytes hashed so far.</summary>
    public long Position { get; private set; }

    /// <summary>Whether the etag is a hash at all; where it is not, only the size can be checked.</summary>
    public bool IsKnown => _hash is not null;

    /// <summary>How the hash is called.</summary>
    public string Name => _etag.Length == Sha256Digits ? "sha256" : "git sha1";

    public void Append(ReadOnlySpan<byte> bytes)
    {
        _hash?.AppendData(bytes);
        Position += bytes.Length;
    }

    /// <summary>Forgets what was hashed.</summary>
    public void Reset()
    {
        Dispose();
        Position = 0;
        _hash = !_etag.All(char.IsAsciiHexDigit) ? null : _etag.Length switch
        {
            Sha256Digits => IncrementalHash.CreateHash(HashAlgorithmName.SHA256),
#pragma warning disable CA5350 // Git's own identity of a file, checked against accidents.
            Sha1Digits => IncrementalHash.CreateHash(HashAlgorithmName.SHA1),
#pragma warning restore CA5350
            _ => null,
        };
        if (_etag.Length == Sha1Digits)
        {
            _hash?.AppendData(Encoding.ASCII.GetBytes($"blob {_size}\0"));
        }
    }

    /// <summary>Hashes the file from its beginning, where its length is not what was hashed already.</summary>
    public async Task CatchUpAsync(string path, CancellationToken cancel)
    {
        long length = File.Exists(path) ? new FileInfo(path).Length : 0;
        if (length == Position)
        {
            return;
        }

        Reset();
        if (length == 0)
        {
            return;
        }

        byte[] buffer = new byte[1 << 20];
        await using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, useAsync: true);
        for (int read; (read = await stream.ReadAsync(buffer, cancel)) > 0;)
        {
            Append(buffer.AsSpan(0, read));
        }
    }

    /// <summary>Whether all bytes were hashed, and to what the etag says.</summary>
    public bool Matches() => Position == _size && (_hash is null || string.Equals(Convert.ToHexString(_hash.GetCurrentHash()), _etag, StringComparison.OrdinalIgnoreCase));

    public void Dispose() => _hash?.Dispose();
}
