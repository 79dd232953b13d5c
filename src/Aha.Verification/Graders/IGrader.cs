using Aha.Verification.Rewards;

namespace Aha.Verification.Graders;

/// <summary>Judges one sample and takes its time: a model at an endpoint, a suite of tests.</summary>
public interface IGrader
{
    /// <summary>The name under which a run logs its values.</summary>
    string Name { get; }

    /// <param name="cancel">Set off when an answer would come too late.</param>
    /// <exception cref="GraderException">There is no usable answer.</exception>
    Task<RewardResult> GradeAsync(RewardInput input, CancellationToken cancel);
}

/// <summary>A grader that gave no usable answer; the message is one line that says what came instead.</summary>
/// <param name="final">Asking again would end the same way.</param>
public sealed class GraderException(string message, bool final = false, Exception? inner = null) : Exception(message, inner)
{
    public bool IsFinal => final;
}
