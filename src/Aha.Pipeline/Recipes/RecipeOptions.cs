using System.ComponentModel;
using Aha.Tasks.Countdown;

namespace Aha.Pipeline.Recipes;

/// <summary>Which problems a run is about.</summary>
public enum TaskKind
{
    Countdown,
    Arithmetic,
    Generated,
    File,
}

/// <summary>Key <c>task</c>.</summary>
public sealed record TaskOptions
{
    [Description("countdown, arithmetic, generated (a named kind of reasoning puzzle), or file (your own problems)")]
    public TaskKind Kind { get; init; } = TaskKind.Countdown;

    [Description("given numbers of a problem (countdown 2-5, arithmetic 2-8)")]
    public int Numbers { get; init; } = 3;

    [Description("given numbers lie in 1..max_number")]
    public int MaxNumber { get; init; } = 10;

    [Description("targets and intermediate results lie in 0..max_result")]
    public int MaxResult { get; init; } = 50;

    [Description("how questions are worded: nano (words of the nano vocabulary) or natural (an English sentence)")]
    public CountdownWording Wording { get; init; } = CountdownWording.Nano;

    [Description("kind countdown, wording nano: the languages it is told in, en and zh; each question is in one of them, and chains in the corpus are mixed")]
    public IReadOnlyList<string> Languages { get; init; } = ["en"];

    [Description("share of the problems that the pretraining corpus may use")]
    public double CorpusShare { get; init; } = 0.49;

    [Description("share of the problems held out for evaluation")]
    public double TestShare { get; init; } = 0.15;

    [Description("at most this many problems a split; 0 keeps all")]
    public int Limit { get; init; }

    [Description("kind generated: which puzzles, for example gcd or caesar_cipher ('aha tasks' lists them)")]
    public string? Puzzle { get; init; }

    [Description("kind file: a JSONL file of {\"prompt\", \"answer\"} lines, relative to the recipe")]
    public string? Path { get; init; }

    [Description("kind file: a JSONL file of test problems; without it test_share of the lines is held out")]
    public string? TestPath { get; init; }

    [Description("kind file: the rule for lines that name none (exact, text, number, math, choice, countdown, json, function-call, ifeval, code)")]
    public string Verifier { get; init; } = "exact";
}

/// <summary>Key <c>model</c>: a decoder made from scratch, or one loaded from a folder.</summary>
public sealed record ModelOptions
{
    internal const string NanoTokenizer = "nano", TrainedTokenizer = "bpe";

    [Description("a model folder to start from (config.json, model.safetensors, tokenizer.json), relative to the recipe; the sizes below are then read from it")]
    public string? Load { get; init; }

    [Description("the shape of a model made from scratch: qwen2 or llama")]
    public string Architecture { get; init; } = "qwen2";

    [Description("tokenizer of a model made from scratch: nano (the words of the countdown world), bpe (byte-level BPE, trained on the pretraining corpus), or a folder with tokenizer.json, relative to the recipe")]
    public string Tokenizer { get; init; } = NanoTokenizer;

    [Description("tokenizer bpe: its ids in all: 256 bytes, begin, end, the template's four tags, and one for every merge")]
    public int? Vocabulary { get; init; }

    [Description("tokenizer bpe: how text is cut into words, within which merges stay: gpt2 (words and numbers with the blank before them), smollm, llama3, qwen2, deepseek-v3")]
    public string Pattern { get; init; } = "gpt2";

    [Description("width of the residual stream")]
    public int HiddenSize { get; init; } = 128;

    [Description("layers")]
    public int Layers { get; init; } = 4;

    [Description("query heads; must divide hidden_size")]
    public int Heads { get; init; } = 4;

    [Description("key and value heads (grouped-query attention); must divide heads")]
    public int KvHeads { get; init; } = 4;

    [Description("width of the SwiGLU layer")]
    public int IntermediateSize { get; init; } = 256;

    [Description("longest sequence, prompt and answer together")]
    public int MaxPositions { get; init; } = 512;

    [Description("standard deviation of the initial weights")]
    public double InitializerRange { get; init; } = 0.02;
}

/// <summary>Key <c>evaluation</c>: how held-out problems are sampled, in every stage.</summary>
public sealed record EvaluationOptions
{
    [Description("test problems; 0 takes all")]
    public int Problems { get; init; }

    [Description("samples a problem (the paper's Figure 2 uses 16)")]
    public int Samples { get; init; } = 16;

    [Description("sampling temperature")]
    public double Temperature { get; init; } = 1.0;

    [Description("keep the smallest set of tokens with this probability; 1 keeps all")]
    public double TopP { get; init; } = 1.0;

    [Description("longest answer in tokens")]
    public int MaxNewTokens { get; init; } = 224;
}

/// <summary>An entry of <c>published</c>: a dashed line in the report.</summary>
public sealed record PublishedOptions
{
    [Description("the line's name")]
    public string Label { get; init; } = "";

    [Description("the metric it belongs to, for example pass@1")]
    public string Metric { get; init; } = "pass@1";

    [Description("its value")]
    public double Value { get; init; }
}
