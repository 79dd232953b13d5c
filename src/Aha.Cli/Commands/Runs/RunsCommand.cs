using System.CommandLine;

namespace Aha.Cli.Commands.Runs;

/// <summary><c>aha runs</c>: what was run, and what came of it.</summary>
internal static class RunsCommand
{
    public static Command Create() => new("runs", "Lists, shows, compares and exports runs.\n\nExample:\n  aha runs list")
    {
        ListCommand.Create(), ShowCommand.Create(), CompareCommand.Create(), ExportCommand.Create(),
    };
}
