using Aha.Tensors;
using Aha.Training.Backends;
using Aha.Training.Batching;
using TorchSharp;
using static TorchSharp.torch;

namespace Aha.Training.Grpo;

/// <summary>
/// For completions that a rounded copy of the policy sampled: the clipped ratio compares the policy with the unrounded one before the step, and each token's term is
/// weighed by the probability that had over the rounded one's, cut off at a cap (truncated importance sampling). Clipping the ratio to the rounded policy would drop just those
/// tokens on which the two differ, and only where the gradient would part them further.
/// </summary>
public sealed class ImportanceCorrection
{
    private readonly double _cap;
    private readonly Dictionary<int, float[]>? _before;

    private ImportanceCorrection(double cap, Dictionary<int, float[]>? before) => (_cap, _before) = (cap, before);

    /// <summary>To be made before the step's first update.</summary>
    public static ImportanceCorrection Create(TrainingBackend policy, IReadOnlyList<TrainingSequence> sequences, GrpoOptions options, CancellationToken cancel)
    {
        // In the first update the policy is the one before the step.
        if (options.UpdatesPerRollout == 1) return new(options.ImportanceCap, null);
        var before = new Dictionary<int, float[]>();
        foreach (MicroBatch micro in policy.Cut(sequences, options.MicroBatchTokens))
        {
            cancel.ThrowIfCancellationRequested();
            using DisposeScope scope = NewDisposeScope();
            foreach ((TrainingSequence sequence, float[] logProbs) in micro.Collect(policy.Score(micro, options.Temperature, keep: false).LogProbs)) before[sequence.Index] = logProbs;
        }

        return new(options.ImportanceCap, before);
    }

    /// <summary>What the policy before the step gave the tokens, and their weights: <c>[B,T-1]</c>, without a gradient.</summary>
    /// <param name="logProbs">Of the policy as it is.</param>
    /// <param name="sampled">Of the policy that sampled.</param>
    public (Tensor OldLogProbs, Tensor? Weights) Apply(MicroBatch micro, Tensor logProbs, Tensor sampled)
    {
        Tensor old = _before is null ? logProbs.detach() : micro.Align(sequence => _before[sequence.Index]);
        return (old, (old - sampled).exp().clamp_max(Scalars.Of(_cap)));
    }
}
