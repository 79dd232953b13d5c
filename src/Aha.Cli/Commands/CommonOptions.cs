using System.CommandLine;

namespace Aha.Cli.Commands;

/// <summary>Options that several commands share.</summary>
internal static class CommonOptions
{
    public static Option<bool> Json() => new("--json") { Description = "machine-readable lines on stdout, nothing else" };

    public static Option<string> Model() => new("--model") { Description = "a model folder (config.json, model.safetensors, tokenizer.json) or a GGUF file", Required = true, HelpName = "DIR" };

    public static Option<long> Seed() => new("--seed") { Description = "seed of the sampler", DefaultValueFactory = _ => 1 };

    public static Option<string> Template() => new("--template")
    {
        Description = "prompt template: nano, r1-zero (the paper's Table 1), chat (the model's own), or a text with {prompt}", DefaultValueFactory = _ => "nano",
    };

    public static Option<string?> SystemPrompt() => new("--system-prompt") { Description = "system message before the question; needs --template chat", HelpName = "TEXT" };

    public static Option<double> Temperature(double value = 1) => new("--temperature") { Description = "sampling temperature; 0 is greedy", DefaultValueFactory = _ => value };

    public static Option<double> TopP(double value = 1) => new("--top-p") { Description = "keep the smallest set of tokens with this probability", DefaultValueFactory = _ => value };

    public static Option<int> TopK() => new("--top-k") { Description = "keep the K most likely tokens; 0 keeps all", HelpName = "K" };

    public static Option<int> MaxNewTokens() => new("--max-new-tokens") { Description = "longest answer in tokens", DefaultValueFactory = _ => 224 };
}
