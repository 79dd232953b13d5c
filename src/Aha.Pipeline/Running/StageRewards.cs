using Aha.Pipeline.Planning;
using Aha.Pipeline.Recipes;
using Aha.Tasks.Countdown;
using Aha.Tasks.General;
using Aha.Tensors;
using Aha.Training.Backends;
using Aha.Training.RewardModels;
using Aha.Verification.Format;
using Aha.Verification.Graders;
using Aha.Training.Grpo;
using Aha.Verification.Judges;
using Aha.Verification.Rewards;

namespace Aha.Pipeline.Running;

/// <summary>A stage's rewards, with the reward models and judges behind them.</summary>
internal sealed class StageRewards : IDisposable
{
    private readonly List<IDisposable> _owned = [];

    private StageRewards(Recipe recipe, StagePlan stage, BackendKind backend, TimeProvider time)
    {
        // What is too long is decided where the rewards teach.
        int limit = stage.Stage.Options is GrpoOptions taught ? taught.MaxNewTokens : recipe.Evaluation.MaxNewTokens;
        var settings = new RewardSettings { MaxTokens = limit, Lexicons = IsNano(recipe.Task) ? GeneralVocabulary.Lexicons : null };
        // A stage whose outcome does not depend on rewards must not hang on a reward model that it did not wait for.
        Set = StageKinds.ReadBy(stage.Stage).HasFlag(RecipeParts.Rewards)
            ? new RewardSet([.. stage.Stage.Rewards.Select(part => new WeightedReward(Make(part.Key, part.Value, stage, settings, backend, time), part.Value.Weight, part.Value.Kinds))])
            : new RewardSet(new WeightedReward(new AccuracyReward(), 1));
    }

    public RewardSet Set { get; }

    /// <exception cref="Models.ModelFormatException">A reward model cannot be loaded.</exception>
    public static StageRewards Create(Recipe recipe, StagePlan stage, BackendKind backend, TimeProvider time) => new(recipe, stage, backend, time);

    public void Dispose() => _owned.ForEach(owned => owned.Dispose());

    private IReward Make(string name, RewardOptions options, StagePlan stage, RewardSettings settings, BackendKind backend, TimeProvider time)
    {
        if (options.Model is not null)
        {
            string folder = stage.InputsOf($"rewards.{name}.model").Single().Path;
            ComputePrecision precision = BackendChoice.PrecisionOf(backend);
            return new RewardModelReward(name, Own(RewardModel.Load(folder, precision, options.On)));
        }

        if (options.Judge.Url is not null)
        {
            JudgeClient client = Own(JudgeClient.FromEnvironment(options.Judge.ToJudge()));
            return new GraderReward(new JudgeGrader(name, client, options.On ?? ResponsePart.Summary), options.Judge.ToPatience(), time);
        }

        return RewardFunctions.Create(name, settings);
    }

    private T Own<T>(T owned) where T : IDisposable
    {
        _owned.Add(owned);
        return owned;
    }

    private static bool IsNano(TaskOptions task) => task.Kind == TaskKind.Countdown && task.Wording == CountdownWording.Nano;
}
