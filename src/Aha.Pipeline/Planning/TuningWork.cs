using Aha.Pipeline.Recipes;
using Aha.Pipeline.Stages;

namespace Aha.Pipeline.Planning;

/// <summary>The work of tuning on conversations, and of sampling them, before either has begun.</summary>
internal static class TuningWork
{
    // Of a row of chat data, keys and punctuation included; enough for an estimate.
    private const double BytesPerToken = 4;

    /// <summary>Tokens in the conversations of an input: of a file by its size, of a stage by what it will sample.</summary>
    public static double TokensOf(RunPlan plan, StageSource data) => File.Exists(data.Path)
        ? new FileInfo(data.Path).Length / BytesPerToken
        : data.Maker is { } maker ? StageFactory.Create(maker.Stage).Work(plan, maker).SampledTokens : 0;

    public static StageWork OfSampling(RunPlan plan, SampleOptions options)
    {
        int problems = plan.Task.Problems(Tasks.Split.Train).Count;
        return new StageWork
        {
            SampledTokens = 0.5 * (options.Problems == 0 ? problems : Math.Min(options.Problems, problems)) * options.Samples * options.MaxNewTokens,
            LongestCompletion = options.MaxNewTokens,
        };
    }

    /// <param name="tokens">In the conversations, once.</param>
    public static StageWork OfTuning(RunPlan plan, SftStageOptions options, double tokens)
    {
        var work = new StageWork { TrainedTokens = tokens * options.Epochs, MicroBatchTokens = Math.Max(options.MicroBatchTokens, options.MaxLength), Lora = options.Lora?.ToConfig() };
        return options.Evaluate ? work.WithEvaluation(plan, plan.Recipe.Evaluation.Problems, 1) : work;
    }
}
