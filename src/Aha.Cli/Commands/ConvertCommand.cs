using System.CommandLine;
using System.Text.Json;
using Aha.Cli.Terminal;
using Aha.Models.Checkpoints;
using Aha.Models.Checkpoints.Gguf;

namespace Aha.Cli.Commands;

/// <summary><c>aha convert</c>: a model from one format into another.</summary>
internal static class ConvertCommand
{
    private const string Gguf = "gguf";
    private const string Safetensors = "safetensors";

    public static Command Create()
    {
        var from = new Option<string>("--from") { Description = "a model folder, or a GGUF file", Required = true, HelpName = "DIR|FILE" };
        var to = new Option<string>("--to") { Description = "a folder for safetensors; for GGUF a file, or a folder that gets model.gguf", Required = true, HelpName = "PATH" };
        var format = new Option<string?>("--format") { Description = "safetensors or gguf (default: gguf where --to ends in .gguf)", HelpName = "FORMAT" };
        format.AcceptOnlyFromAmong(Safetensors, Gguf);
        var type = new Option<string?>("--dtype")
        {
            Description = $"how matrices are stored: {Names(GgufModelFile.Types)} in GGUF, {Names(Enum.GetValues<SafetensorsType>())} in safetensors (default: as most of the source is, "
                + "f32 where the format lacks that type)",
            HelpName = "TYPE",
        };
        Option<bool> json = CommonOptions.Json();
        var command = new Command(
            "convert",
            "Writes a model, its tokenizer and chat template included, in another format or element type. What llama.cpp needs is in the GGUF file; what "
            + "transformers needs is in the folder.\n\nExample:\n  aha convert --from runs/nano/stages/r1-zero/model --to nano.gguf --dtype f16\n"
            + "  aha convert --from SmolLM2-135M-Instruct.Q4_1.gguf --to smollm2 --format safetensors --dtype bf16")
        {
            from, to, format, type, json,
        };
        command.SetAction((parsed, cancel) => Task.Run(
            () =>
            {
                string source = parsed.GetValue(from)!, target = parsed.GetValue(to)!;
                bool gguf = (parsed.GetValue(format) ?? (target.EndsWith(GgufFile.Extension, StringComparison.OrdinalIgnoreCase) ? Gguf : Safetensors)) == Gguf;
                if (gguf && (Directory.Exists(target) || Path.EndsInDirectorySeparator(target)))
                {
                    target = Path.Combine(target, "model" + GgufFile.Extension);
                }

                if (Path.GetFullPath(Path.TrimEndingDirectorySeparator(target)) == Path.GetFullPath(Path.TrimEndingDirectorySeparator(source)))
                {
                    throw new CommandException($"--to {target} is --from: the source would be written over");
                }

                Convert(source, target, gguf, parsed.GetValue(type), cancel);
                Console.Out.WriteLine(parsed.GetValue(json) ? JsonSerializer.Serialize(new { path = target, format = gguf ? Gguf : Safetensors }) : target);
                return 0;
            },
            CancellationToken.None));
        return command;
    }

    private static void Convert(string source, string target, bool gguf, string? type, CancellationToken cancel)
    {
        var progress = new ProgressLine(Console.Error, !Console.IsErrorRedirected, TimeProvider.System, ProgressLine.Bytes);
        void Report(long done, long total)
        {
            cancel.ThrowIfCancellationRequested();
            progress.Report(done, total);
        }

        try
        {
            if (gguf)
            {
                ModelConversion.ToGguf(source, target, Parse(type, GgufModelFile.Types), Console.Error.WriteLine, Report);
            }
            else
            {
                ModelConversion.ToFolder(source, target, Parse(type, Enum.GetValues<SafetensorsType>()), Console.Error.WriteLine, Report);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"{target} cannot be written: {e.Message}");
        }
        finally
        {
            progress.Finish();
        }
    }

    private static T? Parse<T>(string? name, IReadOnlyList<T> known) where T : struct, Enum
    {
        if (name is null)
        {
            return null;
        }

        foreach (T type in known)
        {
            if (type.ToString().Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return type;
            }
        }

        throw new CommandException($"--dtype {name} is not written in this format; it takes {Names(known)}");
    }

    private static string Names<T>(IReadOnlyList<T> types) where T : struct, Enum => string.Join(", ", types.Select(type => type.ToString().ToLowerInvariant()));
}
