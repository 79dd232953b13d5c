using Aha.Generation;
using Aha.Models.Adapters;

namespace Aha.Pipeline.Planning;

/// <summary>What a stage has to do, as far as that is known before it starts: what estimates are made of.</summary>
internal readonly record struct StageWork
{
    /// <summary>Tokens that go through the model forward and backward.</summary>
    public double TrainedTokens { get; init; }

    /// <summary>Tokens that are sampled, taking completions to be half as long as they may be.</summary>
    public double SampledTokens { get; init; }

    /// <summary>Tokens of its largest micro-batch; 0 where it does not train.</summary>
    public long MicroBatchTokens { get; init; }

    /// <summary>Whether a frozen copy of the model is kept beside it.</summary>
    public bool HoldsReference { get; init; }

    /// <summary>The additions that are trained in place of all weights; null where all are.</summary>
    public LoraConfig? Lora { get; init; }

    /// <summary>Most tokens a completion may have; 0 where none is sampled.</summary>
    public int LongestCompletion { get; init; }

    /// <summary>Of the engine that samples for training.</summary>
    public RolloutPrecision RolloutPrecision { get; init; }

    /// <summary>Most tokens of the rollouts that lie ready while others are learned from; 0 where none do.</summary>
    public long TokensAhead { get; init; }

    /// <summary>An evaluation of so many problems, or of all where <paramref name="problems"/> is 0, added.</summary>
    public StageWork WithEvaluation(RunPlan plan, int problems, int times)
    {
        Recipes.EvaluationOptions options = plan.Recipe.Evaluation;
        int all = plan.Task.Problems(Tasks.Split.Test).Count;
        int asked = problems == 0 ? all : Math.Min(problems, all);
        return times == 0 ? this : this with
        {
            SampledTokens = SampledTokens + (0.5 * times * asked * options.Samples * options.MaxNewTokens),
            LongestCompletion = Math.Max(LongestCompletion, options.MaxNewTokens),
        };
    }
}
