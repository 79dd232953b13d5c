using System.Buffers.Binary;
using System.Text.Json;
using Parquet.Serialization;

namespace Aha.Data.Conversations;

/// <summary>The rows of a Parquet file as JSON objects.</summary>
internal static class ParquetRows
{
    // At the end of a file: the footer, its length in four bytes, and the format's name in four.
    private const int Trailer = 8;

    /// <exception cref="DataFileException">The file is no Parquet, or uses a feature that is not supported.</exception>
    public static IReadOnlyList<string> Read(string path)
    {
        using FileStream file = File.OpenRead(path);
        try
        {
            RequireFooter(file);
            using var stream = new ToTheEndOnlyStream(file);
            var rows = ParquetSerializer.DeserializeUntypedAsync(stream).GetAwaiter().GetResult();
            return [.. rows.Data.Select(row => JsonSerializer.Serialize(row))];
        }
        catch (Exception e)
        {
            // The library throws whatever its parsers do on damaged files.
            throw new DataFileException($"{path}: not a Parquet file that can be read: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }

    private static void RequireFooter(FileStream file)
    {
        byte[] trailer = new byte[Trailer];
        file.Position = Math.Max(0, file.Length - Trailer);
        if (file.ReadAtLeast(trailer, Trailer, throwOnEndOfStream: false) < Trailer || !trailer.AsSpan(4).SequenceEqual("PAR1"u8))
        {
            throw new InvalidDataException("it does not end as one (with PAR1)");
        }

        int length = BinaryPrimitives.ReadInt32LittleEndian(trailer);
        if (length <= 0 || length > file.Length - Trailer)
        {
            throw new InvalidDataException($"its footer cannot be {length} bytes long in a file of {file.Length}");
        }

        byte[] footer = new byte[length];
        file.Position = file.Length - Trailer - length;
        file.ReadExactly(footer);
        if (!ParquetFooter.IsWhole(footer))
        {
            throw new InvalidDataException("its footer is damaged");
        }

        file.Position = 0;
    }

    /// <summary>The library takes the end of a file inside a page's header for bytes of 255, without end: here reading on there is an error.</summary>
    private sealed class ToTheEndOnlyStream(FileStream file) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => true;

        public override bool CanWrite => false;

        public override long Length => file.Length;

        public override long Position
        {
            get => file.Position;
            set => file.Position = value;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer) => Some(file.Read(buffer), buffer.Length);

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            Some(await file.ReadAsync(buffer, cancellationToken), buffer.Length);

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override long Seek(long offset, SeekOrigin origin) => file.Seek(offset, origin);

        public override void Flush()
        {
        }

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        private static int Some(int read, int wanted) => read > 0 || wanted == 0 ? read : throw new EndOfStreamException("it ends too early");
    }
}
