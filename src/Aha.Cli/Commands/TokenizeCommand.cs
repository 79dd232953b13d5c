using System.CommandLine;
using System.Text.Json;
using Aha.Models.Checkpoints;
using Aha.Tokenization;

namespace Aha.Cli.Commands;

/// <summary><c>aha tokenize</c>: texts to token ids, and back.</summary>
internal static class TokenizeCommand
{
    public static Command Create()
    {
        var model = new Option<string>("--model") { Description = "a folder with tokenizer.json, or a GGUF file", Required = true, HelpName = "DIR" };
        Option<string> input = JsonRows.Input();
        var special = new Option<bool>("--special") { Description = "add what the tokenizer's file puts around a text, such as a begin token" };
        var parseSpecial = new Option<bool>("--parse-special") { Description = "let special tokens written in the text count as such" };
        var decode = new Option<bool>("--decode") { Description = "the other way: {\"ids\"} to {\"text\"}, special tokens included" };
        var skipSpecial = new Option<bool>("--skip-special") { Description = "with --decode: leave special tokens out of the text" };
        var json = CommonOptions.Json();
        var command = new Command(
            "tokenize",
            "Token ids of texts: a line {\"text\"} in, a line {\"ids\"} out.\n\nExample:\n  echo '{\"text\": \"Hello, world!\"}' | aha tokenize --model MODEL --input -")
        {
            model, input, special, parseSpecial, decode, skipSpecial, json,
        };
        command.SetAction((parsed, cancel) => Task.Run(
            () =>
            {
                ITokenizer tokenizer = ModelTokenizer.Load(parsed.GetValue(model)!);
                bool keepSpecial = !parsed.GetValue(skipSpecial);
                (bool parse, bool add) = (parsed.GetValue(parseSpecial), parsed.GetValue(special));
                JsonRows.Transform(
                    parsed.GetValue(input)!,
                    parsed.GetValue(decode) ? (row, writer) => Decode(tokenizer, row, !keepSpecial, writer) : (row, writer) => Encode(tokenizer, row, parse, add, writer),
                    cancel);
                return 0;
            },
            CancellationToken.None));
        return command;
    }

    private static void Encode(ITokenizer tokenizer, JsonElement row, bool parseSpecial, bool addSpecial, Utf8JsonWriter writer)
    {
        string text = JsonRows.Required(row, "text").GetString() ?? throw new CommandException("\"text\" is null");
        writer.WriteStartArray("ids");
        foreach (int id in tokenizer.Encode(text, parseSpecial, addSpecial))
        {
            writer.WriteNumberValue(id);
        }

        writer.WriteEndArray();
    }

    private static void Decode(ITokenizer tokenizer, JsonElement row, bool skipSpecial, Utf8JsonWriter writer)
    {
        int[] ids = [.. JsonRows.Required(row, "ids").EnumerateArray().Select(id => id.GetInt32())];
        foreach (int id in ids)
        {
            if (id < 0 || id >= tokenizer.VocabularySize)
            {
                throw new CommandException($"the id {id} is outside the vocabulary of {tokenizer.VocabularySize} ids");
            }
        }

        writer.WriteString("text", tokenizer.Decode(ids, skipSpecial));
    }
}
