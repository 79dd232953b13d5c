using System.Globalization;

namespace Aha.Models.Checkpoints.Gguf;

/// <summary>
/// The metadata of a GGUF file, in file order. Values have the .NET type of the file's: numbers, <see cref="bool"/>, <see cref="string"/>, and
/// arrays of these. The typed getters widen integers and name file and key when a value is something else.
/// </summary>
public sealed class GgufMetadata
{
    private readonly Dictionary<string, object> _values;

    /// <param name="file">The file that errors name.</param>
    /// <param name="pairs">Without repeated keys.</param>
    public GgufMetadata(string file, IReadOnlyList<KeyValuePair<string, object>> pairs)
    {
        File = file;
        Pairs = pairs;
        _values = new Dictionary<string, object>(pairs, StringComparer.Ordinal);
    }

    public string File { get; }

    /// <summary>In file order.</summary>
    public IReadOnlyList<KeyValuePair<string, object>> Pairs { get; }

    public bool Contains(string key) => _values.ContainsKey(key);

    public ModelFormatException Refused(string key, string problem) => new(File, key, problem);

    /// <exception cref="ModelFormatException">Missing, or no text.</exception>
    public string Text(string key) => OptionalText(key) ?? throw Refused(key, "missing");

    public string? OptionalText(string key) => Find(key) switch
    {
        null => null,
        string text => text,
        object other => throw Unexpected(key, "a text", other),
    };

    /// <exception cref="ModelFormatException">Missing, no integer, or outside the range of <see cref="int"/>.</exception>
    public int Int(string key) => OptionalInt(key) ?? throw Refused(key, "missing");

    public int? OptionalInt(string key) => Find(key) switch
    {
        null => null,
        byte value => value,
        sbyte value => value,
        ushort value => value,
        short value => value,
        int value => value,
        uint value and <= int.MaxValue => (int)value,
        ulong value and <= int.MaxValue => (int)value,
        long value and >= int.MinValue and <= int.MaxValue => (int)value,
        object other => throw Unexpected(key, "an integer below 2^31", other),
    };

    /// <summary>A floating-point number. An fp32 value becomes the shortest decimal that names it, so that 1e-05 stays 1e-05.</summary>
    public double? OptionalDouble(string key) => Find(key) switch
    {
        null => null,
        double value when double.IsFinite(value) => value,
        float value when float.IsFinite(value) => double.Parse(value.ToString("R", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture),
        object other => throw Unexpected(key, "a finite floating-point number", other),
    };

    public bool? OptionalBool(string key) => Find(key) switch
    {
        null => null,
        bool value => value,
        object other => throw Unexpected(key, "true or false", other),
    };

    public IReadOnlyList<string>? OptionalTexts(string key) => Find(key) switch
    {
        null => null,
        string[] values => values,
        object other => throw Unexpected(key, "a list of texts", other),
    };

    public IReadOnlyList<int>? OptionalInts(string key) => Find(key) switch
    {
        null => null,
        int[] values => values,
        uint[] values when Array.TrueForAll(values, value => value <= int.MaxValue) => Array.ConvertAll(values, value => (int)value),
        object other => throw Unexpected(key, "a list of integers below 2^31", other),
    };

    private object? Find(string key) => _values.GetValueOrDefault(key);

    private ModelFormatException Unexpected(string key, string expected, object found) => Refused(key, $"expected {expected}, found {Shown(found)}");

    private static string Shown(object value)
    {
        string text = value is Array list ? $"a list of {list.Length}" : string.Create(CultureInfo.InvariantCulture, $"{value}").ReplaceLineEndings(" ");
        return text.Length <= 60 ? text : text[..60] + "...";
    }
}
