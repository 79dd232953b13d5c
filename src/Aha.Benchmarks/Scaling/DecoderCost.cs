using Aha.Models;
using Aha.Tensors;
using Aha.Training.Fused;

namespace Aha.Benchmarks.Scaling;

/// <summary>What decoding and training cost with grouped-query attention over an fp32 cache.</summary>
public static class DecoderCost
{
    /// <summary>
    /// A decoding step: 2 FLOP a parameter and row; a query, and a row of probabilities, times every cached position in each head (4 FLOP a number). The weights are read once, each
    /// row's keys and values once.
    /// </summary>
    /// <param name="rows">Sequences that share the step.</param>
    /// <param name="positions">Cached positions that a row attends to, on average.</param>
    /// <param name="weightBytes">In the precision they are kept in.</param>
    public static WorkCost DecodeStep(BenchmarkModel model, int rows, double positions, long weightBytes) =>
        new(rows * ForwardFlop(model, positions), weightBytes + rows * positions * CacheBytes(model.Config));

    /// <summary>
    /// An optimiser step: forward, and twice as much backward. Weights are read twice, the gradient is written and read, weights and AdamW's two moments are read and written;
    /// activations are written once and read once.
    /// </summary>
    /// <param name="tokens">Of all sequences.</param>
    /// <param name="length">Of each sequence.</param>
    public static WorkCost TrainingStep(BenchmarkModel model, int tokens, int length, ComputePrecision precision)
    {
        const int weightTraffic = 10 * sizeof(float);
        long activations = FusedDecoder.EstimateBytes(model.Config, tokens, 1, precision) - FusedDecoder.EstimateBytes(model.Config, 0, 1, precision);
        return new(3 * tokens * ForwardFlop(model, (length + 1) / 2.0), (double)weightTraffic * model.Parameters + 2.0 * activations);
    }

    /// <summary>Bytes of one position's keys and values in all layers.</summary>
    public static long CacheBytes(ModelConfig config) => 2L * sizeof(float) * config.NumHiddenLayers * config.NumKeyValueHeads * config.HeadDim;

    private static double ForwardFlop(BenchmarkModel model, double positions) =>
        2.0 * model.Parameters + 4.0 * model.Config.NumHiddenLayers * model.Config.NumAttentionHeads * model.Config.HeadDim * positions;
}
