using System.Buffers;
using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using Aha.Verification.Code;
using Aha.Verification.Grading;

namespace Aha.Cli.Commands;

/// <summary><c>aha grade KIND</c>: verdicts for stored answers, an output line for every input line, in order.</summary>
internal static class GradeCommand
{
    // Lines graded at a time: enough to keep every core busy, few enough for constant memory.
    private const int BatchSize = 256;

    // A schema may nest deeper than the reader's 64 levels.
    private static readonly JsonDocumentOptions s_options = new() { MaxDepth = 256 };

    // For files and pipes, not for web pages: LaTeX and other scripts stay as they are.
    private static readonly JsonWriterOptions s_readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // Made when asked for: the sandbox behind 'code' looks for its tools.
    private static readonly Dictionary<string, Func<ILineGrader>> s_graders = new()
    {
        ["math"] = () => new MathGrader(),
        ["latex"] = () => new LatexGrader(),
        ["countdown"] = () => new CountdownGrader(),
        ["choice"] = () => new ChoiceGrader(),
        ["ifeval"] = () => new InstructionGrader(),
        ["json"] = () => new JsonGrader(),
        ["function-call"] = () => new FunctionCallGrader(),
        ["code"] = Code,
    };

    public static Command Create()
    {
        string kinds = string.Join(", ", s_graders.Keys);
        var kind = new Argument<string>("kind") { Description = kinds };
        var input = new Option<string>("--input") { Description = "a JSONL file, or - for standard input", Required = true, HelpName = "FILE" };
        var stop = new Option<bool>("--stop") { Description = "stop at the first malformed line instead of reporting it and going on" };
        var json = CommonOptions.Json();
        var command = new Command("grade", "Grades stored answers. Output lines stand in input order and copy the field 'id' where there is one.\n\nExample:\n  aha grade math --input answers.jsonl > verdicts.jsonl") { kind, input, stop, json };
        command.SetAction((parsed, cancel) => Task.Run(
            () =>
            {
                string name = parsed.GetValue(kind)!;
                ILineGrader grader = s_graders.TryGetValue(name, out Func<ILineGrader>? make)
                    ? make()
                    : throw new CommandException($"there is no kind '{name}' of answers to grade; there are {kinds}");
                string path = parsed.GetValue(input)!;
                using TextReader reader = JsonRows.Open(path);
                using Stream output = Console.OpenStandardOutput();
                Grade(grader, reader, output, path, parsed.GetValue(stop), cancel);
                return 0;
            },
            CancellationToken.None));
        return command;
    }

    private static CodeLineGrader Code() => BubblewrapSandbox.TryCreate(out string refusal) is { } sandbox
        ? new CodeLineGrader(new CodeVerifier(sandbox))
        : throw new CommandException(refusal);

    private static void Grade(ILineGrader grader, TextReader reader, Stream output, string path, bool stop, CancellationToken cancel)
    {
        var lines = new List<string>(BatchSize);
        long first = 1, malformed = 0;
        while (true)
        {
            lines.Clear();
            while (lines.Count < BatchSize && reader.ReadLine() is { } line)
            {
                lines.Add(line);
            }

            if (lines.Count == 0)
            {
                break;
            }

            cancel.ThrowIfCancellationRequested();
            var results = new (ArrayBufferWriter<byte> Line, string? Error)[lines.Count];
            Parallel.For(0, lines.Count, i => results[i] = Grade(grader, lines[i]));
            for (int i = 0; i < results.Length; i++)
            {
                if (results[i].Error is { } error)
                {
                    malformed++;
                    string message = $"{path}:{first + i}: {error}";
                    if (stop)
                    {
                        output.Flush();
                        throw new CommandException(message);
                    }

                    Console.Error.WriteLine($"aha: {message}");
                }

                output.Write(results[i].Line.WrittenSpan);
                output.WriteByte((byte)'\n');
            }

            first += lines.Count;
        }

        if (malformed > 0)
        {
            Console.Error.WriteLine($"aha: {malformed} of {first - 1} lines were malformed and have no verdict but \"unscorable\"");
        }
    }

    private static (ArrayBufferWriter<byte> Line, string? Error) Grade(ILineGrader grader, string text)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(text, s_options);
        }
        catch (JsonException e)
        {
            return Malformed(default, $"not JSON (byte {e.BytePositionInLine + 1})");
        }

        using (document)
        {
            JsonElement row = document.RootElement;
            try
            {
                return (Write(row, writer => grader.Grade(row, writer)), null);
            }
            catch (GradeInputException e)
            {
                return Malformed(row, e.Message);
            }
            catch (InvalidOperationException)
            {
                // The reader refuses to compare a property's name that holds half of a surrogate pair.
                return Malformed(default, "the name of a field is not valid Unicode text");
            }
        }
    }

    private static (ArrayBufferWriter<byte> Line, string? Error) Malformed(JsonElement row, string error) => (Write(row, writer =>
    {
        writer.WriteString("verdict", "unscorable");
        writer.WriteString("error", error);
    }), error);

    private static ArrayBufferWriter<byte> Write(JsonElement row, Action<Utf8JsonWriter> fields)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using var writer = new Utf8JsonWriter(buffer, s_readable);
        writer.WriteStartObject();
        if (row.ValueKind == JsonValueKind.Object && row.TryGetProperty("id", out JsonElement id))
        {
            writer.WritePropertyName("id");
            // As it was written, whatever it is.
            writer.WriteRawValue(id.GetRawText(), skipInputValidation: true);
        }

        fields(writer);
        writer.WriteEndObject();
        writer.Flush();
        return buffer;
    }
}
