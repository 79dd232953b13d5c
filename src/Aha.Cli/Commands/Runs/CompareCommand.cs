using System.CommandLine;
using System.Text.Json;
using Aha.Pipeline.Comparing;
using Aha.Runs;
using Spectre.Console;

namespace Aha.Cli.Commands.Runs;

/// <summary><c>aha runs compare</c>: last results side by side, their spread over seeds, and in what the runs differ.</summary>
internal static class CompareCommand
{
    public static Command Create()
    {
        var folders = new Argument<string[]>("run") { Description = "run folders", Arity = ArgumentArity.OneOrMore };
        Option<bool> json = CommonOptions.Json();
        var command = new Command(
            "compare",
            "Compares the last results of runs: mean and standard deviation over runs that differ in nothing but the seed, and every setting in which the runs differ.\n\nExample:\n  aha runs compare runs/nano runs/nano-seed2")
        {
            folders, json,
        };
        command.SetAction(parsed =>
        {
            RunData[] runs = [.. parsed.GetValue(folders)!.Select(RunReader.Load)];
            RunComparison comparison = RunComparison.Of(runs);
            if (parsed.GetValue(json))
            {
                var compared = new ComparedRuns(
                    [.. runs.Select(ListCommand.Describe)],
                    [.. comparison.Groups.Select(g => new ComparedGroup(g.Recipe, [.. g.Runs.Select(run => run.Folder)], [.. g.Runs.Select(run => run.Run.Seed)], g.Metrics))],
                    comparison.Differences);
                Console.Out.Write(JsonSerializer.Serialize(compared, RunsJson.Lines.ComparedRuns) + "\n");
            }
            else
            {
                PrintResults(comparison);
                PrintDifferences(runs, comparison);
            }

            return 0;
        });
        return command;
    }

    private static void PrintResults(RunComparison comparison)
    {
        Table table = RunsTable.Create(["run", "seed", "state", "results of", "before: pass@1", .. RunsTable.Columns, "time"]);
        foreach (RunGroup group in comparison.Groups)
        {
            foreach (RunData run in group.Runs)
            {
                RunStatus status = RunStatus.Of(run);
                LastResults? last = LastResults.Of(run);
                RunsTable.Row(table,
                [
                    Path.GetFileName(run.Folder), RunsTable.Whole(run.Run.Seed), RunsTable.State(status), last?.Stage ?? "-", RunsTable.Cell(last?.Metrics, "before/pass@1"),
                    .. RunsTable.Cells(last?.Metrics), RunsTable.Time(status.Seconds),
                ]);
            }

            if (group.Runs.Count > 1)
            {
                RunsTable.Row(table, [$"mean ± s.d. of {group.Runs.Count}", "", group.Recipe, "", Cell(group, "before/pass@1"), .. RunsTable.Columns.Select(name => Cell(group, name)), ""]);
            }

            table.AddEmptyRow();
        }

        RunsTable.Print(table);
    }

    private static string Cell(RunGroup group, string name)
    {
        string? key = group.Metrics.Keys.FirstOrDefault(key => name.EndsWith('@') ? key.StartsWith(name, StringComparison.Ordinal) : key == name);
        return key is null ? "-" : $"{RunsTable.Number(name, group.Metrics[key].Mean)} ± {RunsTable.Number(name, group.Metrics[key].Deviation)}";
    }

    private static void PrintDifferences(RunData[] runs, RunComparison comparison)
    {
        if (comparison.Differences.Count == 0)
        {
            return;
        }

        Table table = RunsTable.Create(["differs", .. runs.Select(run => Path.GetFileName(run.Folder))]);
        foreach (SettingDifference difference in comparison.Differences)
        {
            RunsTable.Row(table, [difference.Key, .. difference.Values.Select(value => value ?? "-")]);
        }

        RunsTable.Print(table);
    }
}
