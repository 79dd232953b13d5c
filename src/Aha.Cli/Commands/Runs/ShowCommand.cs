using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Aha.Cli.Terminal;
using Aha.Runs;
using Spectre.Console;

namespace Aha.Cli.Commands.Runs;

/// <summary><c>aha runs show</c>: one run, all there is to know at a glance.</summary>
internal static class ShowCommand
{
    public static Command Create()
    {
        var runs = new Argument<string[]>("run") { Description = "run folders", Arity = ArgumentArity.OneOrMore };
        Option<bool> json = CommonOptions.Json();
        var command = new Command("show", "Shows what a run was made with, its stages, evaluations and checkpoints, and how to go on with it.\n\nExample:\n  aha runs show runs/nano") { runs, json };
        command.SetAction(parsed =>
        {
            foreach (string folder in parsed.GetValue(runs)!)
            {
                RunData run = RunReader.Load(folder);
                RunStatus status = RunStatus.Of(run);
                if (parsed.GetValue(json))
                {
                    var shown = new ShownRun(run.Folder, status.State, status.Open?.Name, status.Step, status.Seconds, run.Run, run.Stages, run.Evaluations, run.Checkpoints, Distillation.Of(run));
                    Console.Out.Write(JsonSerializer.Serialize(shown, RunsJson.Lines.ShownRun) + "\n");
                }
                else
                {
                    Print(run, status, TimeProvider.System.GetUtcNow());
                }
            }

            return 0;
        });
        return command;
    }

    private static void Print(RunData run, RunStatus status, DateTimeOffset now)
    {
        TextWriter output = Console.Out;
        output.WriteLine($"{run.Run.Name}, seed {run.Run.Seed}: {RunsTable.State(status)}; started {RunsTable.Age(now - run.Run.Started)}, {RunsTable.Time(status.Seconds)} of work");
        output.WriteLine($"  folder    {run.Folder}");
        output.WriteLine($"  command   {run.Run.Command}");
        output.WriteLine($"  changed   {(run.Run.Overrides.Count == 0 ? "nothing" : string.Join(", ", run.Run.Overrides))} (recipe: {RunFolder.RecipeFile})");
        output.WriteLine($"  versions  {string.Join(", ", run.Run.Versions.Select(version => $"{version.Key} {version.Value}"))}");
        output.WriteLine($"  machine   {string.Join(", ", run.Run.Machine.Select(fact => $"{fact.Key} {fact.Value}"))}");
        PrintStages(run, status);
        foreach (string line in DistillationTable.Lines(Distillation.Of(run)))
        {
            output.WriteLine("  " + line);
        }

        PrintEvaluations(run);
        PrintCheckpoints(run);
        if (status.State == RunState.Unfinished)
        {
            output.WriteLine($"to go on: {run.Run.Command}");
        }
    }

    private static void PrintStages(RunData run, RunStatus status)
    {
        string[] columns = RunsTable.ColumnsOf(run.Stages.SelectMany(stage => stage.Metrics.Keys));
        Table table = RunsTable.Create(["stage", "kind", "steps", "time", "loss", .. columns]);
        foreach (StageRecord stage in run.Run.Stages)
        {
            StageResult? result = run.Stages.FirstOrDefault(done => done.Name == stage.Name);
            string steps = stage.Steps == 0 ? "-" : result is null && stage.Name == status.Open?.Name ? $"{status.Step}/{stage.Steps}" : RunsTable.Whole(stage.Steps);
            string time = result is not null ? RunsTable.Time(result.Seconds) : stage.Name == status.Open?.Name ? status.State.ToString().ToLowerInvariant() : "to come";
            RunsTable.Row(table, [stage.Name, stage.Kind, steps, time, RunsTable.Cell(result?.Metrics, "loss"), .. RunsTable.Cells(result?.Metrics, columns)]);
        }

        RunsTable.Print(table);
    }

    private static void PrintEvaluations(RunData run)
    {
        if (run.Evaluations.Count == 0)
        {
            return;
        }

        string[] columns = [.. RunsTable.ColumnsOf(run.Evaluations.SelectMany(evaluation => evaluation.Metrics.Keys)), "truncated"];
        Table table = RunsTable.Create(["evaluated", "step", "benchmark", "problems", .. columns]);
        foreach (EvaluationRecord evaluation in run.Evaluations)
        {
            RunsTable.Row(table,
            [
                evaluation.Stage, RunsTable.Whole(evaluation.Step), evaluation.Benchmark, $"{evaluation.Problems} x {evaluation.Samples}",
                .. RunsTable.Cells(evaluation.Metrics, columns),
            ]);
        }

        RunsTable.Print(table);
    }

    // Each folder holds what was saved in it last.
    private static void PrintCheckpoints(RunData run)
    {
        CheckpointRecord[] present = [.. run.Checkpoints.GroupBy(saved => saved.Path).Select(folder => folder.Last()).Where(saved => Directory.Exists(Path.Combine(run.Folder, saved.Path)))];
        if (present.Length == 0)
        {
            return;
        }

        Table table = RunsTable.Create("saved", "step", "time", "size");
        foreach (CheckpointRecord saved in present)
        {
            RunsTable.Row(table, saved.Path, RunsTable.Whole(saved.Step), saved.Saved.ToString("u", CultureInfo.InvariantCulture), $"{(saved.Bytes / 1e6).ToString("N1", CultureInfo.InvariantCulture)} MB");
        }

        RunsTable.Print(table);
    }
}
