using System.Buffers.Binary;
using System.Text;
using System.Text.Json;

namespace Aha.Models.Checkpoints;

/// <summary>One tensor of a safetensors file: its bytes are <c>[Begin, End)</c> of the data section.</summary>
public sealed record SafetensorsEntry(string Name, SafetensorsType Type, IReadOnlyList<long> Shape, long Begin, long End);

/// <summary>
/// The header of a safetensors file: eight bytes of little-endian length, then JSON, then the data. Whoever wrote the file is
/// not trusted: every offset is checked against the file before anything is read at it.
/// </summary>
/// <param name="Metadata">The file's own string pairs, in file order.</param>
/// <param name="Entries">In header order.</param>
/// <param name="DataOffset">Where the data section begins in the file.</param>
internal sealed record SafetensorsHeader(
    IReadOnlyList<KeyValuePair<string, string>> Metadata, IReadOnlyList<SafetensorsEntry> Entries, long DataOffset)
{
    public const int PrefixLength = 8;

    // The reference implementation's limit.
    private const long MaxLength = 100_000_000;

    private const string MetadataKey = "__metadata__";

    private static readonly string[] s_typeNames = Enum.GetNames<SafetensorsType>();

    /// <exception cref="ModelFormatException">The header does not describe <paramref name="file"/>.</exception>
    public static SafetensorsHeader Read(Stream stream, string file)
    {
        Span<byte> prefix = stackalloc byte[PrefixLength];
        if (stream.ReadAtLeast(prefix, PrefixLength, throwOnEndOfStream: false) < PrefixLength)
            throw new ModelFormatException(file, "", "not a safetensors file: shorter than its eight-byte length field");
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length > MaxLength || (long)length > stream.Length - PrefixLength)
            throw new ModelFormatException(file, "", $"not a safetensors file: a header of {length} bytes in a file of {stream.Length}");
        byte[] json = new byte[length];
        stream.ReadExactly(json);
        return Parse(json, stream.Length - PrefixLength - (long)length, file);
    }

    /// <summary>The bytes before the data: length, JSON as the reference implementation writes it, spaces up to a multiple of eight.</summary>
    public static byte[] Format(IEnumerable<KeyValuePair<string, string>> metadata, IEnumerable<SafetensorsEntry> entries)
    {
        using var buffer = new MemoryStream();
        buffer.Write(stackalloc byte[PrefixLength]);
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            if (metadata.Any())
            {
                json.WriteStartObject(MetadataKey);
                foreach ((string key, string value) in metadata) json.WriteString(key, value);
                json.WriteEndObject();
            }
            foreach (SafetensorsEntry entry in entries)
            {
                json.WriteStartObject(entry.Name);
                json.WriteString("dtype", entry.Type.ToString());
                json.WriteStartArray("shape");
                foreach (long size in entry.Shape) json.WriteNumberValue(size);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(entry.Begin);
                json.WriteNumberValue(entry.End);
                json.WriteEndArray();
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        while (buffer.Length % 8 != 0) buffer.WriteByte((byte)' ');
        byte[] bytes = buffer.ToArray();
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, (ulong)(bytes.Length - PrefixLength));
        return bytes;
    }

    private static SafetensorsHeader Parse(byte[] json, long dataLength, string file)
    {
        try
        {
            // Strict, since Utf8JsonReader leaves the bytes inside strings unchecked.
            _ = new UTF8Encoding(false, throwOnInvalidBytes: true).GetCharCount(json);
            using JsonDocument document = JsonDocument.Parse(json);
            return Parse(document.RootElement, json.Length + PrefixLength, dataLength, file);
        }
        catch (Exception e) when (e is JsonException or DecoderFallbackException or InvalidOperationException)
        {
            // InvalidOperationException: a string with half a surrogate pair.
            throw new ModelFormatException(file, "", "its safetensors header is not JSON", e);
        }
    }

    private static SafetensorsHeader Parse(JsonElement root, long dataOffset, long dataLength, string file)
    {
        if (root.ValueKind != JsonValueKind.Object) throw new ModelFormatException(file, "", "its safetensors header is not a JSON object");
        var metadata = new List<KeyValuePair<string, string>>();
        var entries = new List<SafetensorsEntry>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (JsonProperty property in root.EnumerateObject())
        {
            if (!names.Add(property.Name)) throw new ModelFormatException(file, property.Name, "stands twice in the header");
            if (property.Name == MetadataKey) ReadMetadata(property.Value, metadata, file);
            else entries.Add(ReadEntry(property, dataLength, file));
        }
        RequireNoHolesOrOverlaps(entries, dataLength, file);
        return new SafetensorsHeader(metadata, entries, dataOffset);
    }

    private static void ReadMetadata(JsonElement value, List<KeyValuePair<string, string>> metadata, string file)
    {
        if (value.ValueKind != JsonValueKind.Object) throw new ModelFormatException(file, MetadataKey, "not a JSON object");
        foreach (JsonProperty pair in value.EnumerateObject())
        {
            if (pair.Value.ValueKind != JsonValueKind.String) throw new ModelFormatException(file, MetadataKey, $"'{pair.Name}' is not a string");
            metadata.Add(new(pair.Name, pair.Value.GetString()!));
        }
    }

    private static SafetensorsEntry ReadEntry(JsonProperty property, long dataLength, string file)
    {
        string name = property.Name;
        ModelFormatException Refused(string problem) => new(file, name, problem);

        JsonElement value = property.Value;
        if (value.ValueKind != JsonValueKind.Object) throw Refused("its header entry is not an object");
        if (!value.TryGetProperty("dtype", out JsonElement typeElement) || typeElement.ValueKind != JsonValueKind.String) throw Refused("no dtype");
        // By the names themselves: Enum.TryParse would also take numbers.
        int typeIndex = Array.IndexOf(s_typeNames, typeElement.GetString());
        if (typeIndex < 0) throw Refused($"element type {typeElement.GetString()} is not supported, only {string.Join(", ", s_typeNames)}");
        var type = (SafetensorsType)typeIndex;
        long[] shape = ReadLongs(value, "shape") ?? throw Refused("its shape is not a list of sizes");
        long[] offsets = ReadLongs(value, "data_offsets") ?? throw Refused("its data_offsets are not two numbers");
        if (offsets.Length != 2) throw Refused("its data_offsets are not two numbers");
        if (offsets[0] > offsets[1] || offsets[1] > dataLength)
            throw Refused($"its data [{offsets[0]}, {offsets[1]}) lie outside the file's {dataLength} bytes");
        Int128 bytes = type.Size();
        foreach (long size in shape)
        {
            bytes *= size;
            // Past this no file can hold it; stopping here keeps the product from overflowing.
            if (bytes > long.MaxValue) throw Refused("its shape is larger than any file");
        }
        if (bytes != offsets[1] - offsets[0])
            throw Refused($"shape [{string.Join(", ", shape)}] in {type} needs {bytes} bytes, its data_offsets span {offsets[1] - offsets[0]}");
        return new SafetensorsEntry(name, type, shape, offsets[0], offsets[1]);
    }

    private static long[]? ReadLongs(JsonElement parent, string key)
    {
        if (!parent.TryGetProperty(key, out JsonElement list) || list.ValueKind != JsonValueKind.Array) return null;
        var numbers = new long[list.GetArrayLength()];
        int index = 0;
        foreach (JsonElement element in list.EnumerateArray())
        {
            if (element.ValueKind != JsonValueKind.Number || !element.TryGetInt64(out long number) || number < 0) return null;
            numbers[index++] = number;
        }
        return numbers;
    }

    private static void RequireNoHolesOrOverlaps(List<SafetensorsEntry> entries, long dataLength, string file)
    {
        long end = 0;
        foreach (SafetensorsEntry entry in entries.OrderBy(entry => entry.Begin).ThenBy(entry => entry.End))
        {
            if (entry.Begin != end) throw new ModelFormatException(file, entry.Name, $"its data begin at {entry.Begin}, where {end} was due");
            end = entry.End;
        }
        if (end != dataLength) throw new ModelFormatException(file, "", $"the tensors end at {end} of {dataLength} data bytes; the file is cut off or has a tail");
    }
}
