using System.Runtime.CompilerServices;
using System.Text;

namespace Aha.Models.Checkpoints.Gguf;

/// <summary>
/// Reads a GGUF header front to back. Whoever wrote the file is not trusted: every length and count is held against the bytes that are
/// left before anything is read or allocated for it.
/// </summary>
internal unsafe ref struct GgufCursor(byte* bytes, long length, string file)
{
    // The format's own limit.
    private const int MaxKeyBytes = 65_535;

    // Deeper than any writer nests lists, shallow enough for the stack.
    private const int MaxDepth = 8;

    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    public long Position { get; private set; }

    public readonly long Left => length - Position;

    public T Read<T>(string what) where T : unmanaged
    {
        if (Left < sizeof(T)) throw CutOff(what);
        T value = Unsafe.ReadUnaligned<T>(bytes + Position);
        Position += sizeof(T);
        return value;
    }

    /// <summary>A count of things of which each takes at least <paramref name="least"/> bytes.</summary>
    public int ReadCount(string what, int least)
    {
        ulong count = Read<ulong>(what);
        if (count > (ulong)(Left / least) || count > (ulong)Array.MaxLength)
            throw new ModelFormatException(file, what, $"{count} are announced, but only {Left} bytes follow; the file is damaged or cut off");
        return (int)count;
    }

    public string ReadKey(string what)
    {
        string key = ReadString(what, MaxKeyBytes);
        if (key.Length == 0) throw new ModelFormatException(file, what, "an empty name");
        // Names stand in messages of one line.
        if (key.Any(char.IsControl)) throw new ModelFormatException(file, what, "a name with control characters");
        return key;
    }

    public object ReadValue(GgufValueType type, string key, int depth = 0) => type switch
    {
        GgufValueType.UInt8 => Read<byte>(key),
        GgufValueType.Int8 => Read<sbyte>(key),
        GgufValueType.UInt16 => Read<ushort>(key),
        GgufValueType.Int16 => Read<short>(key),
        GgufValueType.UInt32 => Read<uint>(key),
        GgufValueType.Int32 => Read<int>(key),
        GgufValueType.Float32 => Read<float>(key),
        GgufValueType.Bool => ReadBool(key),
        GgufValueType.String => ReadString(key, int.MaxValue),
        GgufValueType.Array => ReadArray(key, depth),
        GgufValueType.UInt64 => Read<ulong>(key),
        GgufValueType.Int64 => Read<long>(key),
        GgufValueType.Float64 => Read<double>(key),
        _ => throw new ModelFormatException(file, key, $"value type {(uint)type} is unknown"),
    };

    private object ReadArray(string key, int depth)
    {
        if (depth == MaxDepth) throw new ModelFormatException(file, key, $"lists nested more than {MaxDepth} deep");
        var type = (GgufValueType)Read<uint>(key);
        return type switch
        {
            GgufValueType.UInt8 => ReadNumbers<byte>(key),
            GgufValueType.Int8 => ReadNumbers<sbyte>(key),
            GgufValueType.UInt16 => ReadNumbers<ushort>(key),
            GgufValueType.Int16 => ReadNumbers<short>(key),
            GgufValueType.UInt32 => ReadNumbers<uint>(key),
            GgufValueType.Int32 => ReadNumbers<int>(key),
            GgufValueType.Float32 => ReadNumbers<float>(key),
            GgufValueType.UInt64 => ReadNumbers<ulong>(key),
            GgufValueType.Int64 => ReadNumbers<long>(key),
            GgufValueType.Float64 => ReadNumbers<double>(key),
            GgufValueType.Bool => ReadList<bool>(type, key, 1, depth),
            GgufValueType.String => ReadList<string>(type, key, sizeof(ulong), depth),
            GgufValueType.Array => ReadList<object>(type, key, sizeof(uint) + sizeof(ulong), depth),
            _ => throw new ModelFormatException(file, key, $"value type {(uint)type} is unknown"),
        };
    }

    private T[] ReadNumbers<T>(string key) where T : unmanaged
    {
        int count = ReadCount(key, sizeof(T));
        var values = new T[count];
        long size = (long)count * sizeof(T);
        fixed (T* target = values) Buffer.MemoryCopy(bytes + Position, target, size, size);
        Position += size;
        return values;
    }

    private T[] ReadList<T>(GgufValueType type, string key, int least, int depth)
    {
        var values = new T[ReadCount(key, least)];
        for (int i = 0; i < values.Length; i++) values[i] = (T)ReadValue(type, key, depth + 1);
        return values;
    }

    private bool ReadBool(string key) => Read<byte>(key) switch
    {
        0 => false,
        1 => true,
        byte other => throw new ModelFormatException(file, key, $"{other} is neither true (1) nor false (0)"),
    };

    private string ReadString(string what, int limit)
    {
        ulong count = Read<ulong>(what);
        if (count > (ulong)Left) throw CutOff(what);
        if (count > (ulong)limit) throw new ModelFormatException(file, what, $"a text of {count} bytes, more than the {limit} allowed here");
        try
        {
            string text = Strict.GetString(bytes + Position, (int)count);
            Position += (long)count;
            return text;
        }
        catch (DecoderFallbackException e)
        {
            throw new ModelFormatException(file, what, $"the text at byte {Position} is not UTF-8", e);
        }
    }

    private readonly ModelFormatException CutOff(string what) => new(file, what, $"the file ends inside its header, at byte {length}; it is damaged or cut off");
}
