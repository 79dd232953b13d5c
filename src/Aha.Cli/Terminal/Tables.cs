using Spectre.Console;
using Spectre.Console.Rendering;

namespace Aha.Cli.Terminal;

/// <summary>Tables on standard output.</summary>
internal static class Tables
{
    /// <summary>Standard output; a pipe has no width, and wrapped cells would be of no use to what reads it.</summary>
    public static IAnsiConsole Console()
    {
        if (System.Console.IsOutputRedirected)
        {
            AnsiConsole.Profile.Width = 240;
        }

        return AnsiConsole.Console;
    }

    /// <summary>Cells of plain text: nothing in them is markup.</summary>
    public static IEnumerable<IRenderable> Cells(params IEnumerable<string> texts) => texts.Select(text => new Text(text));
}
