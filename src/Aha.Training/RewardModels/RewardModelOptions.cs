using System.ComponentModel;
using Aha.Verification.Format;

namespace Aha.Training.RewardModels;

/// <summary>What a reward model learns from.</summary>
public enum RewardObjective
{
    /// <summary>Pairs of which one response is better (Bradley and Terry): helpfulness.</summary>
    Pairwise,

    /// <summary>Responses that are good or bad by themselves (logistic): safety.</summary>
    Pointwise,
}

/// <summary>
/// How a reward model is trained. The defaults are the nano recipe's; DeepSeek-R1 trained on 66,000 pairs for helpfulness and 106,000 labelled
/// responses for safety.
/// </summary>
public record RewardModelOptions
{
    [Description("what it learns from: pairwise (one response of two is better) or pointwise (a response is good or bad)")]
    public RewardObjective Objective { get; init; } = RewardObjective.Pairwise;

    [Description("what it looks at: summary (what stands after the chain of thought) or response (all of it); absent: summary if pairwise, response if pointwise")]
    public ResponsePart? On { get; init; }

    [Description("passes over the data (the paper: not said)")]
    public double Epochs { get; init; } = 1;

    [Description("pairs or responses a step")]
    public int BatchSize { get; init; } = 32;

    [Description("peak learning rate")]
    public double LearningRate { get; init; } = 5e-4;

    [Description("steps of linear warm-up; the rate then falls on half a cosine to a tenth")]
    public int WarmupSteps { get; init; } = 10;

    [Description("decoupled weight decay of matrices (AdamW)")]
    public double WeightDecay { get; init; } = 0.01;

    [Description("AdamW's beta 1")]
    public double Beta1 { get; init; } = 0.9;

    [Description("AdamW's beta 2")]
    public double Beta2 { get; init; } = 0.95;

    [Description("largest global gradient norm")]
    public double ClipNorm { get; init; } = 1.0;

    [Description("pairwise: leave pairs out until chosen and rejected responses are equally long (the paper: comparable in length)")]
    public bool LengthBalanced { get; init; } = true;

    [Description("pairwise: weight of the penalty on the squared sum of a pair's scores, which keeps them around 0")]
    public double CenterRewards { get; init; } = 0.01;

    [Description("tokens a micro-batch, padding included; changes memory and speed, never the gradient")]
    public int MicroBatchTokens { get; init; } = 8192;

    [Description("steps between two checkpoints")]
    public int CheckpointEvery { get; init; } = 50;

    /// <summary>What the model looks at.</summary>
    public ResponsePart LooksAt => On ?? (Objective == RewardObjective.Pairwise ? ResponsePart.Summary : ResponsePart.Response);

    /// <exception cref="ArgumentException">A value is outside its range; the message names its key.</exception>
    public virtual void Validate()
    {
        Options.Require(Epochs > 0, $"epochs is {Epochs}; it must be above 0");
        Options.Require(BatchSize >= 1, $"batch_size is {BatchSize}; it must be at least 1");
        Options.Require(LearningRate > 0, $"learning_rate is {LearningRate}; it must be above 0");
        Options.Require(WarmupSteps >= 0, $"warmup_steps is {WarmupSteps}; it must not be negative");
        Options.Require(WeightDecay >= 0, $"weight_decay is {WeightDecay}; it must not be negative");
        Options.Require(Beta1 is >= 0 and < 1 && Beta2 is >= 0 and < 1, $"beta1 {Beta1} and beta2 {Beta2} must lie in 0..1, 1 excluded");
        Options.Require(ClipNorm > 0, $"clip_norm is {ClipNorm}; it must be above 0");
        Options.Require(CenterRewards >= 0, $"center_rewards is {CenterRewards}; it must not be negative");
        Options.Require(MicroBatchTokens >= 1, $"micro_batch_tokens is {MicroBatchTokens}; it must be at least 1");
        Options.Require(CheckpointEvery >= 1, "checkpoint_every must be at least 1");
    }
}
