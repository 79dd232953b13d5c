namespace Aha.Generation.Scheduling;

/// <summary>One call of Generate, as its threads see it: a queue of (group, sample) and a place for each result.</summary>
internal sealed class RolloutJob
{
    private const int ReportEvery = 1024;
    private readonly (RolloutGroup Group, int Sample)[] _queue;
    private readonly Completion?[] _results;
    private readonly CancellationToken _cancellation;
    private readonly IProgress<int>? _tokensDone;
    private readonly Action<int, Completion>? _ended;
    private readonly Action<int, int>? _sampled;
    private readonly long _policyVersion;
    private readonly bool[] _stop;
    private int _next;
    private int _tokens;
    private volatile bool _failed;

    public RolloutJob(
        IReadOnlyList<RolloutRequest> requests,
        SamplingOptions options,
        int vocabSize,
        long policyVersion,
        Action<int, Completion>? ended,
        Action<int, int>? sampled,
        CancellationToken cancellation,
        IProgress<int>? tokensDone)
    {
        Options = options;
        Groups = [.. requests.Select((request, i) => new RolloutGroup(i, request))];
        _queue = [.. Groups.SelectMany(group => Enumerable.Range(0, group.Samples).Select(sample => (group, sample)))];
        _results = new Completion?[_queue.Length];
        _policyVersion = policyVersion;
        _cancellation = cancellation;
        _tokensDone = tokensDone;
        _ended = ended;
        _sampled = sampled;
        _stop = new bool[vocabSize];
        foreach (int id in options.StopTokens) _stop[id] = true;
    }

    public SamplingOptions Options { get; }

    public RolloutGroup[] Groups { get; }

    public int Sequences => _queue.Length;

    public bool ShouldStop => _failed || _cancellation.IsCancellationRequested;

    public bool IsStop(int token) => _stop[token];

    public void Fail() => _failed = true;

    public bool TryTake(out RolloutGroup group, out int sample, out int ticket)
    {
        ticket = _next < _queue.Length ? Interlocked.Increment(ref _next) - 1 : _queue.Length;
        bool taken = ticket < _queue.Length;
        (group, sample) = taken ? _queue[ticket] : default;
        return taken;
    }

    public void Sampled(int ticket, int token) => _sampled?.Invoke(ticket, token);

    public void Complete(int ticket, ReadOnlySpan<int> tokens, ReadOnlySpan<float> logProbs, FinishReason finish)
    {
        Store(ticket, tokens, logProbs, finish);
        _ended?.Invoke(ticket, _results[ticket]!);
    }

    /// <summary>Counts new tokens and reports the total now and then, from whichever thread passed the mark.</summary>
    public void AddTokens(int count)
    {
        if (_tokensDone is null) return;
        int total = Interlocked.Add(ref _tokens, count);
        if (total / ReportEvery != (total - count) / ReportEvery) _tokensDone.Report(total);
    }

    /// <summary>Results by (request, sample); what was never begun is cancelled and empty.</summary>
    public Completion[] Finish()
    {
        for (int i = 0; i < _results.Length; i++)
            if (_results[i] is null) Store(i, [], [], FinishReason.Cancelled);
        _tokensDone?.Report(_tokens);
        return _results!;
    }

    private void Store(int ticket, ReadOnlySpan<int> tokens, ReadOnlySpan<float> logProbs, FinishReason finish)
    {
        var (group, sample) = _queue[ticket];
        _results[ticket] = new Completion(group.Index, sample, tokens.ToArray(), logProbs.ToArray(), finish, _policyVersion);
    }
}
