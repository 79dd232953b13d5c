using System.Text;
using Aha.Models.Checkpoints.Gguf;

namespace Aha.Tests.Models.Gguf;

/// <summary>GGUF files put together byte by byte, right or wrong.</summary>
internal sealed class HandmadeGguf
{
    private readonly List<byte> _pairs = [];
    private readonly List<byte> _tensors = [];
    private ulong _pairCount;
    private ulong _tensorCount;

    public uint Version { get; init; } = 3;

    public int Alignment { get; init; } = 32;

    /// <summary>What the header claims; the true number where not given.</summary>
    public ulong? PairCount { get; init; }

    public ulong? TensorCount { get; init; }

    public HandmadeGguf Pair(string key, uint type, byte[] value)
    {
        _pairs.AddRange([.. Text(key), .. BitConverter.GetBytes(type), .. value]);
        _pairCount++;
        return this;
    }

    /// <summary>Bytes where a pair is due.</summary>
    public HandmadeGguf Raw(byte[] bytes, ulong pairs = 0)
    {
        _pairs.AddRange(bytes);
        _pairCount += pairs;
        return this;
    }

    /// <param name="sizes">Fastest first, as in the file.</param>
    public HandmadeGguf Tensor(string name, uint type, ulong[] sizes, ulong offset)
    {
        _tensors.AddRange([.. Text(name), .. BitConverter.GetBytes(sizes.Length), .. sizes.SelectMany(BitConverter.GetBytes), .. BitConverter.GetBytes(type), .. BitConverter.GetBytes(offset)]);
        _tensorCount++;
        return this;
    }

    /// <summary>The header, padded to where data begin.</summary>
    public byte[] ToBytes()
    {
        List<byte> bytes = [.. "GGUF"u8, .. BitConverter.GetBytes(Version), .. BitConverter.GetBytes(TensorCount ?? _tensorCount), .. BitConverter.GetBytes(PairCount ?? _pairCount), .. _pairs, .. _tensors];
        bytes.AddRange(new byte[GgufHeader.AlignUp(bytes.Count, Alignment) - bytes.Count]);
        return [.. bytes];
    }

    public static byte[] Text(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        return [.. BitConverter.GetBytes((ulong)bytes.Length), .. bytes];
    }

    public static byte[] List(uint type, ulong count, byte[] elements) => [.. BitConverter.GetBytes(type), .. BitConverter.GetBytes(count), .. elements];
}
