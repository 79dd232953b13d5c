using System.CommandLine;
using System.Text.Json;
using Aha.Generation;
using Aha.Models.Checkpoints;
using Aha.Tokenization;

namespace Aha.Cli.Commands;

/// <summary><c>aha logprobs</c>: how likely given sequences are to a model.</summary>
internal static class LogProbsCommand
{
    // What one sequence may hold before the model's own limit; only the memory estimate asks.
    private const int UsualPositions = 4096;

    public static Command Create()
    {
        Option<string> model = CommonOptions.Model();
        var input = new Option<string>("--input") { Description = "a JSONL file of {\"ids\"} or {\"text\"}, or - for standard input", Required = true, HelpName = "FILE" };
        var top = new Option<int>("--top") { Description = "the K most likely tokens at each position too", HelpName = "K" };
        Option<bool> json = CommonOptions.Json();
        var command = new Command(
            "logprobs",
            "Log-probability (natural) of every token but the first of each input line, an output line for every input line; 'id' is copied.\n\nExample:\n  aha logprobs --model DIR --input sequences.jsonl --top 3")
        {
            model, input, top, json,
        };
        command.SetAction((parsed, cancel) => Task.Run(
            () =>
            {
                int best = parsed.GetValue(top);
                if (best < 0)
                {
                    throw new CommandException($"--top is {best}; it must not be negative");
                }

                string folder = parsed.GetValue(model)!, path = parsed.GetValue(input)!;
                using TextReader reader = InputLines.Open(path);
                using RolloutEngine engine = InferenceModel.Open(folder, UsualPositions, sequences: 1);
                var tokenizer = new Lazy<ITokenizer>(() => ModelTokenizer.Load(folder));
                using Stream output = Console.OpenStandardOutput();
                long number = 0;
                while (reader.ReadLine() is { } line)
                {
                    cancel.ThrowIfCancellationRequested();
                    number++;
                    try
                    {
                        Score(engine, tokenizer, line, best, output);
                    }
                    catch (Exception e) when (e is JsonException or ArgumentException or CommandException)
                    {
                        output.Flush();
                        throw new CommandException($"{path}:{number}: {e.Message.ReplaceLineEndings(" ")}");
                    }
                }

                return 0;
            },
            CancellationToken.None));
        return command;
    }

    private static void Score(RolloutEngine engine, Lazy<ITokenizer> tokenizer, string line, int top, Stream output)
    {
        using JsonDocument document = JsonDocument.Parse(line);
        JsonElement row = document.RootElement;
        int[] ids = Ids(row, tokenizer);
        // A single token has nothing before it: no log-probabilities, and no error.
        SequenceScores scores = ids.Length < 2 ? new SequenceScores([], []) : engine.Score(ids, top);
        using (var writer = new Utf8JsonWriter(output))
        {
            writer.WriteStartObject();
            if (row.TryGetProperty("id", out JsonElement id))
            {
                writer.WritePropertyName("id");
                id.WriteTo(writer);
            }

            writer.WriteStartArray("ids");
            foreach (int token in ids)
            {
                writer.WriteNumberValue(token);
            }

            writer.WriteEndArray();
            writer.WriteStartArray("logprobs");
            foreach (float value in scores.LogProbs)
            {
                writer.WriteNumberValue(value);
            }

            writer.WriteEndArray();
            if (top > 0)
            {
                WriteTop(writer, scores.Top);
            }

            writer.WriteEndObject();
        }

        output.WriteByte((byte)'\n');
    }

    private static void WriteTop(Utf8JsonWriter writer, IReadOnlyList<TokenScore>[] positions)
    {
        writer.WriteStartArray("top");
        foreach (IReadOnlyList<TokenScore> position in positions)
        {
            writer.WriteStartArray();
            foreach (TokenScore score in position)
            {
                writer.WriteStartObject();
                writer.WriteNumber("id", score.Id);
                writer.WriteNumber("logprob", score.LogProb);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        writer.WriteEndArray();
    }

    private static int[] Ids(JsonElement row, Lazy<ITokenizer> tokenizer)
    {
        if (row.ValueKind != JsonValueKind.Object)
        {
            throw new CommandException("not a JSON object");
        }

        if (row.TryGetProperty("ids", out JsonElement ids))
        {
            if (ids.ValueKind != JsonValueKind.Array || ids.EnumerateArray().Any(id => id.ValueKind != JsonValueKind.Number || !id.TryGetInt32(out _)))
            {
                throw new CommandException("'ids' is not a list of token ids");
            }

            return [.. ids.EnumerateArray().Select(id => id.GetInt32())];
        }

        if (!row.TryGetProperty("text", out JsonElement text) || text.ValueKind != JsonValueKind.String)
        {
            throw new CommandException("neither 'ids' nor 'text'");
        }

        return tokenizer.Value.Encode(text.GetString()!);
    }
}
