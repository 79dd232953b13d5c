using System.ComponentModel;
using Aha.Verification;
using Aha.Verification.Format;
using Aha.Verification.Graders;
using Aha.Verification.Judges;
using Aha.Verification.Rewards;

namespace Aha.Pipeline.Recipes;

/// <summary>The requests that a reward part judges.</summary>
public enum RewardScope
{
    /// <summary>Rules and judges: reasoning problems; reward models: general prompts.</summary>
    Auto,
    Reasoning,
    General,
    All,
}

/// <summary>An entry of <c>rewards</c>. A number stands for its weight.</summary>
[Shorthand("weight")]
public sealed record RewardOptions
{
    [Description("factor in the sum; with 0 the part is logged and not rewarded")]
    public double Weight { get; init; } = 1;

    [Description("the requests it judges: reasoning, general, all; auto: reasoning, or general for a reward model")]
    public RewardScope For { get; init; }

    [StageInput(StageProduct.RewardModel)]
    [Description("a reward model in place of a rule of that name: a reward-model stage, or a folder relative to the recipe")]
    public string? Model { get; init; }

    [Description("what a reward model or judge looks at: summary (what stands after the chain of thought) or response; absent: what the reward model was trained on, the summary for a judge")]
    public ResponsePart? On { get; init; }

    [Description("a judge model at an endpoint in place of a rule of that name; it sees the right answer where there is one")]
    public JudgeKeys Judge { get; init; } = new();

    internal bool IsRule => Model is null && Judge.Url is null;

    internal IReadOnlyCollection<ProblemKind>? Kinds => For switch
    {
        RewardScope.All => null,
        RewardScope.General => [ProblemKind.General],
        RewardScope.Auto when Model is not null => [ProblemKind.General],
        _ => [ProblemKind.Reasoning],
    };

    /// <exception cref="ArgumentException">A value is outside its range, or no rule has this name.</exception>
    internal void Validate(string name)
    {
        Require(double.IsFinite(Weight), $"{name}: the weight must be a number");
        Require(Model is null || Judge.Url is null, $"{name}: a part is a reward model or a judge, not both");
        Require(On is null || !IsRule, $"{name}: on: says what a reward model or a judge looks at; this part is a rule");
        if (IsRule)
        {
            RewardFunctions.Create(name);
        }

        if (Judge.Url is not null)
        {
            Judge.Validate(name);
        }
    }

    internal static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new ArgumentException(otherwise);
        }
    }
}

/// <summary>Key <c>judge</c> of a reward part or a reward-model stage: a model behind an OpenAI-compatible endpoint, and how patient the run is with it.</summary>
public sealed record JudgeKeys
{
    [Description("what /chat/completions is appended to, for example http://localhost:8000/v1")]
    public string? Url { get; init; }

    [Description("the model's name at the endpoint")]
    public string Model { get; init; } = "judge";

    [Description("the environment variable that holds the endpoint's key")]
    public string KeyVariable { get; init; } = "AHA_JUDGE_KEY";

    [Description("longest answer of the judge in tokens")]
    public int MaxTokens { get; init; } = 1024;

    [Description("samples or pairs judged at a time")]
    public int Concurrency { get; init; } = 8;

    [Description("longest time of one attempt in seconds")]
    public double Timeout { get; init; } = 60;

    [Description("longest time of all attempts at a sample or pair in seconds; after it that is left out")]
    public double Deadline { get; init; } = 150;

    [Description("attempts at a sample or pair; the pause between them begins at a second and doubles")]
    public int Attempts { get; init; } = 3;

    /// <summary>Whom to ask; there must be a <see cref="Url"/>.</summary>
    internal JudgeOptions ToJudge() => new() { Url = new Uri(Url!), Model = Model, KeyVariable = KeyVariable, MaxTokens = MaxTokens };

    /// <summary>How patient to be.</summary>
    internal GraderOptions ToPatience() => new()
    {
        Concurrency = Concurrency, QueueLength = 8 * Concurrency, AttemptTimeout = TimeSpan.FromSeconds(Timeout), Deadline = TimeSpan.FromSeconds(Deadline), Attempts = Attempts,
    };

    internal void Validate(string name)
    {
        RewardOptions.Require(Uri.TryCreate(Url, UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https", $"{name}: judge.url '{Url}' is no http or https address");
        RewardOptions.Require(Model.Length > 0 && KeyVariable.Length > 0, $"{name}: judge.model and judge.key_variable must not be empty");
        RewardOptions.Require(MaxTokens >= 1 && Concurrency >= 1 && Attempts >= 1, $"{name}: judge.max_tokens, judge.concurrency and judge.attempts must be at least 1");
        RewardOptions.Require(Timeout > 0 && Deadline > 0 && Deadline < 1e6 && Timeout < 1e6, $"{name}: judge.timeout and judge.deadline must be above 0");
    }
}
