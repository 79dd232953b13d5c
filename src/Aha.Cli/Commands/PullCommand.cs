using System.CommandLine;
using System.Text.Json;
using Aha.Cli.Terminal;
using Aha.Hub;

namespace Aha.Cli.Commands;

/// <summary><c>aha pull</c>: a model or a data set from the hub.</summary>
internal static class PullCommand
{
    public static Command Create()
    {
        var name = new Argument<string>("repository") { Description = "owner/name of a model, datasets/owner/name of a data set, or the address of its page", HelpName = "REPO" };
        var dataset = new Option<bool>("--dataset") { Description = "the name is a data set's" };
        var revision = new Option<string>("--revision") { Description = "a branch, a tag or a commit", DefaultValueFactory = _ => "main" };
        var include = new Option<string[]>("--include") { Description = "only files that match this pattern, such as *.safetensors or data/; may be repeated", HelpName = "GLOB" };
        var exclude = new Option<string[]>("--exclude") { Description = "no files that match this pattern; may be repeated", HelpName = "GLOB" };
        var output = new Option<string?>("--output") { Description = $"where the files go (default: a folder for each commit below {HubCache.Root})", HelpName = "DIR" };
        var token = new Option<string?>("--token") { Description = "an account's token, for private and gated repositories (default: HF_TOKEN)" };
        var endpoint = new Option<string?>("--endpoint") { Description = $"another hub (default: HF_ENDPOINT, or {PullOptions.DefaultEndpoint})", HelpName = "URL" };
        var parallel = new Option<int>("--parallel") { Description = "files in transfer at a time", DefaultValueFactory = _ => 4 };
        Option<bool> json = CommonOptions.Json();
        var command = new Command(
            "pull",
            "Fetches a model or a data set from the hub and prints its folder. Every file is checked against its hash; stopped, the same command goes on where it was.\n\n"
            + "Example:\n  aha pull Qwen/Qwen2.5-0.5B-Instruct --include \"*.json\" --include \"*.safetensors\" --output models/qwen")
        {
            name, dataset, revision, include, exclude, output, token, endpoint, parallel, json,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            Uri hub = (parsed.GetValue(endpoint) ?? Setting("HF_ENDPOINT")) is { } address ? PullOptions.ParseEndpoint(address) : PullOptions.DefaultEndpoint;
            int files = parsed.GetValue(parallel);
            var options = new PullOptions
            {
                Repository = HubRepository.Parse(parsed.GetValue(name)!, hub, parsed.GetValue(dataset)),
                Revision = parsed.GetValue(revision)!,
                Files = new FilePatterns(parsed.GetValue(include) ?? [], parsed.GetValue(exclude) ?? []),
                Output = parsed.GetValue(output),
                Endpoint = hub,
                Token = parsed.GetValue(token) ?? Setting("HF_TOKEN"),
                Parallel = files is >= 1 and <= 64 ? files : throw new CommandException($"--parallel is {files}; it must lie between 1 and 64"),
            };
            var display = new PullDisplay(Console.Error, interactive: !Console.IsErrorRedirected, TimeProvider.System);
            PullResult result;
            try
            {
                result = await RepositoryPull.RunAsync(options, TimeProvider.System, display, cancel);
            }
            finally
            {
                display.Clear();
            }

            Tell(options.Repository, result, parsed.GetValue(json));
            return 0;
        });
        return command;
    }

    private static void Tell(HubRepository repository, PullResult result, bool json)
    {
        long bytes = result.Files.Sum(f => f.Size);
        foreach (string file in result.Unchecked)
        {
            Console.Error.WriteLine($"aha: {file}: the hub names no hash; only its size was checked");
        }

        if (json)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(new { folder = result.Folder, commit = result.Commit, files = result.Files.Count, bytes, fetched = result.Fetched }));
            return;
        }

        Console.Error.WriteLine($"{repository} at {result.Commit}: {result.Files.Count} files, {Wording.Bytes(bytes)}, of which {Wording.Bytes(result.Fetched)} were fetched now");
        Console.Out.WriteLine(result.Folder);
    }

    private static string? Setting(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value ? value : null;
}
