using Aha.Cli.Terminal;
using Aha.Pipeline.Running;
using Aha.Runs;

namespace Aha.Cli.Commands;

/// <summary>Runs recipes with a display, however they came about.</summary>
internal static class Execution
{
    // Work runs on a thread of its own, so that Ctrl-C is heard while it lasts.
    public static Task<int> RunAsync(RecipeSource source, string? output, string commandLine, bool json, CancellationToken cancel) => Task.Run(
        () =>
        {
            using IRunDisplay display = RunDisplay.Create(json, TimeProvider.System);
            try
            {
                RunData data = RecipeRunner.Run(source, output, commandLine, display, TimeProvider.System, cancel);
                display.Finish(RunSummary.Of(data), RecipeRunner.ReportOf(data.Folder));
                return 0;
            }
            catch (OperationCanceledException e)
            {
                throw new RunStoppedException(commandLine, e);
            }
        },
        CancellationToken.None);
}
