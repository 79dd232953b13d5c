using System.Text;

namespace Aha.Tests.Tokenization;

/// <summary>The key-value part of a well-formed GGUF file, as far as these tests need it.</summary>
internal sealed class GgufMetadata
{
    private readonly Dictionary<string, object> _values = [];

    public static GgufMetadata Read(string path)
    {
        using var reader = new BinaryReader(File.OpenRead(path));
        Assert.Equal("GGUF"u8.ToArray(), reader.ReadBytes(4));
        reader.ReadUInt32();
        reader.ReadUInt64();
        var metadata = new GgufMetadata();
        for (ulong left = reader.ReadUInt64(); left > 0; left--)
        {
            string key = Text(reader);
            metadata._values[key] = Value(reader, reader.ReadUInt32());
        }

        return metadata;
    }

    public string String(string key) => (string)_values[key];

    public int Number(string key) => Convert.ToInt32(_values[key]);

    public string[] Strings(string key) => [.. ((object[])_values[key]).Cast<string>()];

    public int[] Numbers(string key) => [.. ((object[])_values[key]).Select(Convert.ToInt32)];

    private static string Text(BinaryReader reader) => Encoding.UTF8.GetString(reader.ReadBytes((int)reader.ReadUInt64()));

    private static object Value(BinaryReader reader, uint type) => type switch
    {
        0 => reader.ReadByte(),
        1 => reader.ReadSByte(),
        2 => reader.ReadUInt16(),
        3 => reader.ReadInt16(),
        4 => reader.ReadUInt32(),
        5 => reader.ReadInt32(),
        6 => reader.ReadSingle(),
        7 => reader.ReadBoolean(),
        8 => Text(reader),
        9 => Array(reader),
        10 => reader.ReadUInt64(),
        11 => reader.ReadInt64(),
        12 => reader.ReadDouble(),
        _ => throw new InvalidDataException($"type {type}"),
    };

    private static object[] Array(BinaryReader reader)
    {
        uint type = reader.ReadUInt32();
        var values = new object[reader.ReadUInt64()];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = Value(reader, type);
        }

        return values;
    }
}
