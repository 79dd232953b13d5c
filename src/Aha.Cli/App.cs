using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Aha.Cli.Commands;
using Aha.Cli.Commands.Runs;
using Aha.Data;
using Aha.Hub;
using Aha.Models;
using Aha.Pipeline.Recipes;
using Aha.Pipeline.Running;
using Aha.Runs;
using Aha.Tasks;
using Aha.Templates;
using Aha.Tensors;
using Aha.Tokenization;
using Aha.Training;
using Aha.Training.Checkpoints;

namespace Aha.Cli;

/// <summary>
/// The <c>aha</c> command. Results go to stdout, progress and errors to stderr. Exit codes: 0 done, 1 a run failed, 2 bad input, 130 stopped by
/// Ctrl-C.
/// </summary>
internal static class App
{
    private const int RunFailed = 1;
    private const int BadInput = 2;
    private const int Stopped = 130;

    // Saving a checkpoint after Ctrl-C must not be cut short; a second Ctrl-C still ends the process.
    private static readonly TimeSpan s_savingTime = TimeSpan.FromMinutes(2);

    public static async Task<int> RunAsync(string[] args)
    {
        // Numbers are read and written alike everywhere.
        CultureInfo.CurrentCulture = CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;
        var root = new RootCommand("Aha: DeepSeek-R1's recipe, end to end, in C#. It trains a language model to reason by reinforcement learning with verifiable rewards.")
        {
            RunCommand.Create(),
            StageCommand.Create("pretrain", "Trains a base model from scratch on the generated countdown corpus.", "--steps 2000 --output runs/base"),
            StageCommand.Create("sft", "Supervised fine-tuning on conversations; the loss is on the assistant's tokens only.", "--model runs/nano/stages/base/model --data runs/sample/stages/sample/data.jsonl --epochs 2"),
            StageCommand.Create("grpo", "Reinforcement learning with verifiable rewards, from a model folder.", "--model runs/nano/stages/base/model --steps 50"),
            StageCommand.Create("sample", "Rejection sampling: several answers a problem, of which the verified and readable ones are kept as conversations.", "--model runs/nano/stages/r1-zero/model --samples 8 --format think_answer"),
            StageCommand.Create("reward-model", "Trains a reward model: helpfulness from pairs of responses, safety from labelled ones.", "--model runs/nano/stages/base/model --data pairs.jsonl --objective pairwise"),
            StageCommand.Create("distill", "A teacher's verified answers, then supervised fine-tuning of a student on them.", "--model runs/small/stages/base/model --teacher runs/nano/stages/r1-zero/model --sampling-samples 4"),
            EvalCommand.Create(),
            GenerateCommand.Create(),
            ChatCommand.Create(),
            LogProbsCommand.Create(),
            TokenizeCommand.Create(),
            ConvertCommand.Create(),
            TokenizerCommand.Create(),
            TemplateCommand.Create(),
            GradeCommand.Create(),
            RatingCommand.Create(),
            TasksCommand.Create(),
            PullCommand.Create(),
            ReportCommand.Create(),
            RunsCommand.Create(),
            BenchCommand.Create(),
        };
        ParseResult parsed = root.Parse(args);
        ShortenList(parsed.CommandResult.Command);
        if (parsed.Errors.Count > 0)
        {
            string mistake = parsed.UnmatchedTokens.Count > 0 ? $"there is no command, option or argument '{parsed.UnmatchedTokens[0]}'" : parsed.Errors[0].Message;
            return Fail(BadInput, $"{mistake} ('{Name(parsed.CommandResult)} --help' shows the options)");
        }

        try
        {
            // In a conversation Ctrl-C means the answer, and the command listens to it itself.
            TimeSpan? saving = parsed.CommandResult.Command.Name == ChatCommand.Name ? null : s_savingTime;
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = saving });
        }
        catch (OperationCanceledException e)
        {
            return Fail(Stopped, e is RunStoppedException ? e.Message : "stopped");
        }
        catch (Exception e) when (Explain(e) is { } known)
        {
            return Fail(known.Code, known.Message);
        }
    }

    // A list of commands is read faster without their examples, which each command's own help shows.
    private static void ShortenList(Command command)
    {
        foreach (Command sub in command.Subcommands)
        {
            sub.Description = sub.Description?.Split("\n\n", 2)[0];
        }
    }

    // Every exception a user can cause is one of the named ones; anything else is a bug and keeps its stack trace.
    private static (int Code, string Message)? Explain(Exception e) => e switch
    {
        RecipeException or TaskException or TokenizationException or ModelFormatException or RunFolderException or DataFileException => (BadInput, e.Message),
        CommandException or TemplateException => (BadInput, e.Message),
        HubTransferException => (RunFailed, e.Message),
        HubException => (BadInput, e.Message),
        RunException or TrainingDivergedException or CheckpointException or NativeRuntimeException => (RunFailed, e.Message),
        TypeInitializationException { InnerException: { } inner } => Explain(inner),
        AggregateException { InnerException: { } inner } => Explain(inner),
        _ => null,
    };

    private static int Fail(int code, string message)
    {
        Console.Error.WriteLine($"aha: {message}");
        return code;
    }

    private static string Name(SymbolResult result)
    {
        var names = new List<string>();
        for (SymbolResult? at = result; at is not null; at = at.Parent)
        {
            if (at is CommandResult { Command: not RootCommand } command)
            {
                names.Insert(0, command.Command.Name);
            }
        }

        return string.Join(' ', names.Prepend("aha"));
    }
}
