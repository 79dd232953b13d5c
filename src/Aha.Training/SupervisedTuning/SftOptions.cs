using System.ComponentModel;
using Aha.Training.Optimization;

namespace Aha.Training.SupervisedTuning;

/// <summary>
/// How a model is tuned on conversations. The defaults are the nano recipe's; the paper's are in the descriptions.
/// </summary>
public record SftOptions
{
    [Description("passes over the conversations; a part of one counts (the paper: 2 to 3)")]
    public double Epochs { get; init; } = 2;

    [Description("conversations a step (the paper: 128; distillation 64)")]
    public int BatchSize { get; init; } = 64;

    [Description("peak learning rate (the paper: 5e-5; distillation 1e-4 for 1.5B parameters, 8e-5 for 7B, 7e-5 for 14B, 6e-5 for 32B, 5e-5 for Llama 8B, 2e-5 for 70B)")]
    public double LearningRate { get; init; } = 1e-3;

    [Description("share of the peak that the cosine schedule ends at (the paper: a tenth)")]
    public double MinRateRatio { get; init; } = 0.1;

    [Description("share of the steps over which the rate rises linearly to its peak")]
    public double WarmupFraction { get; init; } = 0.03;

    [Description("decoupled weight decay of matrices")]
    public double WeightDecay { get; init; }

    [Description("AdamW's beta 1")]
    public double Beta1 { get; init; } = 0.9;

    [Description("AdamW's beta 2")]
    public double Beta2 { get; init; } = 0.95;

    [Description("largest global gradient norm")]
    public double ClipNorm { get; init; } = 1.0;

    [Description("train low-rank additions (LoRA) in place of all weights: { rank, alpha, targets }; the model that is saved has them merged, and they lie beside it in PEFT's layout")]
    public LoraOptions? Lora { get; init; }

    [Description("longest conversation in tokens (the paper: 32,768); longer ones are left out and counted; 0 is the model's own limit")]
    public int MaxLength { get; init; }

    [Description("tokens a micro-batch; changes memory and speed, never the gradient")]
    public int MicroBatchTokens { get; init; } = 8192;

    [Description("share of the conversations, by hash of their question, that is held out to measure the loss on; at most 512 of them")]
    public double ValidationShare { get; init; } = 0.02;

    [Description("steps between two lines of metrics")]
    public int LogEvery { get; init; } = 5;

    [Description("steps between two measurements of the held-out loss (and evaluations, where asked for); 0: only at the end")]
    public int EvaluateEvery { get; init; }

    [Description("steps between two checkpoints")]
    public int CheckpointEvery { get; init; } = 50;

    /// <exception cref="ArgumentException">A value is outside its range; the message names its key.</exception>
    public void Validate()
    {
        Options.Require(Epochs is > 0 and <= 1000, $"epochs is {Epochs}; it must lie above 0 and not above 1000");
        Options.Require(BatchSize >= 1, $"batch_size is {BatchSize}; it must be at least 1");
        Options.Require(LearningRate > 0, $"learning_rate is {LearningRate}; it must be above 0");
        Options.Require(MinRateRatio is >= 0 and <= 1, $"min_rate_ratio is {MinRateRatio}; it must lie in 0..1");
        Options.Require(WarmupFraction is >= 0 and < 1, $"warmup_fraction is {WarmupFraction}; it must lie in 0..1, 1 excluded");
        Options.Require(WeightDecay >= 0, $"weight_decay is {WeightDecay}; it must not be negative");
        Options.Require(Beta1 is >= 0 and < 1 && Beta2 is >= 0 and < 1, $"beta1 {Beta1} and beta2 {Beta2} must lie in 0..1, 1 excluded");
        Options.Require(ClipNorm > 0, $"clip_norm is {ClipNorm}; it must be above 0");
        Lora?.Validate();
        Options.Require(MaxLength >= 0, $"max_length is {MaxLength}; it must not be negative");
        Options.Require(MicroBatchTokens >= 1, $"micro_batch_tokens is {MicroBatchTokens}; it must be at least 1");
        Options.Require(ValidationShare is >= 0 and < 1, $"validation_share is {ValidationShare}; it must lie in 0..1, 1 excluded");
        Options.Require(EvaluateEvery >= 0, $"evaluate_every is {EvaluateEvery}; it must not be negative");
        Options.Require(LogEvery >= 1 && CheckpointEvery >= 1, "log_every and checkpoint_every must be at least 1");
    }
}
