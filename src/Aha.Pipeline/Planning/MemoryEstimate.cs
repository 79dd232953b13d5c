using Aha.Generation;
using Aha.Models;
using Aha.Models.Adapters;
using Aha.Pipeline.Recipes;
using Aha.Pipeline.Running;
using Aha.Pipeline.Stages;
using Aha.Tensors;
using Aha.Training.Backends;
using Aha.Training.Fused;

namespace Aha.Pipeline.Planning;

/// <summary>Peak memory of a stage before it starts: a run that cannot fit must not find out after an hour.</summary>
internal static class MemoryEstimate
{
    // The .NET runtime, libtorch and its thread pools, measured on an idle run.
    private const long Baseline = 450L << 20;

    /// <summary>A judged token, in memory or in a checkpoint: its id, its log-probability, its text.</summary>
    public const long BytesOfSampledToken = 24;

    /// <summary>The machine's memory, bytes.</summary>
    public static long Available => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    /// <exception cref="RecipeException">A stage's estimate exceeds the machine's memory.</exception>
    public static void Require(RunPlan plan)
    {
        long available = Available;
        foreach (StagePlan stage in plan.Stages)
        {
            long needed = Of(stage.Config, StageFactory.Create(stage.Stage).Work(plan, stage), plan.Recipe);
            if (needed > available)
            {
                throw new RecipeException($"{plan.Source.Name}: stage {stage.Stage.Name} needs about {Bytes.Show(needed)} of memory and the machine has {Bytes.Show(available)}: lower micro_batch_tokens, batch_size or the model's sizes");
            }
        }
    }

    /// <summary>
    /// Bytes: weights; where it samples, the engine's packed copy, and rollouts that lie ready; where it trains, gradient and two moments in fp32, what the
    /// backend keeps of them beside, and the activations of the largest micro-batch: engine and backend keep their memory, at work or not, so that a stage has
    /// both at once in any case. Of an adapter the moments are its own, and the matrices it is added to are kept as they were.
    /// </summary>
    public static long Of(ModelConfig config, StageWork work, Recipe recipe)
    {
        long parameters = Parameters(config);
        long weights = Baseline + (parameters * sizeof(float)) + Engines(config, work) + (work.TokensAhead * BytesOfSampledToken);
        if (work.MicroBatchTokens == 0)
        {
            return weights;
        }

        // An adapter: itself, its gradient and its moments.
        long trained = 2 * sizeof(float) * parameters;
        if (work.Lora is { } lora)
        {
            (long own, long adapted) = LoraAdapter.Count(config, lora);
            trained = sizeof(float) * ((4 * own) + adapted);
        }

        return weights + (parameters * sizeof(float) * (work.HoldsReference ? 2 : 1)) + trained + Passes(config, work, recipe);
    }

    // Below fp32 there is a second engine, for evaluations.
    private static long Engines(ModelConfig config, StageWork work) =>
        work.LongestCompletion == 0 ? 0
        : RolloutEngine.EstimateBytes(config, positions: 0, sequences: 0)
            + (work.RolloutPrecision == RolloutPrecision.Fp32 ? 0 : RolloutEngine.EstimateBytes(config, positions: 0, sequences: 0, work.RolloutPrecision));

    // What the backend keeps beside weights and gradient.
    private static long Passes(ModelConfig config, StageWork work, Recipe recipe)
    {
        if (recipe.Backend is BackendChoiceKey.Auto or BackendChoiceKey.Fused or BackendChoiceKey.FusedBf16 && BackendChoice.CanFuse(config))
        {
            ComputePrecision precision = recipe.Backend == BackendChoiceKey.FusedBf16 ? ComputePrecision.BFloat16 : ComputePrecision.Float32;
            return FusedDecoder.EstimateBytes(config, work.MicroBatchTokens, RecipeRunner.Threads(recipe), precision, recipe.ActivationCheckpointing);
        }

        // libtorch casts to bf16. Kept for the backward pass, fp32: norms, q k v and their rotation, attention, residuals, gate, up and their product.
        long d = config.HiddenSize, f = config.IntermediateSize, kv = (long)config.HeadDim * config.NumKeyValueHeads;
        return (Parameters(config) * sizeof(short)) + (work.MicroBatchTokens * (config.NumHiddenLayers * (10 * d + 4 * kv + 4 * f) + 3L * config.VocabSize) * sizeof(float));
    }

    /// <summary>The number of weights.</summary>
    public static long Parameters(ModelConfig config) => ModelMemory.Weights(config) / sizeof(float);
}
