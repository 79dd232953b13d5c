using System.Diagnostics.CodeAnalysis;
using System.Runtime.ExceptionServices;
using System.Runtime.Intrinsics;
using Aha.Generation.Decoding;
using Aha.Generation.Kernels;
using Aha.Generation.Memory;
using Aha.Generation.Scheduling;
using Aha.Models;
using Aha.Models.Checkpoints;
using Aha.Tensors;

namespace Aha.Generation;

/// <summary>
/// Continuous-batching decoder on the CPU. Each thread decodes a batch of sequences, takes the next from a shared queue the moment one ends,
/// and waits for no other thread; where a large model has few sequences to decode, all threads share the steps of one batch instead. What a sequence becomes depends on the weights, its prompt, the sampling options, its request's seed and its
/// index in the group, and on nothing else: not on threads, slots, batch order or kernel set, to the last bit.
/// </summary>
/// <remarks>
/// Calls may come from any thread and run one at a time. The engine keeps a packed copy of the weights, so the trainer may change its own
/// as soon as <see cref="LoadWeights"/> has returned.
/// </remarks>
public sealed unsafe class RolloutEngine : IDisposable
{
    private const int PrefillRows = 32;
    private const int MostSlots = 64;

    // libtorch's products in bf16 are still some way from their full rate at 64 rows.
    private const int MostSlotsByLibtorch = 128;

    // Fewer rows than this do not hide the reading and widening of the weights, which a team does once for all its threads.
    private const int SharedToSequencesPerThread = 8;
    private readonly Lock _gate = new();
    private readonly ModelConfig _config;
    private readonly RolloutEngineOptions _options;
    private readonly KvLayout _layout;
    private readonly KvBlockPool _pool;
    private readonly RopeTable _rope;
    private readonly PackedWeights _weights;
    private readonly bool _stored;
    private readonly RolloutWorker[] _workers;
    private long? _policyVersion;
    private bool _disposed;

    /// <exception cref="ArgumentException">The configuration describes no model the engine can run, or an option is out of range.</exception>
    public RolloutEngine(ModelConfig config, RolloutEngineOptions? options = null)
        : this(config, options, stored: null)
    {
    }

    /// <summary>
    /// An engine that holds a stored model's matrices in their file's precision (bf16, Q8_0, Q4_0, Q4_1; others in fp32) and its weights for good. What it
    /// generates is what it would with the same weights in fp32, to the last bit.
    /// </summary>
    /// <param name="model">Read here; not needed any longer afterwards.</param>
    /// <exception cref="ArgumentException">As <see cref="RolloutEngine(ModelConfig, RolloutEngineOptions?)"/> and <see cref="LoadWeights"/>.</exception>
    public RolloutEngine(IStoredWeights model, RolloutEngineOptions? options = null)
        : this(Require(model).Config, options, model)
    {
        try
        {
            _weights.Load(model);
            _policyVersion = 0;
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    private RolloutEngine(ModelConfig config, RolloutEngineOptions? options, IStoredWeights? stored)
    {
        ArgumentNullException.ThrowIfNull(config);
        Validate(config);
        _config = config;
        _options = options ?? new RolloutEngineOptions();
        Kernels = _options.Resolve();
        Precision = stored is null ? _options.Precision : RolloutPrecision.Fp32;
        _layout = new KvLayout(config, ByLibtorch(Precision));
        _pool = new KvBlockPool(_layout.BlockFloats);
        _rope = new RopeTable(config);
        _stored = stored is not null;
        _weights = new PackedWeights(config, PanelWidth(Kernels), FormatOf(config, Precision, stored), ByLibtorch(Precision));
        _workers = new RolloutWorker[_options.Threads];
        for (int i = 0; i < _workers.Length; i++)
            _workers[i] = new RolloutWorker(CreateDecoder(), _pool, _layout, _options.SlotsPerThread ?? DefaultSlots);
    }

    /// <summary>Bytes of an engine that decodes so many sequences of so many positions at once: packed weights and KV cache.</summary>
    public static long EstimateBytes(ModelConfig config, int positions, int sequences, RolloutPrecision precision = RolloutPrecision.Fp32)
    {
        ArgumentNullException.ThrowIfNull(config);
        return EstimateBytes(config, FormatOf(config, precision, null), ByLibtorch(precision), positions, sequences);
    }

    /// <summary>Bytes of an engine that holds a stored model's matrices in their file's precision; see <see cref="EstimateBytes(ModelConfig, int, int, RolloutPrecision)"/>.</summary>
    public static long EstimateBytes(IStoredWeights model, int positions, int sequences)
    {
        ArgumentNullException.ThrowIfNull(model);
        return EstimateBytes(model.Config, model.FormatOf, byLibtorch: false, positions, sequences);
    }

    /// <summary>Bytes of weights that a decoding step reads, in the precision they are kept in; of a mixture, all experts'.</summary>
    public long WeightBytes => _weights.StepBytes;

    /// <summary>The kernel set in use, never <see cref="KernelSet.Auto"/>.</summary>
    public KernelSet Kernels { get; }

    /// <summary>How matrices are kept that <see cref="LoadWeights"/> brings.</summary>
    public RolloutPrecision Precision { get; }

    public ModelConfig Config => _config;

    private int DefaultSlots => _weights.ByLibtorch ? MostSlotsByLibtorch : MostSlots;

    /// <summary>The version of the weights in use; null before the first <see cref="LoadWeights"/>.</summary>
    public long? PolicyVersion => _policyVersion;

    /// <summary>KV cache blocks in use: 0 whenever no call is under way.</summary>
    internal int BlocksInUse => _pool.InUse;

    /// <summary>Copies the weights into the kernels' layout.</summary>
    /// <param name="weights">Must have the engine's shape.</param>
    /// <param name="policyVersion">Stamped on every completion made with these weights.</param>
    /// <exception cref="ArgumentException">A tensor is missing or of another size.</exception>
    /// <exception cref="InvalidOperationException">The engine holds a stored model.</exception>
    public void LoadWeights(IModelWeights weights, long policyVersion)
    {
        ArgumentNullException.ThrowIfNull(weights);
        if (_stored) throw new InvalidOperationException("The rollout engine holds a stored model's weights, in their file's precision, and takes no others.");
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _policyVersion = null;
            _weights.Load(Precision == RolloutPrecision.Fp32 || _weights.ByLibtorch ? weights : new RoundedWeights(weights, Precision.Format()));
            _policyVersion = policyVersion;
        }
    }

    /// <summary>Generates <see cref="RolloutRequest.Samples"/> completions of every request, ordered by (request, sample).</summary>
    /// <param name="requests">The groups; all are checked before any is begun.</param>
    /// <param name="options">One way of drawing for all.</param>
    /// <param name="ct">
    /// Ends generation within a decoding step. What has ended by then is returned as it is, the rest with what it has so far and
    /// <see cref="FinishReason.Cancelled"/>.
    /// </param>
    /// <param name="tokensDone">Told how many new tokens there are by now, all together, every now and then, from any of the engine's threads, and once at the end.</param>
    /// <param name="ended">
    /// Told each completion that was begun the moment it ends, with its place in the result, by the thread that made it: it must not take long.
    /// </param>
    /// <param name="sampled">Told every new token, with the place of its completion in the result, under the same condition.</param>
    /// <exception cref="ArgumentException">A prompt is empty, holds an id outside the vocabulary, or leaves no room for the new tokens; an option is out of range.</exception>
    /// <exception cref="InvalidOperationException">No weights are loaded, or they give logits that are not finite.</exception>
    [SuppressMessage("Design", "CA1068", Justification = "Progress is asked for less often than cancellation.")]
    public Completion[] Generate(
        IReadOnlyList<RolloutRequest> requests, SamplingOptions options, CancellationToken ct = default, IProgress<int>? tokensDone = null,
        Action<int, Completion>? ended = null, Action<int, int>? sampled = null)
    {
        ArgumentNullException.ThrowIfNull(requests);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate(_config.VocabSize);
        int longest = Validate(requests, options);
        lock (_gate)
        {
            long version = RequireWeights();
            _rope.EnsurePositions(longest);
            var job = new RolloutJob(requests, options, _config.VocabSize, version, ended, sampled, ct, tokensDone);
            try
            {
                RunOnAllThreads(job, longest);
                return job.Finish();
            }
            finally
            {
                foreach (var group in job.Groups) group.Release(_pool);
            }
        }
    }

    /// <summary>log p(ids[t+1] | ids[..t]) for t from 0, by the arithmetic of generation at temperature 1: <c>[ids - 1]</c>.</summary>
    /// <exception cref="ArgumentException">Fewer than two ids, one outside the vocabulary, or more than the model has positions.</exception>
    public float[] LogProbs(ReadOnlySpan<int> ids) => Score(ids, top: 0).LogProbs;

    /// <summary><see cref="LogProbs"/>, and the <paramref name="top"/> most likely tokens of each of those positions.</summary>
    /// <exception cref="ArgumentException">Fewer than two ids, one outside the vocabulary, or more than the model has positions; top is negative.</exception>
    public SequenceScores Score(ReadOnlySpan<int> ids, int top)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(top);
        if (ids.Length < 2) throw new ArgumentException("Log-probs need at least two ids: one to condition on and one to score.");
        if (ids.Length > _config.MaxPositionEmbeddings)
            throw new ArgumentException($"{ids.Length} ids are more than the model's {_config.MaxPositionEmbeddings} positions.");
        RequireInVocabulary(ids, "The sequence");
        int[] sequence = ids.ToArray();
        lock (_gate)
        {
            RequireWeights();
            _rope.EnsurePositions(ids.Length);
            var decoder = _workers[0].Decoder;
            var scores = new SequenceScores(new float[sequence.Length - 1], new IReadOnlyList<TokenScore>[top == 0 ? 0 : sequence.Length - 1]);
            int count = scores.LogProbs.Length;
            using var blocks = new NativeBuffer<nint>(KvLayout.BlocksFor(count));
            try
            {
                if (IsShared(1)) RunAsTeam(Run);
                else Run();
            }
            finally
            {
                for (int b = 0; b < blocks.Length && blocks.Pointer[b] != 0; b++) _pool.Return((float*)blocks.Pointer[b]);
            }

            return scores;

            void Run()
            {
                for (int b = 0; b < blocks.Length; b++) blocks.Pointer[b] = (nint)_pool.Take();
                int rows;
                for (int start = 0; start < count; start += rows)
                {
                    rows = Math.Min(decoder.MaxRows, count - start);
                    for (int r = 0; r < rows; r++)
                        decoder.Rows[r] = new Row { Token = sequence[start + r], Position = start + r, Blocks = (float**)blocks.Pointer };
                    decoder.Forward(rows);
                    float* logits = decoder.Logits(0, rows);
                    for (int r = 0; r < rows; r++, logits += decoder.LogitsStride)
                    {
                        scores.LogProbs[start + r] = decoder.LogProb(logits, sequence[start + r + 1]);
                        if (top > 0) scores.Top[start + r] = decoder.Top(logits, top);
                    }
                }
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (_disposed) return;
            _disposed = true;
            foreach (var worker in _workers) worker.Dispose();
            _weights.Dispose();
            _rope.Dispose();
            _pool.Dispose();
        }
    }

    /// <summary>
    /// A step reads the weights once and each slot's cache once. Where the two are equal, more slots would save at most half of the traffic and
    /// spill out of the processor's cache sooner; the kernels are at full speed from eight rows.
    /// </summary>
    private int ChooseSlots(int positions)
    {
        if (_weights.ByLibtorch) return MostSlotsByLibtorch;
        long halfCache = Math.Max(1, (long)KvLayout.BlocksFor(positions) * _layout.BlockFloats / 2);
        return Math.Clamp((int)Math.Min(MostSlots, (_weights.Bytes / sizeof(float) + halfCache - 1) / halfCache + 7) / 8 * 8, 8, MostSlots);
    }

    /// <summary>How a call decodes: whether all threads share each step, the steps under way at a time, and the most sequences in one.</summary>
    internal (bool Shared, int Steps, int Rows) Divide(int sequences, int positions)
    {
        if (IsShared(sequences)) return (true, 1, Math.Min(sequences, MostSlots));
        int active = Math.Min(_workers.Length, sequences);
        return (false, active, Math.Min(_options.SlotsPerThread ?? ChooseSlots(positions), (sequences + active - 1) / active));
    }

    private void RunOnAllThreads(RolloutJob job, int positions)
    {
        if (job.Sequences == 0) return;
        (bool shared, int steps, int rows) = Divide(job.Sequences, positions);
        if (shared) RunAsTeam(() => _workers[0].Run(job, rows));
        else if (_weights.ByLibtorch) SingleThread.Around(before => RunThreads(steps, worker => SingleThread.In(before, () => _workers[worker].Run(job, rows))));
        else RunThreads(steps, worker => _workers[worker].Run(job, rows));
    }

    private bool IsShared(int sequences) =>
        !_weights.ByLibtorch && _workers.Length > 1 && _weights.Bytes >= _options.ShareFromBytes && sequences <= _workers.Length * SharedToSequencesPerThread;

    /// <summary>Runs what uses the first worker's decoder, with all other threads sharing its steps.</summary>
    private void RunAsTeam(Action lead)
    {
        var team = new ThreadTeam(_workers.Length);
        _workers[0].Decoder.Team = team;
        try
        {
            RunThreads(_workers.Length, member =>
            {
                if (member > 0)
                {
                    team.Help(member);
                    return;
                }

                try
                {
                    lead();
                }
                finally
                {
                    team.Dismiss();
                }
            });
        }
        finally
        {
            _workers[0].Decoder.Team = null;
        }
    }

    private static void RunThreads(int count, Action<int> run)
    {
        var failures = new Exception?[count];
        var threads = new Thread[count - 1];
        for (int i = 0; i < threads.Length; i++)
        {
            int worker = i + 1;
            threads[i] = new Thread(() => Run(worker)) { IsBackground = true, Name = $"rollout {worker}" };
            threads[i].Start();
        }

        Run(0);
        foreach (var thread in threads) thread.Join();
        if (Array.Find(failures, e => e is not null) is { } failure) ExceptionDispatchInfo.Throw(failure);

        void Run(int worker)
        {
            try
            {
                run(worker);
            }
            catch (Exception e)
            {
                failures[worker] = e;
            }
        }
    }

    private static int PanelWidth(KernelSet kernels) => kernels switch
    {
        KernelSet.Avx512 => MatMul<Simd512, Vector512<float>>.PanelWidth,
        KernelSet.Avx2 => MatMul<Simd256, Pair256>.PanelWidth,
        _ => MatMul<SimdScalar, Lanes16>.PanelWidth,
    };

    private static Func<string, StoredFormat>? FormatOf(ModelConfig config, RolloutPrecision precision, IStoredWeights? stored) =>
        stored is not null ? stored.FormatOf : precision == RolloutPrecision.Fp32 ? null : RoundedWeights.Formats(config, precision.Format());

    private static long EstimateBytes(ModelConfig config, Func<string, StoredFormat>? formatOf, bool byLibtorch, int positions, int sequences)
    {
        Validate(config);
        using var weights = new PackedWeights(config, PanelWidth(RolloutEngineOptions.Widest), formatOf, byLibtorch, allocate: false);
        return weights.Bytes + (long)KvLayout.BlocksFor(positions) * new KvLayout(config, byLibtorch).BlockFloats * sizeof(float) * sequences;
    }

    // By what the processor says of itself, not by a trial: a run that goes on must compute as it began.
    private static bool ByLibtorch(RolloutPrecision precision) => precision == RolloutPrecision.Bf16 && BFloat16Units.ArePresent;

    private static IStoredWeights Require(IStoredWeights model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return model;
    }

    private DecoderStep CreateDecoder()
    {
        // Prompts go through libtorch, too, in as many rows as it likes best.
        int rows = Math.Max(_options.SlotsPerThread ?? DefaultSlots, _weights.ByLibtorch ? MostSlotsByLibtorch : PrefillRows);
        return Kernels switch
        {
            KernelSet.Avx512 => new DecoderStep<Simd512, Vector512<float>>(_config, _weights, _rope, _layout, rows, _options.Threads),
            KernelSet.Avx2 => new DecoderStep<Simd256, Pair256>(_config, _weights, _rope, _layout, rows, _options.Threads),
            _ => new DecoderStep<SimdScalar, Lanes16>(_config, _weights, _rope, _layout, rows, _options.Threads),
        };
    }

    private long RequireWeights()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _policyVersion ?? throw new InvalidOperationException("The rollout engine has no weights: call LoadWeights first.");
    }

    private int Validate(IReadOnlyList<RolloutRequest> requests, SamplingOptions options)
    {
        int longest = 0;
        for (int i = 0; i < requests.Count; i++)
        {
            var (prompt, samples, _) = requests[i];
            if (prompt is null || prompt.Length == 0) throw new ArgumentException($"Request {i} has an empty prompt.");
            if (samples < 1) throw new ArgumentException($"Request {i} asks for {samples} samples; at least 1 is needed.");
            RequireInVocabulary(prompt, $"The prompt of request {i}");
            long length = (long)prompt.Length + options.MaxNewTokens;
            if (length > _config.MaxPositionEmbeddings)
            {
                throw new ArgumentException(
                    $"Request {i}: a prompt of {prompt.Length} and {options.MaxNewTokens} new tokens exceed the model's {_config.MaxPositionEmbeddings} positions.");
            }

            longest = Math.Max(longest, (int)length);
        }

        return longest;
    }

    private void RequireInVocabulary(ReadOnlySpan<int> ids, string what)
    {
        for (int i = 0; i < ids.Length; i++)
        {
            if ((uint)ids[i] >= (uint)_config.VocabSize)
                throw new ArgumentException($"{what} holds id {ids[i]} at index {i}; the vocabulary has {_config.VocabSize} ids, from 0.");
        }
    }

    private static void Validate(ModelConfig config)
    {
        if (config.ScoreHead) throw new ArgumentException("The model scores texts and cannot write any: it is a reward model.");
        Positive(config.VocabSize, nameof(config.VocabSize));
        Positive(config.HiddenSize, nameof(config.HiddenSize));
        Positive(config.IntermediateSize, nameof(config.IntermediateSize));
        Positive(config.NumHiddenLayers, nameof(config.NumHiddenLayers));
        Positive(config.NumAttentionHeads, nameof(config.NumAttentionHeads));
        Positive(config.NumKeyValueHeads, nameof(config.NumKeyValueHeads));
        Positive(config.HeadDim, nameof(config.HeadDim));
        Positive(config.MaxPositionEmbeddings, nameof(config.MaxPositionEmbeddings));
        if (config.LatentAttention is { } latent)
        {
            Positive(latent.QueryRank ?? 1, nameof(latent.QueryRank));
            Positive(latent.KeyValueRank, nameof(latent.KeyValueRank));
            Positive(latent.PlainHeadDim, nameof(latent.PlainHeadDim));
            Positive(latent.ValueHeadDim, nameof(latent.ValueHeadDim));
            if (config.NumKeyValueHeads != config.NumAttentionHeads)
                throw new ArgumentException($"NumKeyValueHeads ({config.NumKeyValueHeads}) must be NumAttentionHeads ({config.NumAttentionHeads}) with latent attention.");
        }

        if (config.Experts is { } experts)
        {
            Positive(experts.IntermediateSize, nameof(experts.IntermediateSize));
            Positive(experts.PerToken, nameof(experts.PerToken));
            Positive(experts.Groups, nameof(experts.Groups));
            if (experts.Routed % experts.Groups != 0 || experts.PerToken > experts.Routed / experts.Groups * Math.Min(experts.GroupsPerToken, experts.Groups))
                throw new ArgumentException($"{experts.PerToken} of {experts.Routed} experts cannot be chosen from {experts.GroupsPerToken} of {experts.Groups} groups.");
        }

        if (config.HeadDim % 2 != 0)
            throw new ArgumentException($"HeadDim is {config.HeadDim}; rotary embeddings turn pairs, so it must be even.");
        if (config.NumAttentionHeads % config.NumKeyValueHeads != 0)
        {
            throw new ArgumentException(
                $"NumKeyValueHeads ({config.NumKeyValueHeads}) must divide NumAttentionHeads ({config.NumAttentionHeads}).");
        }

        static void Positive(int value, string name)
        {
            if (value < 1) throw new ArgumentException($"{name} is {value}; it must be at least 1.");
        }
    }
}
