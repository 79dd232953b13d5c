using System.Collections.Concurrent;

namespace Aha.Verification.Rewards;

/// <summary>
/// One batch of samples being scored. Parts that are ready at once are computed as a sample is added, deferred ones begin then, so that slow
/// graders work while other samples are still being made. Disposing abandons what is unfinished.
/// </summary>
public sealed class RewardScoring : IDisposable
{
    private readonly IReadOnlyList<WeightedReward> _parts;
    private readonly IRewardBatch?[] _deferred;
    private readonly ConcurrentDictionary<int, RewardResult[]> _results = new();

    internal RewardScoring(IReadOnlyList<WeightedReward> parts)
    {
        _parts = parts;
        _deferred = [.. parts.Select(part => (part.Function as IDeferredReward)?.Begin())];
    }

    /// <summary>Adds a sample; may be called by many threads at once.</summary>
    /// <param name="index">Its place in the batch, from 0; each once.</param>
    public async ValueTask AddAsync(int index, RewardInput input, CancellationToken cancel)
    {
        var results = new RewardResult[_parts.Count];
        for (int i = 0; i < results.Length; i++)
        {
            results[i] = RewardResult.NotAsked;
            if (!_parts[i].Judges(input.Kind)) continue;
            if (_parts[i].Function is IRewardFunction function) results[i] = function.Score(input);
            else await _deferred[i]!.AddAsync(index, input, cancel).ConfigureAwait(false);
        }
        if (!_results.TryAdd(index, results)) throw new ArgumentException($"sample {index} was added before", nameof(index));
    }

    /// <summary>The rewards of samples 0 to <paramref name="count"/> - 1, in that order.</summary>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    /// <exception cref="RewardException">A part cannot score at all.</exception>
    public async Task<RewardTotal[]> FinishAsync(int count, CancellationToken cancel)
    {
        for (int i = 0; i < _parts.Count; i++)
        {
            if (_deferred[i] is not { } batch) continue;
            foreach ((int index, RewardResult result) in await batch.FinishAsync(cancel).ConfigureAwait(false)) _results[index][i] = result;
        }
        return [.. Enumerable.Range(0, count).Select(index => Total(_results[index]))];
    }

    public void Dispose()
    {
        foreach (IRewardBatch? batch in _deferred) batch?.Dispose();
    }

    private RewardTotal Total(RewardResult[] results)
    {
        double total = 0;
        string? reason = null;
        for (int i = 0; i < results.Length; i++)
        {
            if (results[i].HasValue) total += _parts[i].Weight * results[i].Value;
            else if (!results[i].IsScorable) reason ??= $"{_parts[i].Function.Name}: {results[i].Reason}";
        }
        return new(reason is null ? total : double.NaN, results, reason);
    }
}
