using System.CommandLine;
using System.Text;
using Aha.Runs;

namespace Aha.Cli.Commands.Runs;

/// <summary><c>aha runs export</c>: a run's records as plain lines.</summary>
internal static class ExportCommand
{
    public static Command Create()
    {
        var run = new Argument<string>("run") { Description = "a run folder" };
        Option<ExportTable> table = Choice<ExportTable>("--table", "what to write: metrics (a line a step), samples (a line a stored completion, every one of every evaluation), evaluations", required: true);
        Option<ExportFormat> format = Choice<ExportFormat>("--format", "jsonl or csv", required: false);
        var command = new Command("export", "Writes a run's records to standard output, a line each.\n\nExample:\n  aha runs export runs/nano --table samples --format csv > samples.csv") { run, table, format };
        command.SetAction(parsed =>
        {
            using var output = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
            RunExport.Write(parsed.GetValue(run)!, parsed.GetValue(table), parsed.GetValue(format), output);
            return 0;
        });
        return command;
    }

    private static Option<T> Choice<T>(string name, string description, bool required) where T : struct, Enum
    {
        string[] names = [.. Enum.GetNames<T>().Select(n => n.ToLowerInvariant())];
        var option = new Option<T>(name)
        {
            Description = description, Required = required, HelpName = string.Join('|', names),
            CustomParser = result =>
            {
                if (Enum.TryParse(result.Tokens[0].Value, ignoreCase: true, out T value) && names.Contains(result.Tokens[0].Value))
                {
                    return value;
                }

                result.AddError($"{name}: '{result.Tokens[0].Value}' is none of {string.Join(", ", names)}");
                return default;
            },
        };
        return option;
    }
}
