using System.ComponentModel;

namespace Aha.Pipeline.Recipes;

/// <summary>Where general prompts come from.</summary>
public enum GeneralSource
{
    /// <summary>There are none.</summary>
    None,

    /// <summary>The nano world's: greetings, who are you, translate a word, thanks, how to do something harmless or harmful.</summary>
    Nano,

    /// <summary>A file of prompts.</summary>
    File,
}

/// <summary>Key <c>general</c>: prompts without one right answer, beside the task's problems.</summary>
public sealed record GeneralOptions
{
    [Description("none, nano (a small world whose replies a rule can check, in the task's languages), or file")]
    public GeneralSource Source { get; init; } = GeneralSource.None;

    [Description("source nano: share of the pretraining corpus")]
    public double CorpusShare { get; init; } = 0.12;

    [Description("source file: a JSONL file of {\"prompt\"} lines, relative to the recipe")]
    public string? Path { get; init; }

    [Description("share of the prompts held out for evaluation")]
    public double TestShare { get; init; } = 0.2;
}
