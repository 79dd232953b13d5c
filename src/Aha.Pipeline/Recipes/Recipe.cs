using System.ComponentModel;
using Aha.Tasks;

namespace Aha.Pipeline.Recipes;

/// <summary>How a model is trained on this machine.</summary>
public enum BackendChoiceKey
{
    /// <summary>Whichever a short trial at the start finds fastest; a resumed run keeps its first choice.</summary>
    Auto,
    Fused,
    FusedBf16,
    LibtorchFp32,
    LibtorchBf16,
}

/// <summary>A whole run: a seed, a model, a task, and a graph of stages.</summary>
public sealed record Recipe
{
    [Description("the run's name; its folder is runs/<name> unless --output says otherwise")]
    public string Name { get; init; } = "";

    [Description("every random choice follows from it")]
    public long Seed { get; init; } = 1;

    [Description("how to train: auto (try each on this machine and take the fastest), fused (managed vector kernels, fp32), fused_bf16 (the same, matrices multiplied in bf16), libtorch_fp32, libtorch_bf16")]
    public BackendChoiceKey Backend { get; init; } = BackendChoiceKey.Auto;

    [Description("keep only each layer's input for the backward pass and compute the rest again: a few times less memory for a micro-batch, about a quarter more time, the same result; for the fused backends")]
    public bool ActivationCheckpointing { get; init; }

    [Description("threads; 0 takes every core")]
    public int Threads { get; init; }

    [Description("prompt template: nano, r1-zero (the paper's Table 1), chat (the loaded model's own), or a text with {prompt}")]
    public string Template { get; init; } = "nano";

    [Description("the system message of template chat; without it the model's template decides")]
    public string? SystemPrompt { get; init; }

    [Description("words counted as reflection")]
    public IReadOnlyList<string> ReflectiveWords { get; init; } = ["wait", "hmm"];

    [Description("the problems")]
    public TaskOptions Task { get; init; } = new();

    [Description("prompts without one right answer, which reward models judge")]
    public GeneralOptions General { get; init; } = new();

    [Description("the model")]
    public ModelOptions Model { get; init; } = new();

    [Description("reward parts, each logged by itself: a weight, or a mapping. A name is one of these rules, or your own for a reward model or a judge: accuracy, format, think_format, cold_start_format, tag_count, code_format, language_consistency, overlong, cosine_length, repetition")]
    public IReadOnlyDictionary<string, RewardOptions> Rewards { get; init; } =
        new SortedDictionary<string, RewardOptions> { ["accuracy"] = new(), ["format"] = new RewardOptions { Weight = 0.2 } };

    [Description("how held-out problems are sampled")]
    public EvaluationOptions Evaluation { get; init; } = new();

    [Description("results of others, drawn as dashed lines in the report")]
    public IReadOnlyList<PublishedOptions> Published { get; init; } = [];

    /// <summary>The stages in the order in which they run: each after all that it reads.</summary>
    public IReadOnlyList<RecipeStage> Stages { get; init; } = [];

    /// <summary>A seed of the recipe's own for a purpose.</summary>
    internal long SeedFor(string purpose) => (long)(Seeds.Derive(Seed, (long)Seeds.Hash(purpose)) >> 1);
}

/// <summary>A stage of a recipe.</summary>
/// <param name="Name">Unique in the recipe; names its folder.</param>
/// <param name="From">The stage, or the model folder (a path relative to the recipe), that it starts from; null starts from the recipe's model.</param>
/// <param name="Model">The model a stage that begins from scratch makes: the recipe's, with the stage's own <c>model</c> keys in place.</param>
/// <param name="Options">A <c>PretrainOptions</c>, <c>GateOptions</c>, <c>GrpoOptions</c> ..., as the kind says.</param>
public sealed record RecipeStage(string Name, string Kind, string? From, ModelOptions Model, object Options)
{
    /// <summary>The stage's own <c>rewards</c>, else the recipe's.</summary>
    public IReadOnlyDictionary<string, RewardOptions> Rewards { get; init; } = new Dictionary<string, RewardOptions>();
}
