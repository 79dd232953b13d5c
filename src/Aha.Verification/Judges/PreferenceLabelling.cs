using Aha.Verification.Graders;

namespace Aha.Verification.Judges;

/// <summary>What a judge said of a pair.</summary>
/// <param name="Preferred">1: the first response is better in either order; -1: the second is; 0: the order decided; null: there was no usable answer.</param>
/// <param name="Reason">Why there was none.</param>
public sealed record PairVerdict(int? Preferred, string? Reason = null);

/// <summary>Has pairs of responses judged, a few at a time. An attempt at a pair is both orders together.</summary>
public sealed class PreferenceLabelling
{
    private readonly PreferenceJudge _judge;
    private readonly GraderOptions _options;
    private readonly TimeProvider _time;

    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public PreferenceLabelling(PreferenceJudge judge, GraderOptions options, TimeProvider time)
    {
        options.Validate();
        (_judge, _options, _time) = (judge, options, time);
    }

    /// <summary>A verdict a pair, in their order whatever the order of the answers.</summary>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public async Task<PairVerdict[]> LabelAsync(IReadOnlyList<(string Request, string First, string Second)> pairs, CancellationToken cancel)
    {
        var verdicts = new PairVerdict[pairs.Count];
        var places = new ParallelOptions { MaxDegreeOfParallelism = _options.Concurrency, CancellationToken = cancel };
        await Parallel.ForEachAsync(Enumerable.Range(0, pairs.Count), places, async (i, stop) =>
        {
            (string request, string first, string second) = pairs[i];
            (bool answered, int preferred, string reason) = await Patience.AskAsync(late => _judge.CompareAsync(request, first, second, late), _options, _time, stop).ConfigureAwait(false);
            verdicts[i] = answered ? new PairVerdict(preferred) : new PairVerdict(null, reason);
        }).ConfigureAwait(false);
        return verdicts;
    }
}
