using System.Buffers;
using System.Text;
using System.Text.Json;
using Aha.Cli.Terminal;
using Aha.Generation;
using Aha.Tasks;
using Aha.Templates;
using Aha.Tokenization;

namespace Aha.Cli.Commands;

/// <summary>
/// Completes every prompt of a JSONL file: an output line for every input line, in order, each written as soon as it and those before it are done.
/// What becomes of a line depends on the seed and its number, not on the lines beside it.
/// </summary>
internal sealed class PromptRows(RolloutEngine engine, ITokenizer tokenizer, ChatTemplate? template, SamplingOptions sampling, int samples, long seed)
{
    /// <summary>Sequences under way at a time, over all threads: enough to share the weights' traffic, few enough to hold.</summary>
    public const int BatchSize = 64;

    /// <summary>A line of input, and its prompt or what is wrong with it.</summary>
    private sealed record Row(long Number, string? Id, int[]? Prompt, string? Error);

    /// <param name="path">Named in messages.</param>
    /// <param name="stop">End at the first malformed line.</param>
    /// <exception cref="CommandException">A malformed line, where that ends it.</exception>
    /// <exception cref="ArgumentException">A sampling option is out of range.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; the lines written so far are whole.</exception>
    public void Run(TextReader reader, string path, Stream output, bool stop, CancellationToken cancel)
    {
        var progress = new ProgressLine(Console.Error, live: true, TimeProvider.System, (done, of) => of > 0 ? $"{done} of {of} prompts" : $"{done} prompts");
        bool shown = !Console.IsErrorRedirected;
        // Only the progress needs it: nobody waits for a count that is not shown.
        long total = shown && path != "-" ? File.ReadLines(path).LongCount() : 0;
        long number = 0, malformed = 0;
        string? fatal = null;
        while (fatal is null)
        {
            List<Row> rows = [];
            while (rows.Count * samples < BatchSize && fatal is null && reader.ReadLine() is { } line)
            {
                Row row = Read(++number, line);
                if (row.Error is not null)
                {
                    malformed++;
                    string message = $"{path}:{number}: {row.Error}";
                    if (stop)
                    {
                        fatal = message;
                        break;
                    }

                    progress.Finish();
                    Console.Error.WriteLine($"aha: {message}");
                }

                rows.Add(row);
            }

            if (rows.Count == 0)
            {
                break;
            }

            Complete(rows, output, done => ReportTo(shown ? progress : null, rows[0].Number - 1 + done, total), cancel);
            cancel.ThrowIfCancellationRequested();
        }

        progress.Finish();
        if (fatal is not null)
        {
            throw new CommandException(fatal);
        }

        if (malformed > 0)
        {
            Console.Error.WriteLine($"aha: {malformed} of {number} lines were malformed and have an \"error\" in place of a completion");
        }
    }

    /// <summary>A completion as a line of its own.</summary>
    public static string Line(ITokenizer tokenizer, Completion completion) => Encoding.UTF8.GetString(Write(null, writer => Fields(writer, tokenizer, completion)).WrittenSpan);

    private static void ReportTo(ProgressLine? progress, long done, long total) => progress?.Report(done, Math.Max(done, total));

    private void Complete(List<Row> rows, Stream output, Action<int> written, CancellationToken cancel)
    {
        int[] asked = [.. Enumerable.Range(0, rows.Count).Where(i => rows[i].Prompt is not null)];
        RolloutRequest[] requests = [.. asked.Select(i => new RolloutRequest(rows[i].Prompt!, samples, Seeds.Derive(seed, rows[i].Number)))];
        var answers = rows.Select(row => row.Prompt is null ? [] : new Completion?[samples]).ToArray();
        var gate = new Lock();
        int next = 0;
        engine.Generate(requests, sampling, cancel, ended: (_, completion) =>
        {
            lock (gate)
            {
                answers[asked[completion.Request]][completion.Sample] = completion;
                Flush();
            }
        });
        lock (gate)
        {
            // Lines without a prompt behind the last completion, or in a batch of nothing else.
            Flush();
        }

        void Flush()
        {
            int before = next;
            while (next < rows.Count && Array.TrueForAll(answers[next], answer => answer is { Finish: not FinishReason.Cancelled }))
            {
                output.Write(LineOf(rows[next], answers[next]).WrittenSpan);
                output.WriteByte((byte)'\n');
                next++;
            }

            if (next > before)
            {
                output.Flush();
                written(next);
            }
        }
    }

    private ArrayBufferWriter<byte> LineOf(Row row, Completion?[] answers) => Write(row.Id, writer =>
    {
        if (row.Error is not null)
        {
            writer.WriteString("error", row.Error);
        }
        else if (samples == 1)
        {
            Fields(writer, tokenizer, answers[0]!);
        }
        else
        {
            writer.WriteStartArray("samples");
            foreach (Completion? answer in answers)
            {
                writer.WriteStartObject();
                Fields(writer, tokenizer, answer!);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }
    });

    private static void Fields(Utf8JsonWriter writer, ITokenizer tokenizer, Completion completion)
    {
        writer.WriteStartArray("ids");
        foreach (int token in completion.Tokens)
        {
            writer.WriteNumberValue(token);
        }

        writer.WriteEndArray();
        writer.WriteString("text", tokenizer.Decode(completion.Tokens));
        writer.WriteStartArray("logprobs");
        foreach (float value in completion.LogProbs)
        {
            writer.WriteNumberValue(value);
        }

        writer.WriteEndArray();
        writer.WriteString("finish_reason", completion.Finish.ToString().ToLowerInvariant());
    }

    private static ArrayBufferWriter<byte> Write(string? id, Action<Utf8JsonWriter> fields)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using var writer = new Utf8JsonWriter(buffer, JsonRows.Writing);
        writer.WriteStartObject();
        if (id is not null)
        {
            writer.WritePropertyName("id");
            // As it was written, whatever it is.
            writer.WriteRawValue(id, skipInputValidation: true);
        }

        fields(writer);
        writer.WriteEndObject();
        writer.Flush();
        return buffer;
    }

    private Row Read(long number, string line)
    {
        string? id = null;
        try
        {
            using JsonDocument document = JsonDocument.Parse(line);
            JsonElement row = document.RootElement;
            if (row.ValueKind == JsonValueKind.Object && row.TryGetProperty("id", out JsonElement named))
            {
                id = named.GetRawText();
            }

            int[] prompt = Prompt(row);
            return Unfit(prompt) is { } fault ? new Row(number, id, null, fault) : new Row(number, id, prompt, null);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or TokenizationException or CommandException or TemplateException)
        {
            string problem = e is JsonException ? $"not JSON: {e.Message}" : e.Message;
            return new Row(number, id, null, problem.ReplaceLineEndings(" "));
        }
    }

    private int[] Prompt(JsonElement row)
    {
        if (row.ValueKind != JsonValueKind.Object)
        {
            throw new CommandException("the line is no JSON object");
        }

        if (row.TryGetProperty("ids", out JsonElement ids))
        {
            return ids.ValueKind == JsonValueKind.Array ? [.. ids.EnumerateArray().Select(i => i.GetInt32())] : throw new CommandException("\"ids\" must be a list of token ids");
        }

        if (row.TryGetProperty("text", out JsonElement text))
        {
            return tokenizer.Encode(text.ValueKind == JsonValueKind.String ? text.GetString()! : throw new CommandException("\"text\" must be a text"));
        }

        if (!row.TryGetProperty("messages", out _))
        {
            throw new CommandException("the line has neither \"ids\" nor \"text\" nor \"messages\"");
        }

        ChatTemplate chat = template ?? throw new CommandException("\"messages\" need a chat template, and the model has none; give \"text\" or \"ids\"");
        return tokenizer.Encode(chat.Render(ChatRequest.FromJson(row) with { AddGenerationPrompt = true }).Text, parseSpecial: true);
    }

    // What the engine would refuse for all prompts of a batch is refused for its own line.
    private string? Unfit(int[] prompt)
    {
        int vocabulary = engine.Config.VocabSize, positions = engine.Config.MaxPositionEmbeddings;
        if (prompt.Length == 0)
        {
            return "the prompt is empty";
        }

        int outside = Array.FindIndex(prompt, id => (uint)id >= (uint)vocabulary);
        return outside >= 0 ? $"id {prompt[outside]} at index {outside} is outside the vocabulary of {vocabulary}"
            : (long)prompt.Length + sampling.MaxNewTokens > positions ? $"a prompt of {prompt.Length} and {sampling.MaxNewTokens} new tokens exceed the model's {positions} positions"
            : null;
    }
}
