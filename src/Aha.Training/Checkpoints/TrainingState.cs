using System.Text.Json;
using System.Text.Json.Serialization;
using Aha.Training.Grpo;

namespace Aha.Training.Checkpoints;

/// <summary>
/// Everything of a stage that is neither weights nor optimiser. Random numbers need no entry: they follow from seed and step.
/// </summary>
public sealed record TrainingState
{
    /// <summary>Optimiser steps done.</summary>
    [JsonPropertyName("step")] public long Step { get; init; }

    /// <summary>Seconds worked, all sessions together.</summary>
    [JsonPropertyName("seconds")] public double Seconds { get; init; }

    /// <summary>Tokens trained on so far.</summary>
    [JsonPropertyName("tokens")] public long Tokens { get; init; }

    /// <summary>Pretraining: the next document, and the next token in it.</summary>
    [JsonPropertyName("document")] public long Document { get; init; }

    [JsonPropertyName("offset")] public int Offset { get; init; }

    /// <summary>Pretraining and fine-tuning: sums behind the next line of metrics.</summary>
    [JsonPropertyName("loss_sum")] public double LossSum { get; init; }

    [JsonPropertyName("gradient_norm_sum")] public double GradientNormSum { get; init; }

    [JsonPropertyName("steps_summed")] public int StepsSummed { get; init; }

    /// <summary>The loss of the last line of metrics.</summary>
    [JsonPropertyName("last_loss")] public double LastLoss { get; init; }

    /// <summary>Reinforcement learning: groups drawn so far.</summary>
    [JsonPropertyName("groups_drawn")] public long GroupsDrawn { get; init; }

    /// <summary>Groups of general prompts drawn so far.</summary>
    [JsonPropertyName("general_drawn")] public long GeneralDrawn { get; init; }

    /// <summary>What is known of learned rewards and the gold check; null where nothing is watched.</summary>
    [JsonPropertyName("watch")] public RewardWatch? Watch { get; init; }

    /// <summary>Problems solved at least once in training.</summary>
    [JsonPropertyName("solved")] public IReadOnlyList<string> Solved { get; init; } = [];

    /// <summary>Transcripts of aha moments stored so far.</summary>
    [JsonPropertyName("ahas_kept")] public int AhasKept { get; init; }

    /// <summary>Whether <see cref="Ahead"/> belongs to the checkpoint.</summary>
    [JsonPropertyName("sampled_ahead")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool SampledAhead { get; init; }

    /// <summary>Rollouts of the step to come, where they are sampled ahead; a file of their own.</summary>
    [JsonIgnore] public StoredRollouts? Ahead { get; init; }

    internal static readonly JsonSerializerOptions Json = new() { WriteIndented = true };
}
