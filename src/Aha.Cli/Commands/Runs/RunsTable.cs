using System.Globalization;
using Aha.Cli.Terminal;
using Aha.Runs;
using Spectre.Console;
using LiveDisplay = Aha.Cli.Terminal.LiveDisplay;

namespace Aha.Cli.Commands.Runs;

/// <summary>Runs as people read them: cells and tables.</summary>
internal static class RunsTable
{
    /// <summary>What is shown of an evaluation; <c>cons@</c> stands for the majority vote over however many samples were taken.</summary>
    public static IReadOnlyList<string> Columns { get; } = ["pass@1", "cons@", "format", "length", "reflection"];

    // Of runs that have them: two languages, general prompts.
    private static readonly string[] s_more = ["language_consistency", "general/gold", "general/format"];

    /// <summary><see cref="Columns"/>, and what else there is among these metrics' names.</summary>
    public static string[] ColumnsOf(IEnumerable<string> names)
    {
        HashSet<string> known = [.. names];
        return [.. Columns, .. s_more.Where(known.Contains)];
    }

    public static Table Create(params IEnumerable<string> columns)
    {
        var table = new Table().Border(TableBorder.Minimal);
        foreach (string column in columns)
        {
            table.AddColumn(new TableColumn(Markup.Escape(column)).NoWrap());
        }

        return table;
    }

    public static void Row(Table table, params IEnumerable<string> cells) => table.AddRow([.. cells.Select(cell => new Text(LiveDisplay.Printable(cell)))]);

    public static void Print(Table table) => Tables.Console().Write(table);

    /// <summary>A cell a column.</summary>
    public static IEnumerable<string> Cells(IReadOnlyDictionary<string, double>? metrics, IEnumerable<string> columns) => columns.Select(name => Cell(metrics, name));

    /// <summary>The metric that a column shows; null where there is none.</summary>
    public static string? KeyOf(IEnumerable<string> names, string column) =>
        names.FirstOrDefault(name => column.EndsWith('@') ? name.StartsWith(column, StringComparison.Ordinal) : name == column);

    /// <summary>A metric, with its standard error where there is one, or <c>-</c>.</summary>
    public static string Cell(IReadOnlyDictionary<string, double>? metrics, string name)
    {
        string? key = KeyOf(metrics?.Keys ?? [], name);
        return key is null ? "-" : Number(name, metrics![key]) + (metrics.TryGetValue(key + "_se", out double error) ? $" ± {Number(name, error)}" : "");
    }

    public static string Number(string metric, double value) => value.ToString(metric == "length" ? "F1" : "F3", CultureInfo.InvariantCulture);

    public static string Whole(long value) => value.ToString(CultureInfo.InvariantCulture);

    public static string Time(double seconds) => Wording.Time(TimeSpan.FromSeconds(seconds));

    public static string State(RunStatus status)
    {
        string at = status.Open is not { } stage ? "" : stage.Steps > 0 ? $", {stage.Name} {status.Step}/{stage.Steps}" : $", {stage.Name}";
        return status.State.ToString().ToLowerInvariant() + at;
    }

    /// <summary>How long ago, in the largest unit that counts more than one.</summary>
    public static string Age(TimeSpan age) => age switch
    {
        { TotalDays: >= 2 } => $"{(long)age.TotalDays} days ago",
        { TotalHours: >= 2 } => $"{(long)age.TotalHours} h ago",
        { TotalMinutes: >= 2 } => $"{(long)age.TotalMinutes} min ago",
        _ => "just now",
    };
}
