using Aha.Verification.Rewards;

namespace Aha.Verification.Graders;

/// <summary>
/// A grader as a reward part. Samples are graded a few at a time while others are still being made. A sample whose grader fails, hangs or
/// talks rubbish is unscorable, never 0: it is left out.
/// </summary>
public sealed class GraderReward : IDeferredReward
{
    private readonly IGrader _grader;
    private readonly GraderOptions _options;
    private readonly TimeProvider _time;

    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public GraderReward(IGrader grader, GraderOptions options, TimeProvider time)
    {
        options.Validate();
        (_grader, _options, _time) = (grader, options, time);
    }

    public string Name => _grader.Name;

    public IRewardBatch Begin() => new GraderQueue(_grader, _options, _time);
}
