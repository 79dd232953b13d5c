using System.Text.Json;
using Aha.Pipeline.Planning;
using Spectre.Console;

namespace Aha.Cli.Terminal;

/// <summary>What a run would do, as a table or as lines of JSON.</summary>
internal static class PlanTable
{
    public static void Write(DryRun plan, bool json)
    {
        if (json)
        {
            Console.Out.WriteLine($"{{\"plan\":{JsonSerializer.Serialize(plan)}}}");
            return;
        }

        IAnsiConsole console = Tables.Console();
        var table = new Table().Border(TableBorder.Minimal).AddColumns("stage", "kind", "from", "to do", "parameters", "time", "memory", "disk");
        foreach (PlannedStage stage in plan.Stages)
        {
            table.AddRow(
                Tables.Cells(stage.Name, stage.Kind, stage.From, stage.Action, $"{stage.Parameters:N0}", stage.Action == "done" ? "" : Wording.Time(TimeSpan.FromSeconds(stage.Seconds)),
                    Bytes.Show(stage.MemoryBytes), stage.DiskBytes == 0 ? "" : Bytes.Show(stage.DiskBytes)));
        }

        console.Write(table);
        foreach (PlannedStage stage in plan.Stages.Where(s => s.Why.Count > 0))
        {
            console.WriteLine($"{stage.Name} starts anew: {string.Join("; ", stage.Why)}");
        }

        console.WriteLine($"Run folder {plan.Run}: about {Wording.Time(TimeSpan.FromSeconds(plan.Stages.Sum(s => s.Seconds)))}, {Bytes.Show(plan.Stages.Max(s => s.MemoryBytes))} of memory, up to {Bytes.Show(plan.PeakDiskBytes)} of disk.");
        foreach (PlannedStage stage in plan.Stages.Where(s => s.MemoryBytes > plan.MachineMemoryBytes))
        {
            console.WriteLine($"{stage.Name} does not fit: this machine has {Bytes.Show(plan.MachineMemoryBytes)} of memory.");
        }

        console.WriteLine("Times follow from a short trial on this machine, completions taken to be half as long as they may be. Nothing was written.");
    }
}
