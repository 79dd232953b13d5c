using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using Aha.Tokenization;

namespace Aha.Cli.Commands;

/// <summary>JSONL in, JSONL out: an output line for every input line, in order, with the field <c>id</c> copied; the first bad line ends it.</summary>
internal static class JsonRows
{
    /// <summary>For files and pipes, not for web pages: LaTeX and other scripts stay as they are.</summary>
    public static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Option<string> Input() => new("--input") { Description = "a JSONL file, or - for standard input", Required = true, HelpName = "FILE" };

    /// <param name="answer">Writes the properties of the output object.</param>
    /// <exception cref="CommandException">The file cannot be read, or a line is not what it should be; the message names the line.</exception>
    public static void Transform(string path, Action<JsonElement, Utf8JsonWriter> answer, CancellationToken cancel)
    {
        using TextReader reader = Open(path);
        using Stream output = new BufferedStream(Console.OpenStandardOutput(), 1 << 16);
        using var writer = new Utf8JsonWriter(output, Writing);
        for (long number = 1; reader.ReadLine() is { } line; number++)
        {
            cancel.ThrowIfCancellationRequested();
            try
            {
                using JsonDocument document = JsonDocument.Parse(line);
                Answer(document.RootElement, answer, writer);
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or TokenizationException or CommandException)
            {
                // Half an object is not to be seen; the lines before it stand.
                writer.Reset();
                output.Flush();
                string problem = e is JsonException ? $"not JSON: {e.Message}" : e.Message;
                throw new CommandException($"{path}:{number}: {problem.ReplaceLineEndings(" ")}");
            }

            writer.Flush();
            writer.Reset();
            output.WriteByte((byte)'\n');
        }
    }

    /// <param name="path">A file, or - for standard input.</param>
    /// <exception cref="CommandException">It cannot be read.</exception>
    public static TextReader Open(string path)
    {
        try
        {
            return path == "-" ? Console.In : new StreamReader(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"{path} cannot be read: {e.Message}");
        }
    }

    /// <summary>A property that must be there.</summary>
    public static JsonElement Required(JsonElement row, string name) =>
        row.ValueKind == JsonValueKind.Object && row.TryGetProperty(name, out JsonElement value) ? value : throw new CommandException($"the line has no \"{name}\"");

    private static void Answer(JsonElement row, Action<JsonElement, Utf8JsonWriter> answer, Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        if (row.ValueKind == JsonValueKind.Object && row.TryGetProperty("id", out JsonElement id))
        {
            writer.WritePropertyName("id");
            id.WriteTo(writer);
        }

        answer(row, writer);
        writer.WriteEndObject();
    }
}
