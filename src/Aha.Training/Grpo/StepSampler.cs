using Aha.Evaluation;
using Aha.Generation;
using Aha.Tasks;

namespace Aha.Training.Grpo;

/// <summary>
/// Samples a step's rollouts with the weights that the engine holds. What comes of it follows from these, the seed, the step and the cursor; it
/// shares nothing with an update, beside which it may run.
/// </summary>
internal sealed class StepSampler(RolloutSampler sampler, PromptMix prompts, IReadOnlyList<int> stops, GrpoOptions options, long seed)
{
    private readonly SamplingOptions _sampling = new() { Temperature = (float)options.Temperature, MaxNewTokens = options.MaxNewTokens, StopTokens = stops };

    /// <summary>DAPO's dynamic sampling: with more than one round, groups whose rewards are all equal are replaced by freshly drawn ones.</summary>
    /// <param name="step">Counted from 0.</param>
    /// <param name="drawn">How far the steps before have read the streams of questions.</param>
    public SampledStep Sample(long step, PromptCursor drawn, CancellationToken cancel, IProgress<int>? tokens)
    {
        var kept = new List<JudgedCompletion>();
        double rolloutSeconds = 0, rewardSeconds = 0;
        int groups = 0;
        for (int round = 0; round < options.SamplingRounds && groups < options.PromptsPerStep; round++)
        {
            (Problem[] problems, drawn) = prompts.Draw(step, options.PromptsPerStep - groups, drawn);
            IReadOnlyList<JudgedCompletion> completions = sampler.Sample(problems, options.GroupSize, _sampling, Seeds.Derive(seed, step, round), cancel, tokens);
            rolloutSeconds += sampler.LastSeconds.Rollout;
            rewardSeconds += sampler.LastSeconds.Reward;
            bool last = round == options.SamplingRounds - 1;
            IReadOnlySet<int> informative = new RolloutBatch(completions, options).InformativeGroups;
            int first = groups;
            Dictionary<int, int> places = completions.Select(c => c.Group).Distinct().Where(g => last || informative.Contains(g))
                .Select((g, i) => (g, place: first + i)).ToDictionary(x => x.g, x => x.place);
            kept.AddRange(completions.Where(c => places.ContainsKey(c.Group)).Select(c => c with { Group = places[c.Group] }));
            groups += places.Count;
        }

        return new SampledStep(new RolloutBatch(kept, options), drawn, rolloutSeconds, rewardSeconds);
    }
}
