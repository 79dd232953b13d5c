using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Aha.Pipeline.Running;

namespace Aha.Cli.Commands;

/// <summary><c>aha eval</c>: a model on held-out problems of a task, or on a file.</summary>
internal static class EvalCommand
{
    public static Command Create()
    {
        Option<string> model = CommonOptions.Model();
        var benchmark = new Option<string>("--benchmark")
        {
            Description = "countdown-3, countdown-4, arithmetic (held-out problems of these tasks), or a JSONL file of problems", DefaultValueFactory = _ => "countdown-3", HelpName = "NAME-or-FILE",
        };
        var samples = new Option<int>("--samples") { Description = "samples a problem; cons@K and pass@K use all of them", DefaultValueFactory = _ => 16 };
        var limit = new Option<int>("--problems") { Description = "at most this many problems; 0 takes all" };
        var wording = new Option<string>("--wording") { Description = "countdown questions in words of the nano vocabulary, or as an English sentence: nano, natural", DefaultValueFactory = _ => "nano" };
        Option<double> temperature = CommonOptions.Temperature();
        Option<double> topP = CommonOptions.TopP();
        Option<int> tokens = CommonOptions.MaxNewTokens();
        Option<long> seed = CommonOptions.Seed();
        Option<string> template = CommonOptions.Template();
        Option<string?> system = CommonOptions.SystemPrompt();
        Option<bool> json = CommonOptions.Json();
        var output = new Option<string?>("--output") { Description = "where the samples and the report go (default: runs/eval)", HelpName = "DIR" };
        var command = new Command(
            "eval",
            "Evaluates a model: pass@1 as the mean of K samples a problem, cons@K, pass@K. Every sample is stored.\n\nExample:\n  aha eval --model runs/nano/stages/r1-zero/model --benchmark game24.jsonl --samples 16")
        {
            model, benchmark, samples, limit, wording, temperature, topP, tokens, seed, template, system, output, json,
        };
        command.SetAction((parsed, cancel) =>
        {
            CultureInfo culture = CultureInfo.InvariantCulture;
            string name = parsed.GetValue(benchmark)!;
            bool isFile = name.Contains('.', StringComparison.Ordinal) || File.Exists(name);
            string task = name switch
            {
                "countdown-3" => "kind: countdown, numbers: 3",
                "countdown-4" => "kind: countdown, numbers: 4",
                "arithmetic" => "kind: arithmetic, numbers: 4",
                _ when isFile => "kind: countdown",
                _ => throw new CommandException($"unknown benchmark '{name}': use countdown-3, countdown-4, arithmetic, or a JSONL file"),
            };
            if (isFile && !File.Exists(name))
            {
                throw new CommandException($"the benchmark file {name} does not exist");
            }

            var yaml = new StringBuilder();
            yaml.Append(culture, $"name: eval\nseed: {parsed.GetValue(seed)}\ntemplate: \"{parsed.GetValue(template)}\"\n");
            if (parsed.GetValue(system) is { } words)
            {
                yaml.Append("system_prompt: ").Append(JsonSerializer.Serialize(words)).Append('\n');
            }

            yaml.Append(culture, $"task: {{ {task}, wording: {parsed.GetValue(wording)} }}\nmodel: {{ load: \"{Path.GetFullPath(parsed.GetValue(model)!)}\" }}\n");
            yaml.Append(culture, $"evaluation: {{ problems: {parsed.GetValue(limit)}, samples: {parsed.GetValue(samples)}, temperature: {parsed.GetValue(temperature)}, top_p: {parsed.GetValue(topP)}, max_new_tokens: {parsed.GetValue(tokens)} }}\n");
            yaml.Append("stages:\n  - name: eval\n    kind: eval\n");
            if (isFile)
            {
                yaml.Append($"    benchmark: \"{Path.GetFullPath(name)}\"\n");
            }

            string commandLine = string.Join(' ', (string[])["aha", .. parsed.Tokens.Select(t => t.Value)]);
            return Execution.RunAsync(new RecipeSource(yaml.ToString(), "aha eval", Environment.CurrentDirectory, []), parsed.GetValue(output), commandLine, parsed.GetValue(json), cancel);
        });
        return command;
    }
}
