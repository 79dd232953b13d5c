namespace Aha.Training.Grpo;

/// <summary>A step's rollouts, judged, with no update made of them yet.</summary>
/// <param name="Drawn">Where the streams of questions stand after them.</param>
/// <param name="RolloutSeconds">Spent in the engine.</param>
/// <param name="RewardSeconds">Spent after it, waiting for rewards.</param>
public sealed record SampledStep(RolloutBatch Batch, PromptCursor Drawn, double RolloutSeconds, double RewardSeconds);
