using System.Buffers;
using System.CommandLine;
using System.Text.Json;
using Aha.Verification.Code;
using Aha.Verification.Grading;

namespace Aha.Cli.Commands;

/// <summary><c>aha grade KIND</c>: verdicts for stored answers, an output line for every input line, in order.</summary>
internal static class GradeCommand
{
    // Lines graded at a time: enough to keep every core busy, few enough for constant memory.
    private const int BatchSize = 256;

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
                using TextReader reader = InputLines.Open(path);
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
        var buffer = new ArrayBufferWriter<byte>(256);
        string? error;
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            using var writer = new Utf8JsonWriter(buffer);
            JsonElement row = document.RootElement;
            writer.WriteStartObject();
            if (row.ValueKind == JsonValueKind.Object && row.TryGetProperty("id", out JsonElement id))
            {
                writer.WritePropertyName("id");
                id.WriteTo(writer);
            }

            grader.Grade(row, writer);
            writer.WriteEndObject();
            writer.Flush();
            return (buffer, null);
        }
        catch (JsonException e)
        {
            error = $"not JSON: {e.Message}";
        }
        catch (GradeInputException e)
        {
            error = e.Message;
        }

        buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("verdict", "unscorable");
            writer.WriteString("error", error);
            writer.WriteEndObject();
        }

        return (buffer, error);
    }
}
