using System.ComponentModel;
using Aha.Generation;
using Aha.Training.Losses;
using Aha.Training.Optimization;

namespace Aha.Training.Grpo;

/// <summary>
/// Keys of a <c>grpo</c> stage. The defaults are the nano recipe's, not the paper's; where they differ the description says what
/// the paper uses (learning rate 3e-6, G = 16, 32 questions a step, beta 0.001, clip 10, temperature 1).
/// </summary>
public sealed record GrpoOptions
{
    [Description("optimiser steps, each on fresh rollouts")]
    public int Steps { get; init; } = 100;

    [Description("questions a step (the paper: 32)")]
    public int PromptsPerStep { get; init; } = 32;

    [Description("completions a question, G (the paper: 16)")]
    public int GroupSize { get; init; } = 8;

    [Description("longest completion in tokens (the paper: 32,768, later 65,536)")]
    public int MaxNewTokens { get; init; } = 224;

    [Description("rollout temperature (the paper: 1)")]
    public double Temperature { get; init; } = 1.0;

    [Description("learning rate after warm-up (the paper: 3e-6 for 671B parameters)")]
    public double LearningRate { get; init; } = 3e-4;

    [Description("steps of linear warm-up")]
    public int WarmupSteps { get; init; }

    [Description("share of the steps, at the end, over which the rate falls linearly to 0")]
    public double DecayFraction { get; init; }

    [Description("decoupled weight decay of matrices")]
    public double WeightDecay { get; init; }

    [Description("AdamW's beta 1")]
    public double Beta1 { get; init; } = 0.9;

    [Description("AdamW's beta 2")]
    public double Beta2 { get; init; } = 0.95;

    [Description("largest global gradient norm")]
    public double ClipNorm { get; init; } = 1.0;

    [Description("loss: grpo (the paper), dapo, dr_grpo, bnpo, gspo, cispo")]
    public PolicyLossType Loss { get; init; } = PolicyLossType.Dapo;

    [Description("what divides a reward's distance from its group's mean: group (its standard deviation, TRL), population_std (the paper's), batch, none (Dr. GRPO)")]
    public AdvantageScale ScaleRewards { get; init; } = AdvantageScale.Group;

    [Description("lower clip: ratios below 1 - clip_low are cut")]
    public double ClipLow { get; init; } = 0.2;

    [Description("upper clip: ratios above 1 + clip_high are cut (DAPO: 0.28; the paper's first stage: 10)")]
    public double ClipHigh { get; init; } = 0.2;

    [Description("dual clip: with a negative advantage, ratios above this are cut; absent: none")]
    public double? DualClip { get; init; }

    [Description("weight of the KL penalty to the reference model, beta (the paper: 0.001)")]
    public double KlBeta { get; init; }

    [Description("KL estimator: k1, k2, k3 (the paper: k3)")]
    public KlEstimator KlEstimator { get; init; } = KlEstimator.K3;

    [Description("the reference model becomes the current policy every so many steps (the paper: 400); 0 never")]
    public int ReferenceRefreshEvery { get; init; }

    [Description("optimiser updates a batch of rollouts (the paper: 16); above 1 the ratio departs from 1")]
    public int UpdatesPerRollout { get; init; } = 1;

    [Description("sample the next step's completions while this step's are learned from: they come from a policy one step older, which the ratio corrects for")]
    public bool OverlapRollouts { get; init; }

    [Description("dynamic sampling (DAPO): draw questions again until enough groups have unequal rewards, at most this many rounds; 1 draws once")]
    public int SamplingRounds { get; init; } = 1;

    [Description("the precision in which the policy samples: fp32, bf16 (by the processor's units for it, where it has them), q8_0, q4_0; tokens are weighed for the difference (importance_cap), evaluations are in fp32")]
    public RolloutPrecision RolloutPrecision { get; init; }

    [Description("where rollout_precision is below fp32: the largest weight of a token, its probability under the learning policy over that under the rounded one (truncated importance sampling)")]
    public double ImportanceCap { get; init; } = 2;

    [Description("soft overlong punishment (DAPO): tokens before the limit over which it grows to -overlong_penalty; 0 is off")]
    public int OverlongBuffer { get; init; }

    [Description("largest overlong punishment")]
    public double OverlongPenalty { get; init; } = 1.0;

    [Description("leave completions that hit the limit out of the loss (DAPO's overlong filtering)")]
    public bool MaskTruncated { get; init; }

    [Description("train low-rank additions (LoRA) in place of all weights: { rank, alpha, targets }; the model that is saved has them merged, and they lie beside it in PEFT's layout")]
    public LoraOptions? Lora { get; init; }

    [Description("share of a step's questions that are general prompts (key 'general' of the recipe), judged by reward models")]
    public double GeneralShare { get; init; }

    [Description("share of the steps after which general prompts, and preference rewards with them, come in: used longer they are hacked (the paper: the last 400 of 1,700 steps, 0.76)")]
    public double GeneralFrom { get; init; }

    [Description("stop early when the gold check of general prompts has fallen this far below its best while the learned rewards have not fallen; absent: never")]
    public double? StopOnDivergence { get; init; }

    [Description("tokens a micro-batch; changes memory and speed, never the gradient")]
    public int MicroBatchTokens { get; init; } = 8192;

    [Description("steps between two evaluations on held-out problems; 0: only before and after")]
    public int EvaluateEvery { get; init; } = 10;

    [Description("test problems in the evaluations during training; 0 takes all")]
    public int EvaluationProblems { get; init; } = 64;

    [Description("steps between two checkpoints")]
    public int CheckpointEvery { get; init; } = 20;

    [Description("steps between two sets of stored samples (best, random, newly solved)")]
    public int SamplesEvery { get; init; } = 10;

    /// <summary>The first step, counted from 0, with general prompts.</summary>
    internal long GeneralFromStep => (long)Math.Round(Steps * GeneralFrom, MidpointRounding.AwayFromZero);

    /// <exception cref="ArgumentException">A value is outside its range; the message names its key.</exception>
    public void Validate()
    {
        Options.Require(Steps >= 1, $"steps is {Steps}; it must be at least 1");
        Options.Require(PromptsPerStep >= 1, $"prompts_per_step is {PromptsPerStep}; it must be at least 1");
        Options.Require(GroupSize >= 2, $"group_size is {GroupSize}; a group needs at least 2 completions to have an advantage");
        Options.Require(MaxNewTokens >= 1, $"max_new_tokens is {MaxNewTokens}; it must be at least 1");
        Options.Require(Temperature > 0, $"temperature is {Temperature}; rollouts need a temperature above 0");
        Options.Require(LearningRate > 0, $"learning_rate is {LearningRate}; it must be above 0");
        Options.Require(WarmupSteps >= 0, $"warmup_steps is {WarmupSteps}; it must not be negative");
        Options.Require(DecayFraction is >= 0 and <= 1, $"decay_fraction is {DecayFraction}; it must lie in 0..1");
        Options.Require(WeightDecay >= 0, $"weight_decay is {WeightDecay}; it must not be negative");
        Options.Require(Beta1 is >= 0 and < 1 && Beta2 is >= 0 and < 1, $"beta1 {Beta1} and beta2 {Beta2} must lie in 0..1, 1 excluded");
        Options.Require(ClipNorm > 0, $"clip_norm is {ClipNorm}; it must be above 0");
        Options.Require(ClipLow is > 0 and <= 1, $"clip_low is {ClipLow}; it must lie in 0..1");
        Options.Require(ClipHigh > 0, $"clip_high is {ClipHigh}; it must be above 0");
        Options.Require(DualClip is null or > 1, $"dual_clip is {DualClip}; it must be above 1");
        Options.Require(KlBeta >= 0, $"kl_beta is {KlBeta}; it must not be negative");
        Options.Require(ReferenceRefreshEvery >= 0, $"reference_refresh_every is {ReferenceRefreshEvery}; it must not be negative");
        Options.Require(UpdatesPerRollout >= 1 && UpdatesPerRollout <= PromptsPerStep, $"updates_per_rollout is {UpdatesPerRollout}; it must lie in 1..prompts_per_step");
        Options.Require(SamplingRounds is >= 1 and <= 16, $"sampling_rounds is {SamplingRounds}; it must lie in 1..16");
        Options.Require(ImportanceCap >= 1, $"importance_cap is {ImportanceCap}; it must be at least 1");
        Options.Require(OverlongBuffer >= 0 && OverlongBuffer <= MaxNewTokens, $"overlong_buffer is {OverlongBuffer}; it must lie in 0..max_new_tokens");
        Options.Require(OverlongPenalty >= 0, $"overlong_penalty is {OverlongPenalty}; it must not be negative");
        Lora?.Validate();
        Options.Require(GeneralShare is >= 0 and < 1, $"general_share is {GeneralShare}; it must lie in 0..1, 1 excluded");
        Options.Require(GeneralFrom is >= 0 and < 1, $"general_from is {GeneralFrom}; it must lie in 0..1, 1 excluded");
        Options.Require(StopOnDivergence is null or > 0, $"stop_on_divergence is {StopOnDivergence}; it must be above 0");
        Options.Require(MicroBatchTokens >= 1, $"micro_batch_tokens is {MicroBatchTokens}; it must be at least 1");
        Options.Require(EvaluateEvery >= 0 && EvaluationProblems >= 0, "evaluate_every and evaluation_problems must not be negative");
        Options.Require(CheckpointEvery >= 1 && SamplesEvery >= 1, "checkpoint_every and samples_every must be at least 1");
    }
}
