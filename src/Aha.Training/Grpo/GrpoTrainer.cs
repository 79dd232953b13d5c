using System.Diagnostics;
using Aha.Evaluation;
using Aha.Generation;
using Aha.Models;
using Aha.Models.Adapters;
using Aha.Tasks;
using Aha.Training.Backends;
using Aha.Training.Batching;
using Aha.Training.Checkpoints;
using Aha.Training.Losses;
using Aha.Training.Optimization;
using Aha.Verification;
using Aha.Verification.Rewards;

namespace Aha.Training.Grpo;

/// <summary>
/// R1-Zero's loop: sample a group of completions a question, reward them by rule, take each reward's distance from its group's mean as
/// the advantage of all its tokens, and step along the clipped policy gradient (DeepSeek-R1, section 2.2).
/// <para>
/// Where this departs from the paper by default: one update a batch of rollouts (so the ratio is 1 but for rounding), the mean over all
/// tokens of a step instead of over each sequence first (DAPO), no KL term. Each is an option.
/// </para>
/// <para>
/// With <see cref="GrpoOptions.OverlapRollouts"/> a step's rollouts are sampled beside the update before: from weights exactly one step older, since the
/// next update waits for them. Every loss weighs a token by its probability now over that stored when it was sampled, so the clipped ratio corrects for it.
/// Whatever the two threads' speeds, the result is the same, to the last bit.
/// </para>
/// </summary>
public sealed class GrpoTrainer : IDisposable
{
    private readonly RolloutEngine _engine;
    private readonly RolloutSampler _sampler;
    private readonly IReadOnlyList<Problem> _problems;
    private readonly IReadOnlyList<Problem> _general;
    private readonly StepSampler _steps;
    private readonly GrpoOptions _options;
    private readonly TrainingBackend _backend;
    private readonly LoraAdapter? _adapter;
    private readonly AdamW _optimizer;
    private readonly LearningRateSchedule _schedule;
    private readonly CausalLanguageModel? _reference;
    private readonly TrainingBackend? _referenceBackend;
    private readonly HashSet<string> _solved = [];

    // The step to come, sampled beside the last update; always completed, perhaps with a failure.
    private Task<SampledStep>? _ahead;

    /// <param name="problems">Reasoning problems, at least one.</param>
    /// <param name="general">General prompts; may be empty where their share is 0.</param>
    /// <param name="stops">Token ids that end a completion.</param>
    /// <param name="backend">Trains <paramref name="model"/>; not owned.</param>
    /// <param name="adapter">Trained in place of the model's weights, to which it is attached; not owned.</param>
    public GrpoTrainer(
        CausalLanguageModel model, RolloutEngine engine, RolloutSampler sampler, IReadOnlyList<Problem> problems, IReadOnlyList<Problem> general, IReadOnlyList<int> stops,
        GrpoOptions options, long seed, TrainingBackend backend, LoraAdapter? adapter = null)
    {
        options.Validate();
        Model = model;
        (_engine, _sampler, _problems, _general, _options, _backend, _adapter) = (engine, sampler, problems, general, options, backend, adapter);
        _steps = new StepSampler(sampler, new PromptMix(problems, general, options, seed), stops, options, seed);
        _optimizer = new AdamW(Trained, new AdamWOptions(options.Beta1, options.Beta2, WeightDecay: options.WeightDecay));
        _schedule = LearningRateSchedule.LinearDecay(options.LearningRate, (long)options.Steps * options.UpdatesPerRollout, options.WarmupSteps, options.DecayFraction);
        if (options.KlBeta > 0)
        {
            _reference = CausalLanguageModel.Create(model.Config, seed: 0);
            _reference.CopyParametersFrom(model);
            _referenceBackend = backend.For(_reference);
        }
    }

    public CausalLanguageModel Model { get; }

    private ITrainable Trained => _adapter is null ? Model : _adapter;

    public TrainingState State { get; private set; } = new();

    /// <summary>Whether the learned rewards have parted from the gold check so far that the options say to stop.</summary>
    public bool HasDiverged => State.Watch is { } watch && watch.Divergence > _options.StopOnDivergence;

    /// <summary>Notes that a transcript of an aha moment was stored.</summary>
    public void CountAha() => State = State with { AhasKept = State.AhasKept + 1 };

    /// <summary>
    /// One step: rollouts, rewards, advantages, update. Of rollouts sampled ahead only the update is left to do, while those of the next step are sampled;
    /// once the update has changed a weight, these are finished too, whether or not cancelled, as they could not be sampled again.
    /// </summary>
    /// <exception cref="OperationCanceledException">Cancelled: model and state, rollouts sampled ahead among them, are those of the step before.</exception>
    /// <exception cref="RewardException">
    /// A reward part cannot score at all; model and state are those of the step before. Met while sampling ahead, it is thrown by the next step, for which it
    /// was: the one beside it is finished and reported. A step tried again, or resumed, samples with the weights of then.
    /// </exception>
    /// <exception cref="TrainingDivergedException">A gradient that is not finite.</exception>
    public GrpoStep Advance(CancellationToken cancel, IProgress<int>? tokens = null)
    {
        long started = Stopwatch.GetTimestamp();
        long next = State.Step + 1;
        _engine.LoadWeights(Model, policyVersion: State.Step);
        long waitStarted = Stopwatch.GetTimestamp();
        SampledStep sampled = TakeAhead() ?? _steps.Sample(State.Step, new PromptCursor(State.GroupsDrawn, State.GeneralDrawn), cancel, tokens);
        double waited = Stopwatch.GetElapsedTime(waitStarted).TotalSeconds;
        cancel.ThrowIfCancellationRequested();
        RolloutBatch batch = sampled.Batch;
        // Should the update fail, disposing it brings the engine to rest.
        using SamplingAhead? ahead = _options.OverlapRollouts && next < _options.Steps ? new SamplingAhead(abandoned => _steps.Sample(next, sampled.Drawn, abandoned, tokens)) : null;

        long updateStarted = Stopwatch.GetTimestamp();
        Dictionary<string, double> metrics = GrpoMetrics.OfRollouts(batch, _sampler.Rewards);
        Update(batch, metrics, cancel);
        double updateSeconds = Stopwatch.GetElapsedTime(updateStarted).TotalSeconds;

        waitStarted = Stopwatch.GetTimestamp();
        _ahead = ahead?.Wait();
        waited += Stopwatch.GetElapsedTime(waitStarted).TotalSeconds;
        if (_options.OverlapRollouts)
        {
            metrics["staleness"] = batch.Completions.Average(c => (double)(State.Step - c.Completion.PolicyVersion));
            metrics["time/wait"] = waited;
        }

        JudgedCompletion[] newlySolved = [.. batch.Completions.Where(c => c.Problem.Kind == ProblemKind.Reasoning && c.IsCorrect && _solved.Add(c.Problem.Id))];
        long newTokens = batch.Completions.Sum(c => (long)c.Tokens);
        State = State with { Step = next, GroupsDrawn = sampled.Drawn.Reasoning, GeneralDrawn = sampled.Drawn.General, Tokens = State.Tokens + newTokens };
        if (metrics.TryGetValue("general/gold", out double gold))
        {
            State = State with { Watch = (State.Watch ?? new RewardWatch()).Next(metrics["general/proxy"], gold) };
            metrics["general/divergence"] = State.Watch.Divergence;
        }

        if (_reference is not null && _options.ReferenceRefreshEvery > 0 && State.Step % _options.ReferenceRefreshEvery == 0)
        {
            _reference.CopyParametersFrom(Model);
        }

        double total = Stopwatch.GetElapsedTime(started).TotalSeconds;
        metrics["num_tokens"] = State.Tokens;
        metrics["problems_solved"] = (double)_solved.Count / _problems.Count;
        metrics["rollout_tokens_per_second"] = newTokens / Math.Max(1e-9, sampled.RolloutSeconds);
        metrics["step_time"] = total;
        metrics["time/rollout"] = sampled.RolloutSeconds;
        metrics["time/reward"] = sampled.RewardSeconds;
        metrics["time/update"] = updateSeconds;
        // What ran beside an update is no part of the step's time; what was waited for is.
        double sampling = _options.OverlapRollouts ? waited : sampled.RolloutSeconds + sampled.RewardSeconds;
        metrics["time/other"] = Math.Max(0, total - sampling - updateSeconds);
        return new GrpoStep(metrics, batch.Completions, newlySolved);
    }

    /// <exception cref="CheckpointException">The checkpoint cannot be written.</exception>
    public void Save(string folder, double seconds)
    {
        State = State with { Seconds = seconds, Solved = [.. _solved.Order(StringComparer.Ordinal)] };
        StoredRollouts? ahead = _ahead is { IsCompletedSuccessfully: true } ? StoredRollouts.Of(_ahead.Result) : null;
        TrainingCheckpoint.Save(folder, Trained, _optimizer, _reference, State with { Ahead = ahead });
    }

    /// <exception cref="CheckpointException">The checkpoint cannot be read.</exception>
    public void Resume(string folder)
    {
        TrainingState state = TrainingCheckpoint.Load(folder, Trained, _optimizer, _reference);
        try
        {
            _ahead = state.Ahead is { } stored ? Task.FromResult(stored.Restore([.. _problems, .. _general], _sampler, _options, Model.Config.VocabSize)) : null;
        }
        catch (InvalidDataException e)
        {
            throw TrainingCheckpoint.Unusable(folder, e);
        }

        State = state with { Ahead = null };
        _solved.Clear();
        _solved.UnionWith(State.Solved);
    }

    public void Dispose()
    {
        _optimizer.Dispose();
        _referenceBackend?.Dispose();
        _reference?.Dispose();
    }

    // They stay where they are until the step is done: cancelled, it is begun again with them. A failure is thrown once.
    private SampledStep? TakeAhead()
    {
        Task<SampledStep>? ahead = _ahead;
        if (ahead is { IsCompletedSuccessfully: false })
        {
            _ahead = null;
        }

        return ahead?.GetAwaiter().GetResult();
    }

    private void Update(RolloutBatch batch, Dictionary<string, double> metrics, CancellationToken cancel)
    {
        // Without a KL term a sequence without advantage has no gradient: it counts in the denominator and is not computed.
        bool[] counted = [.. batch.Completions.Select(c => c.Reward.IsScorable && !(_options.MaskTruncated && c.IsTruncated))];
        TrainingSequence[] trained = [.. batch.Completions
            .Select((c, i) => new TrainingSequence(i, c.Prompt, c.Completion.Tokens))
            .Where(s => counted[s.Index] && (_reference is not null || batch.Advantages[s.Index] != 0))];
        metrics["trained_fraction"] = (double)trained.Length / batch.Completions.Count;
        if (State.Step == 0 && trained.Length > 0)
        {
            metrics["sampling/exact_logp_difference/max"] = PolicyUpdate.CheckOnPolicy(Model, batch, trained, _options, mustBeEqual: _engine.Precision == RolloutPrecision.Fp32);
        }

        ImportanceCorrection? correction = _engine.Precision == RolloutPrecision.Fp32 ? null : ImportanceCorrection.Create(_backend, trained, _options, cancel);
        int groups = batch.Completions[^1].Group + 1;
        int updates = _options.UpdatesPerRollout;
        double gradientNorm = 0;
        for (int update = 0; update < updates; update++)
        {
            int from = groups * update / updates, to = groups * (update + 1) / updates;
            int[] share = [.. Enumerable.Range(0, batch.Completions.Count).Where(i => counted[i] && batch.Completions[i].Group >= from && batch.Completions[i].Group < to)];
            TrainingSequence[] sequences = [.. trained.Where(s => batch.Completions[s.Index].Group >= from && batch.Completions[s.Index].Group < to)];
            var denominator = new LossDenominator(share.Length, share.Sum(i => (long)batch.Completions[i].Tokens), _options.MaxNewTokens);
            Dictionary<string, double> values;
            try
            {
                // Only before the first update is the step still undone: from then on it is finished.
                values = PolicyUpdate.Accumulate(_backend, _referenceBackend, batch, sequences, denominator, _options, correction, update == 0 ? cancel : default);
            }
            catch (OperationCanceledException)
            {
                Model.Parameters.grad?.zero_();
                throw;
            }

            _adapter?.TakeGradient();
            double norm = _optimizer.ClipGradient(_options.ClipNorm);
            if (!double.IsFinite(norm))
            {
                throw new TrainingDivergedException($"the gradient norm is {norm} at step {State.Step + 1}: lower learning_rate");
            }

            _optimizer.Step(_schedule.At(State.Step * updates + update));
            _adapter?.Merge();
            gradientNorm += norm / updates;
            foreach ((string name, double value) in values)
            {
                metrics[name] = value;
            }
        }

        metrics["grad_norm"] = gradientNorm;
        metrics["learning_rate"] = _schedule.At(State.Step * updates);
    }
}
