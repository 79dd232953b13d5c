using Aha.Models;
using Aha.Pipeline.Recipes;
using Aha.Pipeline.Stages;

namespace Aha.Pipeline.Planning;

/// <summary>Peak memory of a stage before it starts: a run that cannot fit must not find out after an hour.</summary>
internal static class MemoryEstimate
{
    // The .NET runtime, libtorch and its thread pools, measured on an idle run.
    private const long Baseline = 600L << 20;

    /// <summary>The machine's memory, bytes.</summary>
    public static long Available => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    /// <exception cref="RecipeException">A stage's estimate exceeds the machine's memory.</exception>
    public static void Require(RunPlan plan)
    {
        long available = Available;
        foreach (StagePlan stage in plan.Stages)
        {
            long needed = Of(stage.Config, StageFactory.Create(stage.Stage).Work(plan, stage));
            if (needed > available)
            {
                throw new RecipeException($"{plan.Source.Name}: stage {stage.Stage.Name} needs about {Bytes.Show(needed)} of memory and the machine has {Bytes.Show(available)}: lower micro_batch_tokens, batch_size or the model's sizes");
            }
        }
    }

    /// <summary>Bytes: weights; where it trains, gradient and two moments in fp32, the bf16 copy, and the activations of the largest micro-batch.</summary>
    public static long Of(ModelConfig config, StageWork work)
    {
        long parameters = Parameters(config);
        if (work.MicroBatchTokens == 0)
        {
            return Baseline + 2 * sizeof(float) * parameters;
        }

        long d = config.HiddenSize, f = config.IntermediateSize, kv = (long)config.HeadDim * config.NumKeyValueHeads;
        // Kept for the backward pass, fp32: norms, q k v and their rotation, attention, residuals, gate, up and their product.
        long activations = work.MicroBatchTokens * (config.NumHiddenLayers * (10 * d + 4 * kv + 4 * f) + 3L * config.VocabSize) * sizeof(float);
        return Baseline + parameters * (16 + 2 + (work.HoldsReference ? 4 : 0)) + activations;
    }

    /// <summary>The number of weights.</summary>
    public static long Parameters(ModelConfig config) => ModelMemory.Weights(config) / sizeof(float);
}
