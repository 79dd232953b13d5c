using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Aha.Bench;

/// <summary>
/// Two builds of the <c>aha</c> command in one run: each measures itself (<c>aha bench</c>) in a process of its own, in turn, so that what else the machine does meets both alike. Best
/// against best of all rounds.
/// </summary>
internal static class PreviousBenchmark
{
    public static int Run(BenchArguments arguments)
    {
        string before = arguments.Get("before", ""), after = arguments.Get("after", "");
        var models = arguments.List("models", ["N", "M"]);
        var kinds = arguments.List("work", ["decode", "prefill", "train"]);
        int rounds = arguments.Get("rounds", 3), repeats = arguments.Get("repeats", 3);
        arguments.RefuseOthers();
        foreach ((string name, string path) in (ReadOnlySpan<(string, string)>)[("before", before), ("after", after)])
            if (!File.Exists(path)) throw new ArgumentException($"--{name}: '{path}' is no file; it must be an aha.dll (bench/previous.sh builds both).");

        string[] work = [.. models.SelectMany(m => (string[])["--model", m]), .. kinds.SelectMany(k => (string[])["--only", k]), "--repeats", repeats.ToString(CultureInfo.InvariantCulture)];
        var best = new Dictionary<string, (double Before, double After)>();
        for (int round = 0; round < rounds; round++)
        {
            // The first of a pair finds the processor cooler: they swap places.
            bool swapped = round % 2 == 1;
            Dictionary<string, double> first = Measure(swapped ? after : before, work), second = Measure(swapped ? before : after, work);
            (Dictionary<string, double> old, Dictionary<string, double> now) = swapped ? (second, first) : (first, second);
            foreach (string key in old.Keys.Intersect(now.Keys))
            {
                (double Before, double After) so = best.GetValueOrDefault(key);
                best[key] = (Math.Max(so.Before, old[key]), Math.Max(so.After, now[key]));
            }
        }

        Console.WriteLine("| work | before | after | after / before |\n|---|---|---|---|");
        foreach ((string key, (double old, double now)) in best)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {key[..key.LastIndexOf('/')]} | {old:N0} tokens/s | {now:N0} | {now / old:F2} |"));
        return 0;
    }

    /// <summary>A build's speeds by their keys; its shares and seconds are left out.</summary>
    private static Dictionary<string, double> Measure(string path, string[] work)
    {
        using Process process = Process.Start(new ProcessStartInfo("dotnet", [path, "bench", .. work, "--json"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0) throw new ArgumentException($"{path} bench ended with {process.ExitCode}: {errors.Result.TrimEnd()}");
        return JsonSerializer.Deserialize<Dictionary<string, double>>(output)!.Where(figure => figure.Key.EndsWith("/tokens_per_second", StringComparison.Ordinal)).ToDictionary();
    }
}
