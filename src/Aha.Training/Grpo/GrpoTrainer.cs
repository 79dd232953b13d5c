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

namespace Aha.Training.Grpo;

/// <summary>
/// R1-Zero's loop: sample a group of completions a question, reward them by rule, take each reward's distance from its group's mean as
/// the advantage of all its tokens, and step along the clipped policy gradient (DeepSeek-R1, section 2.2).
/// <para>
/// Where this departs from the paper by default: one update a batch of rollouts (so the ratio is 1 but for rounding), the mean over all
/// tokens of a step instead of over each sequence first (DAPO), no KL term. Each is an option.
/// </para>
/// </summary>
public sealed class GrpoTrainer : IDisposable
{
    private readonly RolloutEngine _engine;
    private readonly RolloutSampler _sampler;
    private readonly IReadOnlyList<Problem> _problems;
    private readonly PromptMix _prompts;
    private readonly IReadOnlyList<int> _stops;
    private readonly GrpoOptions _options;
    private readonly long _seed;
    private readonly TrainingBackend _backend;
    private readonly LoraAdapter? _adapter;
    private readonly AdamW _optimizer;
    private readonly LearningRateSchedule _schedule;
    private readonly CausalLanguageModel? _reference;
    private readonly TrainingBackend? _referenceBackend;
    private readonly HashSet<string> _solved = [];

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
        (_engine, _sampler, _problems, _stops, _options, _seed, _backend, _adapter) = (engine, sampler, problems, stops, options, seed, backend, adapter);
        _prompts = new PromptMix(problems, general, options, seed);
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

    /// <summary>One step: rollouts, rewards, advantages, update.</summary>
    /// <exception cref="OperationCanceledException">Cancelled: model and state are those of the step before.</exception>
    /// <exception cref="TrainingDivergedException">A gradient that is not finite.</exception>
    public GrpoStep Advance(CancellationToken cancel, IProgress<int>? tokens = null)
    {
        long started = Stopwatch.GetTimestamp();
        _engine.LoadWeights(Model, policyVersion: State.Step);
        (RolloutBatch batch, PromptCursor drawn, double rolloutSeconds, double rewardSeconds) = Sample(cancel, tokens);

        long updateStarted = Stopwatch.GetTimestamp();
        Dictionary<string, double> metrics = GrpoMetrics.OfRollouts(batch, _sampler.Rewards);
        Update(batch, metrics, cancel);
        double updateSeconds = Stopwatch.GetElapsedTime(updateStarted).TotalSeconds;

        JudgedCompletion[] newlySolved = [.. batch.Completions.Where(c => c.Problem.Kind == ProblemKind.Reasoning && c.IsCorrect && _solved.Add(c.Problem.Id))];
        long newTokens = batch.Completions.Sum(c => (long)c.Tokens);
        State = State with { Step = State.Step + 1, GroupsDrawn = drawn.Reasoning, GeneralDrawn = drawn.General, Tokens = State.Tokens + newTokens };
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
        metrics["rollout_tokens_per_second"] = newTokens / Math.Max(1e-9, rolloutSeconds);
        metrics["step_time"] = total;
        metrics["time/rollout"] = rolloutSeconds;
        metrics["time/reward"] = rewardSeconds;
        metrics["time/update"] = updateSeconds;
        metrics["time/other"] = Math.Max(0, total - rolloutSeconds - rewardSeconds - updateSeconds);
        return new GrpoStep(metrics, batch.Completions, newlySolved);
    }

    /// <exception cref="CheckpointException">The checkpoint cannot be written.</exception>
    public void Save(string folder, double seconds)
    {
        State = State with { Seconds = seconds, Solved = [.. _solved.Order(StringComparer.Ordinal)] };
        TrainingCheckpoint.Save(folder, Trained, _optimizer, _reference, State);
    }

    /// <exception cref="CheckpointException">The checkpoint cannot be read.</exception>
    public void Resume(string folder)
    {
        State = TrainingCheckpoint.Load(folder, Trained, _optimizer, _reference);
        _solved.Clear();
        _solved.UnionWith(State.Solved);
    }

    public void Dispose()
    {
        _optimizer.Dispose();
        _referenceBackend?.Dispose();
        _reference?.Dispose();
    }

    // DAPO's dynamic sampling: with more than one round, groups whose rewards are all equal are replaced by freshly drawn ones.
    private (RolloutBatch Batch, PromptCursor Drawn, double RolloutSeconds, double RewardSeconds) Sample(CancellationToken cancel, IProgress<int>? tokens)
    {
        var sampling = new SamplingOptions { Temperature = (float)_options.Temperature, MaxNewTokens = _options.MaxNewTokens, StopTokens = _stops };
        var kept = new List<JudgedCompletion>();
        double rolloutSeconds = 0, rewardSeconds = 0;
        var drawn = new PromptCursor(State.GroupsDrawn, State.GeneralDrawn);
        int groups = 0;
        for (int round = 0; round < _options.SamplingRounds && groups < _options.PromptsPerStep; round++)
        {
            (Problem[] problems, drawn) = _prompts.Draw(State.Step, _options.PromptsPerStep - groups, drawn);
            IReadOnlyList<JudgedCompletion> completions = _sampler.Sample(problems, _options.GroupSize, sampling, Seeds.Derive(_seed, State.Step, round), cancel, tokens);
            rolloutSeconds += _sampler.LastSeconds.Rollout;
            rewardSeconds += _sampler.LastSeconds.Reward;
            bool last = round == _options.SamplingRounds - 1;
            IReadOnlySet<int> informative = new RolloutBatch(completions, _options).InformativeGroups;
            int first = groups;
            Dictionary<int, int> places = completions.Select(c => c.Group).Distinct().Where(g => last || informative.Contains(g))
                .Select((g, i) => (g, place: first + i)).ToDictionary(x => x.g, x => x.place);
            kept.AddRange(completions.Where(c => places.ContainsKey(c.Group)).Select(c => c with { Group = places[c.Group] }));
            groups += places.Count;
        }

        return (new RolloutBatch(kept, _options), drawn, rolloutSeconds, rewardSeconds);
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
                values = PolicyUpdate.Accumulate(_backend, _referenceBackend, batch, sequences, denominator, _options, update == 0 ? cancel : default);
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
