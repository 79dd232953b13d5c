using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Aha.Benchmarks;
using Spectre.Console;

namespace Aha.Cli.Commands;

/// <summary><c>aha bench</c>: this machine's ceilings, and Aha's share of them.</summary>
internal static class BenchCommand
{
    public static Command Create()
    {
        var defaults = new BenchmarkOptions();
        var models = new Option<string[]>("--model")
        {
            Description = "N (0.7 million parameters), M (4.5 million), a model folder or a GGUF file; may be repeated", HelpName = "NAME-or-PATH", DefaultValueFactory = _ => [.. defaults.Models],
        };
        var kinds = new Option<string[]>("--only") { Description = $"measure only this: {string.Join(", ", BenchmarkSuite.Kinds)}; may be repeated", HelpName = "KIND" };
        var threads = new Option<int>("--threads") { Description = "threads", DefaultValueFactory = _ => defaults.Threads };
        var repeats = new Option<int>("--repeats") { Description = "counted repetitions of each figure; the best counts", DefaultValueFactory = _ => defaults.Repeats };
        var batches = new Option<int[]>("--batch") { Description = "sequences decoded side by side; may be repeated", DefaultValueFactory = _ => [.. defaults.Batches] };
        var json = CommonOptions.Json();
        var command = new Command(
            "bench",
            "Measures this machine (matrix products, memory) and Aha's share of what it allows: decoding, prefill, training, a whole step of reinforcement learning, verdicts, tokenizing.\n\n"
            + "Example:\n  aha bench --model N --only decode --only train")
        {
            models, kinds, threads, repeats, batches, json,
        };
        command.SetAction((parsed, cancel) =>
        {
            var options = new BenchmarkOptions
            {
                Models = parsed.GetValue(models)!, Kinds = parsed.GetValue(kinds) ?? [], Threads = parsed.GetValue(threads), Repeats = parsed.GetValue(repeats), Batches = parsed.GetValue(batches)!,
            };
            IReadOnlyList<BenchmarkFigure> figures = Measure(options, cancel);
            if (parsed.GetValue(json))
            {
                Console.WriteLine(Json(figures));
            }
            else
            {
                AnsiConsole.Write(Table(figures));
            }

            return Task.FromResult(0);
        });
        return command;
    }

    private static List<BenchmarkFigure> Measure(BenchmarkOptions options, CancellationToken cancel)
    {
        var figures = new List<BenchmarkFigure>();
        try
        {
            foreach (BenchmarkFigure figure in new BenchmarkSuite(options).Run(Console.Error.WriteLine, cancel))
            {
                figures.Add(figure);
            }
        }
        catch (ArgumentException e)
        {
            throw new CommandException(e.Message);
        }

        return figures;
    }

    /// <summary>One line: a number a key, shares beside what they are shares of.</summary>
    private static string Json(IEnumerable<BenchmarkFigure> figures)
    {
        var line = new JsonObject();
        foreach (BenchmarkFigure figure in figures)
        {
            line[figure.Key] = figure.Value;
            if (figure.Ceiling is { } ceiling)
            {
                line[figure.ShareKey] = ceiling.Share;
            }
        }

        return line.ToJsonString(new JsonSerializerOptions { WriteIndented = false });
    }

    private static Table Table(IEnumerable<BenchmarkFigure> figures)
    {
        if (Console.IsOutputRedirected)
        {
            AnsiConsole.Profile.Width = 160;
        }

        var table = new Table().Border(TableBorder.Minimal).AddColumns("model", "work", "best", "", "share of the limit", "limit");
        table.Columns[2].RightAligned();
        table.Columns[4].RightAligned();
        foreach (BenchmarkFigure figure in figures)
        {
            table.AddRow(
                Markup.Escape(figure.Subject), figure.What, Number(figure.Value), figure.Unit.Replace('_', ' '),
                figure.Ceiling is { } ceiling ? ceiling.Share.ToString("P0", CultureInfo.InvariantCulture) : "", figure.Ceiling?.Of ?? "");
        }

        return table;
    }

    private static string Number(double value) => value.ToString(value < 10 ? "F3" : value < 1000 ? "F1" : "N0", CultureInfo.InvariantCulture);
}
