using System.CommandLine;
using Aha.Cli.Chat;
using Aha.Generation;
using Aha.Models.Checkpoints;
using Aha.Tasks;
using Aha.Templates;
using Aha.Tokenization;

namespace Aha.Cli.Commands;

/// <summary><c>aha chat</c>: a conversation in the terminal, or with the lines of a pipe.</summary>
internal static class ChatCommand
{
    public const string Name = "chat";

    // Of a conversation; only the memory estimate asks.
    private const int UsualPositions = 4096;

    public static Command Create()
    {
        Option<string> model = CommonOptions.Model();
        var system = new Option<string?>("--system") { Description = "the system message; without it the model's template decides", HelpName = "TEXT" };
        // What the paper samples with: at temperature 1 a small model's conversation falls apart.
        Option<double> temperature = CommonOptions.Temperature(0.6);
        Option<double> topP = CommonOptions.TopP(0.95);
        Option<int> topK = CommonOptions.TopK();
        var tokens = new Option<int>("--max-new-tokens") { Description = "longest answer in tokens", DefaultValueFactory = _ => 1024 };
        Option<long> seed = CommonOptions.Seed();
        var template = new Option<string?>("--template")
        {
            Description = "chat (the model's own), nano, r1-zero, or a text with {prompt}; without it the model's own, or nano for a model of the nano vocabulary", HelpName = "TEMPLATE",
        };
        var command = new Command(
            Name,
            "A conversation. Thinking is shown dimmed; /help lists the commands. From a pipe every line is a turn of the user, and the answers alone go to stdout."
            + "\n\nExample:\n  aha chat --model models/smollm2 --temperature 0.7\n  echo \"What is the capital of France?\" | aha chat --model models/smollm2 --temperature 0")
        {
            model, system, temperature, topP, topK, tokens, seed, template,
        };
        command.SetAction((parsed, _) => Task.Run(
            () =>
            {
                string folder = parsed.GetValue(model)!;
                ITokenizer tokenizer = ModelTokenizer.Load(folder);
                string? words = parsed.GetValue(system);
                IConversation conversation = Begin(folder, tokenizer, parsed.GetValue(template), words);
                var sampling = new SamplingOptions
                {
                    Temperature = (float)parsed.GetValue(temperature), TopP = (float)parsed.GetValue(topP), TopK = parsed.GetValue(topK), MaxNewTokens = parsed.GetValue(tokens),
                    StopTokens = tokenizer.EndIds,
                };
                using RolloutEngine engine = InferenceModel.Open(folder, UsualPositions, sequences: 1);
                var session = new ChatSession(
                    engine, tokenizer, conversation, words, sampling, Seeds.Derive(parsed.GetValue(seed)), Console.Out, Console.Error,
                    dims: !Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")));
                try
                {
                    Talk(session, Console.In, interactive: !Console.IsInputRedirected);
                }
                catch (ArgumentException e)
                {
                    throw new CommandException(e.Message);
                }

                return 0;
            },
            CancellationToken.None));
        return command;
    }

    private static IConversation Begin(string folder, ITokenizer tokenizer, string? named, string? system)
    {
        ChatTemplate? own = ModelChatTemplate.TryLoad(folder);
        string name = named ?? (own is not null ? PromptRenderers.Chat : tokenizer is WordTokenizer ? "nano" : throw new CommandException(
            $"{folder} has no chat template: take a model that was tuned to chat, or say with --template how it is asked, for example --template \"Question: {{prompt}} Answer:\""));
        PromptRenderers.Check(name, system);
        return name != PromptRenderers.Chat ? new PlainConversation(tokenizer, PromptTemplate.Named(name))
            : new TemplateConversation(tokenizer, own ?? throw new CommandException($"{folder} has no chat template of its own; name another with --template"), system);
    }

    private static void Talk(ChatSession session, TextReader input, bool interactive)
    {
        CancellationTokenSource? answering = null;
        // While an answer comes, Ctrl-C stops it; otherwise, and the second time, it ends the process as ever.
        void OnCancel(object? sender, ConsoleCancelEventArgs e)
        {
            if (Volatile.Read(ref answering) is { IsCancellationRequested: false } current)
            {
                e.Cancel = true;
                current.Cancel();
            }
        }

        Console.CancelKeyPress += OnCancel;
        try
        {
            if (interactive)
            {
                Console.Error.WriteLine("/help lists the commands");
            }

            while (true)
            {
                if (interactive)
                {
                    Console.Error.Write("> ");
                }

                if (input.ReadLine() is not { } line)
                {
                    break;
                }

                using var stop = new CancellationTokenSource();
                Volatile.Write(ref answering, stop);
                bool more = session.Take(line, stop.Token);
                Volatile.Write(ref answering, null);
                if (!more)
                {
                    break;
                }
            }
        }
        finally
        {
            Console.CancelKeyPress -= OnCancel;
        }
    }
}
