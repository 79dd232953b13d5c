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
            "Compares the last results of runs: mean and standard deviation over runs that differ in nothing but the seed, stage by stage, and every setting in which the runs differ.\n\nExample:\n  aha runs compare runs/nano runs/nano-seed2")
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
                    [.. comparison.Groups.Select(g => new ComparedGroup(g.Recipe, [.. g.Runs.Select(run => run.Folder)], [.. g.Runs.Select(run => run.Run.Seed)], g.Metrics, g.Stages))],
                    comparison.Differences);
                Console.Out.Write(JsonSerializer.Serialize(compared, RunsJson.Lines.ComparedRuns) + "\n");
            }
            else
            {
                PrintResults(comparison);
                PrintStages(comparison);
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
                    .. RunsTable.Cells(last?.Metrics, RunsTable.Columns), RunsTable.Time(status.Seconds),
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

    // Of recipes of several stages, what each stage came to, every group in turn.
    private static void PrintStages(RunComparison comparison)
    {
        if (comparison.Groups.All(group => group.Stages.Count < 2))
        {
            return;
        }

        string[] columns = RunsTable.ColumnsOf(comparison.Groups.SelectMany(group => group.Stages).SelectMany(stage => stage.Metrics.Keys));
        Table table = RunsTable.Create(["stage", "kind", "runs", .. columns, "time"]);
        string[] stages = [.. comparison.Groups.SelectMany(group => group.Stages).Select(stage => stage.Stage).Distinct()];
        foreach (string name in stages)
        {
            foreach (RunGroup group in comparison.Groups)
            {
                if (group.Stages.FirstOrDefault(stage => stage.Stage == name) is { } stage)
                {
                    string runs = group.Runs.Count == 1 ? Path.GetFileName(group.Runs[0].Folder) : $"{group.Runs.Count} of {group.Recipe}";
                    RunsTable.Row(table, [stage.Stage, stage.Kind, runs, .. columns.Select(column => Cell(stage.Metrics, column)), RunsTable.Time(stage.Seconds.Mean)]);
                }
            }
        }

        RunsTable.Print(table);
    }

    private static string Cell(RunGroup group, string name) => Cell(group.Metrics, name);

    private static string Cell(IReadOnlyDictionary<string, Spread> metrics, string name)
    {
        string? key = RunsTable.KeyOf(metrics.Keys, name);
        return key is null ? "-" : RunsTable.Number(name, metrics[key].Mean) + (metrics[key].Runs > 1 ? $" ± {RunsTable.Number(name, metrics[key].Deviation)}" : "");
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
