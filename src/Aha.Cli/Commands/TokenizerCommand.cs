using System.CommandLine;
using System.Text;
using System.Text.Json;
using Aha.Tokenization.Bpe;
using Aha.Tokenization.PreTokenization;
using Aha.Tokenization.Training;

namespace Aha.Cli.Commands;

/// <summary><c>aha tokenizer train</c>: a vocabulary of one's own.</summary>
internal static class TokenizerCommand
{
    public static Command Create() => new("tokenizer", "Makes tokenizers.") { Train() };

    private static Command Train()
    {
        var input = new Option<string[]>("--input")
        {
            Description = "text files, or JSONL files with a field \"text\"", Required = true, HelpName = "FILE", AllowMultipleArgumentsPerToken = true,
        };
        var size = new Option<int>("--vocabulary") { Description = "ids in all: special tokens, tags, 256 bytes, merges", Required = true, HelpName = "N" };
        var output = new Option<string>("--output") { Description = "the folder for tokenizer.json and tokenizer_config.json", Required = true, HelpName = "DIR" };
        var pattern = new Option<string>("--pattern") { Description = $"how text is cut into words: {string.Join(", ", PreTokenizers.All.Select(p => p.Name))}", DefaultValueFactory = _ => PreTokenizers.Qwen2.Name };
        var end = new Option<string>("--end-token") { Description = "the special token that ends a document", DefaultValueFactory = _ => "<|endoftext|>" };
        var begin = new Option<string?>("--begin-token") { Description = "a special token that begins every prompt (default: none)" };
        var special = new Option<string[]>("--special-token") { Description = "a further special token; may be given several times", DefaultValueFactory = _ => ["<|im_start|>", "<|im_end|>"] };
        var tag = new Option<string[]>("--tag") { Description = "a token found as it stands in any text and kept in decoded text, for example <think>; may be given several times", DefaultValueFactory = _ => [] };
        var minCount = new Option<int>("--min-count") { Description = "a pair must occur this often to be merged", DefaultValueFactory = _ => 2 };
        var command = new Command(
            "train",
            "Trains a byte-level BPE vocabulary on text; the result depends on the text alone.\n\nExample:\n  aha tokenizer train --input corpus.txt --vocabulary 8192 --output tokenizers/mine")
        {
            input, size, output, pattern, end, begin, special, tag, minCount,
        };
        command.SetAction((parsed, cancel) => Task.Run(
            () =>
            {
                string[] specials = [.. ((string?[])[parsed.GetValue(begin), parsed.GetValue(end), .. parsed.GetValue(special)!]).OfType<string>().Distinct()];
                BpeVocabulary vocabulary = BpeTrainer.Train(
                    parsed.GetValue(input)!.SelectMany(Documents),
                    new BpeTrainerOptions
                    {
                        VocabularySize = parsed.GetValue(size),
                        PreTokenizer = PreTokenizers.Named(parsed.GetValue(pattern)!),
                        SpecialTokens = specials,
                        Tags = parsed.GetValue(tag)!,
                        EndToken = parsed.GetValue(end)!,
                        BeginToken = parsed.GetValue(begin),
                        MinCount = parsed.GetValue(minCount),
                    },
                    cancel);
                string folder = parsed.GetValue(output)!;
                Save(new ByteLevelBpe(vocabulary), folder);
                if (vocabulary.Tokens.Count < parsed.GetValue(size))
                {
                    Console.Error.WriteLine($"aha: the text has no more pairs that occur {parsed.GetValue(minCount)} times: the vocabulary has {vocabulary.Tokens.Count} ids");
                }

                Console.Out.WriteLine($"{folder}: {vocabulary.Tokens.Count} ids, {vocabulary.Merges.Count} merges");
                return 0;
            },
            CancellationToken.None));
        return command;
    }

    private static void Save(ByteLevelBpe tokenizer, string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"{folder} cannot be made: {e.Message}");
        }

        tokenizer.Save(folder);
    }

    private static IEnumerable<string> Documents(string path)
    {
        using StreamReader reader = Open(path);
        IEnumerable<string> documents = path.EndsWith(".jsonl", StringComparison.Ordinal) ? Rows(reader, path) : TextChunks.Read(reader);
        using IEnumerator<string> each = documents.GetEnumerator();
        while (true)
        {
            try
            {
                if (!each.MoveNext())
                {
                    yield break;
                }
            }
            catch (Exception e) when (e is DecoderFallbackException or IOException)
            {
                throw new CommandException($"{path} is no UTF-8 text: {e.Message.ReplaceLineEndings(" ")}");
            }

            yield return each.Current;
        }
    }

    private static IEnumerable<string> Rows(StreamReader reader, string path)
    {
        for (long number = 1; reader.ReadLine() is { } line; number++)
        {
            string? text;
            try
            {
                using JsonDocument document = JsonDocument.Parse(line);
                text = JsonRows.Required(document.RootElement, "text").GetString();
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException or CommandException)
            {
                throw new CommandException($"{path}:{number}: {e.Message.ReplaceLineEndings(" ")}");
            }

            yield return text ?? throw new CommandException($"{path}:{number}: \"text\" is null");
        }
    }

    private static StreamReader Open(string path)
    {
        try
        {
            return new StreamReader(path, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"{path} cannot be read: {e.Message}");
        }
    }
}
