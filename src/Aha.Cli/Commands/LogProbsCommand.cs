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
        Option<string> input = JsonRows.Input();
        var top = new Option<int>("--top") { Description = "the K most likely tokens at each position too", HelpName = "K" };
        Option<bool> json = CommonOptions.Json();
        var command = new Command(
            "logprobs",
            "Log-probability (natural) of every token but the first: a line {\"ids\"} or {\"text\"} in, a line {\"ids\", \"logprobs\"} out.\n\nExample:\n  aha logprobs --model DIR --input sequences.jsonl --top 3")
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

                string folder = parsed.GetValue(model)!;
                using RolloutEngine engine = InferenceModel.Open(folder, UsualPositions, sequences: 1);
                var tokenizer = new Lazy<ITokenizer>(() => ModelTokenizer.Load(folder));
                JsonRows.Transform(parsed.GetValue(input)!, (row, writer) => Score(engine, Ids(row, tokenizer), best, writer), cancel);
                return 0;
            },
            CancellationToken.None));
        return command;
    }

    private static void Score(RolloutEngine engine, int[] ids, int top, Utf8JsonWriter writer)
    {
        SequenceScores scores;
        try
        {
            // A single token has nothing before it: no log-probabilities, and no error.
            scores = ids.Length < 2 ? new SequenceScores([], []) : engine.Score(ids, top);
        }
        catch (ArgumentException e)
        {
            throw new CommandException(e.Message);
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

    private static int[] Ids(JsonElement row, Lazy<ITokenizer> tokenizer) =>
        row.ValueKind == JsonValueKind.Object && row.TryGetProperty("ids", out JsonElement ids)
            ? [.. ids.EnumerateArray().Select(id => id.GetInt32())]
            : tokenizer.Value.Encode(JsonRows.Required(row, "text").GetString() ?? throw new CommandException("\"text\" is null"));
}
