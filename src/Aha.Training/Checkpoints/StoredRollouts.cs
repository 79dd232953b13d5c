using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Aha.Evaluation;
using Aha.Tasks;
using Aha.Training.Grpo;
using Aha.Verification;

namespace Aha.Training.Checkpoints;

/// <summary>Judged rollouts that no update was made of yet, as a checkpoint keeps them: to the bit, since the weights that they come from are gone.</summary>
/// <param name="GroupsDrawn">Groups of reasoning problems drawn so far, these included.</param>
/// <param name="GeneralDrawn">Groups of general prompts drawn so far, these included.</param>
/// <param name="RolloutSeconds">Spent in the engine.</param>
/// <param name="RewardSeconds">Spent after it, waiting for rewards.</param>
public sealed record StoredRollouts(long GroupsDrawn, long GeneralDrawn, double RolloutSeconds, double RewardSeconds, IReadOnlyList<StoredCompletion> Completions)
{
    internal static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false) },
    };

    internal static StoredRollouts Of(SampledStep step) =>
        new(step.Drawn.Reasoning, step.Drawn.General, step.RolloutSeconds, step.RewardSeconds, [.. step.Batch.Completions.Select(StoredCompletion.Of)]);

    /// <summary>The step again. Prompts are rendered anew: a stage's never change.</summary>
    /// <param name="problems">Those the stage may ask.</param>
    /// <param name="vocabulary">Token ids are below it.</param>
    /// <exception cref="InvalidDataException">They are not what <see cref="Of"/> makes of this stage's rollouts.</exception>
    internal SampledStep Restore(IReadOnlyList<Problem> problems, RolloutSampler sampler, GrpoOptions options, int vocabulary)
    {
        Dictionary<(ProblemKind, string), Problem> known = problems.DistinctBy(p => (p.Kind, p.Id)).ToDictionary(p => (p.Kind, p.Id));
        var completions = new JudgedCompletion[Completions.Count];
        int group = -1;
        for (int i = 0; i < completions.Length; i++)
        {
            StoredCompletion stored = Completions[i] ?? throw new InvalidDataException($"completion {i} is null");
            stored.Require(i, options.MaxNewTokens, vocabulary, sampler.Rewards.Parts.Count);
            if (!known.TryGetValue((stored.Kind, stored.Problem), out Problem? problem))
            {
                throw new InvalidDataException($"completion {i} answers {stored.Problem}, which the task does not have");
            }

            // Groups lie one after another.
            bool follows = stored.Group == group || stored.Group == group + 1;
            group = follows ? stored.Group : throw new InvalidDataException($"completion {i} is of group {stored.Group}, after group {group}");
            completions[i] = stored.ToJudged(problem, sampler.PromptOf(problem));
        }

        return group >= 0 && GroupsDrawn >= 0 && GeneralDrawn >= 0
            ? new SampledStep(new RolloutBatch(completions, options), new PromptCursor(GroupsDrawn, GeneralDrawn), RolloutSeconds, RewardSeconds)
            : throw new InvalidDataException("there are no rollouts, or fewer than none were drawn");
    }
}
