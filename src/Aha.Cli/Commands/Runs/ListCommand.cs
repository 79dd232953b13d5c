using System.CommandLine;
using System.Text.Json;
using Aha.Runs;
using Spectre.Console;

namespace Aha.Cli.Commands.Runs;

/// <summary><c>aha runs list</c>: a line a run, the oldest first.</summary>
internal static class ListCommand
{
    public static Command Create()
    {
        var folder = new Option<string>("--runs") { Description = "the folder of run folders", DefaultValueFactory = _ => "runs", HelpName = "DIR" };
        Option<bool> json = CommonOptions.Json();
        var command = new Command("list", "Lists runs: whether they are done, how old they are, and their last results.\n\nExample:\n  aha runs list") { folder, json };
        command.SetAction(parsed =>
        {
            ListedRun[] runs = [.. Read(parsed.GetValue(folder)!)];
            if (parsed.GetValue(json))
            {
                foreach (ListedRun run in runs)
                {
                    Console.Out.Write(JsonSerializer.Serialize(run, RunsJson.Lines.ListedRun) + "\n");
                }
            }
            else
            {
                Print(runs, TimeProvider.System.GetUtcNow());
            }

            return 0;
        });
        return command;
    }

    /// <summary>What a list tells of a run.</summary>
    public static ListedRun Describe(RunData run)
    {
        RunStatus status = RunStatus.Of(run);
        LastResults? results = LastResults.Of(run);
        return new ListedRun(
            run.Folder, null, run.Run.Name, run.Run.Seed, status.State, run.Run.Started, status.Seconds, status.Open?.Name, status.Open is null ? null : status.Step, results?.Stage, results?.Metrics);
    }

    private static IEnumerable<ListedRun> Read(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new CommandException($"there is no folder {folder}; run a recipe first, or name another with --runs");
        }

        return Directory.GetDirectories(folder).Where(RunReader.IsRun).Order(StringComparer.Ordinal).Select(Listed).OrderBy(run => run.Started);
    }

    // One damaged run does not hide the others.
    private static ListedRun Listed(string folder)
    {
        try
        {
            return Describe(RunReader.Load(folder));
        }
        catch (RunFolderException e)
        {
            return new ListedRun(Path.GetFullPath(folder), Error: e.Message);
        }
    }

    private static void Print(IReadOnlyList<ListedRun> runs, DateTimeOffset now)
    {
        Table table = RunsTable.Create(["run", "seed", "state", "started", "time", "results of", .. RunsTable.Columns]);
        foreach (ListedRun run in runs.Where(run => run.Error is null))
        {
            string at = run.OpenStage is null ? "" : run.Step > 0 ? $", {run.OpenStage} at step {run.Step}" : $", {run.OpenStage}";
            RunsTable.Row(table,
            [
                Path.GetFileName(run.Run), RunsTable.Whole(run.Seed!.Value), run.State!.Value.ToString().ToLowerInvariant() + at, RunsTable.Age(now - run.Started!.Value),
                RunsTable.Time(run.Seconds!.Value), run.ResultsOf ?? "-", .. RunsTable.Cells(run.Metrics, RunsTable.Columns),
            ]);
        }

        RunsTable.Print(table);
        foreach (ListedRun run in runs.Where(run => run.Error is not null))
        {
            Console.Error.WriteLine($"aha: {run.Error}");
        }
    }
}
