using System.Collections.Concurrent;
using System.Threading.Channels;
using Aha.Verification.Rewards;

namespace Aha.Verification.Graders;

/// <summary>One batch of samples on their way through a grader: a bounded queue, and a fixed number of places that empty it.</summary>
internal sealed class GraderQueue : IRewardBatch
{
    private readonly IGrader _grader;
    private readonly GraderOptions _options;
    private readonly TimeProvider _time;
    private readonly Channel<(int Index, RewardInput Input)> _queue;
    private readonly ConcurrentDictionary<int, RewardResult> _results = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Lazy<Task> _places;

    public GraderQueue(IGrader grader, GraderOptions options, TimeProvider time)
    {
        (_grader, _options, _time) = (grader, options, time);
        _queue = Channel.CreateBounded<(int, RewardInput)>(options.QueueLength);
        _places = new Lazy<Task>(() => Task.WhenAll(Enumerable.Range(0, options.Concurrency).Select(_ => Task.Run(WorkAsync))));
    }

    public ValueTask AddAsync(int index, RewardInput input, CancellationToken cancel)
    {
        _ = _places.Value;
        return _queue.Writer.WriteAsync((index, input), cancel);
    }

    public async Task<IReadOnlyDictionary<int, RewardResult>> FinishAsync(CancellationToken cancel)
    {
        _queue.Writer.Complete();
        if (_places.IsValueCreated) await _places.Value.WaitAsync(cancel).ConfigureAwait(false);
        // Without a single answer something is wrong with the grader, not with the samples: training on nothing would hide it.
        if (!_results.IsEmpty && _results.Values.All(result => !result.IsScorable))
            throw new RewardException($"{_grader.Name}: none of {_results.Count} samples could be graded: {_results.MinBy(result => result.Key).Value.Reason}");
        return _results;
    }

    public void Dispose() => _stop.Cancel();

    private async Task WorkAsync()
    {
        await foreach ((int index, RewardInput input) in _queue.Reader.ReadAllAsync(_stop.Token).ConfigureAwait(false))
            _results[index] = await GradeAsync(input).ConfigureAwait(false);
    }

    private async Task<RewardResult> GradeAsync(RewardInput input)
    {
        (bool answered, RewardResult result, string reason) = await Patience.AskAsync(cancel => _grader.GradeAsync(input, cancel), _options, _time, _stop.Token).ConfigureAwait(false);
        return answered ? result : RewardResult.Unscorable(reason);
    }
}
