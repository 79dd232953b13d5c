using Aha.Models;
using Aha.Tensors;
using Aha.Training.Batching;
using Aha.Training.Fused;
using static TorchSharp.torch;

namespace Aha.Training.Backends;

/// <summary>The fused decoder. The loss is still libtorch's: its gradient with respect to the log-probabilities crosses over.</summary>
public sealed class FusedBackend(CausalLanguageModel model, int threads, ComputePrecision precision = ComputePrecision.Float32, bool checkpointing = false) : TrainingBackend
{
    private readonly FusedDecoder _decoder = new(model, threads, precision: precision, checkpointing: checkpointing);

    public override BackendKind Kind => precision == ComputePrecision.BFloat16 ? BackendKind.FusedBf16 : BackendKind.Fused;

    public override TokenScores Score(MicroBatch micro, double temperature, bool keep)
    {
        FusedBatch batch = _decoder.Forward(micro.Sequences, temperature, keep);
        return new Scores(_decoder, batch, micro, keep);
    }

    /// <summary>Padding costs nothing here, so that few and full micro-batches are best.</summary>
    public override IReadOnlyList<MicroBatch> Cut(IEnumerable<TrainingSequence> sequences, int maxTokens) => SequenceBatcher.Fill(sequences, maxTokens);

    public override TrainingBackend For(CausalLanguageModel other) => new FusedBackend(other, threads, precision, checkpointing);

    protected override void Dispose(bool disposing) => _decoder.Dispose();

    private sealed class Scores : TokenScores
    {
        private readonly FusedDecoder _decoder;
        private readonly FusedBatch _batch;
        private readonly MicroBatch _micro;

        public Scores(FusedDecoder decoder, FusedBatch batch, MicroBatch micro, bool keep)
        {
            (_decoder, _batch, _micro) = (decoder, batch, micro);
            LogProbs = Spread(batch.LogProbs).requires_grad_(keep);
            Entropy = Spread(batch.Entropies);
        }

        public override Tensor LogProbs { get; }

        public override Tensor Entropy { get; }

        public override void Backward(Tensor loss)
        {
            loss.backward();
            using Tensor gradient = LogProbs.grad!.contiguous();
            ReadOnlySpan<float> padded = TensorMemory.Floats(gradient);
            var own = new float[_batch.LogProbs.Length];
            for (int row = 0; row < _micro.Sequences.Count; row++)
            {
                (int start, int count) = _micro.PlaceOf(row);
                padded.Slice(start, count).CopyTo(own.AsSpan(_batch.Offsets[row]));
            }

            _decoder.Backward(_batch, own);
        }

        // From one value a completion token to [B,T-1].
        private Tensor Spread(ReadOnlySpan<float> values)
        {
            Tensor spread = zeros(_micro.Sequences.Count, _micro.Width - 1);
            Span<float> padded = TensorMemory.Floats(spread);
            for (int row = 0; row < _micro.Sequences.Count; row++)
            {
                (int start, int count) = _micro.PlaceOf(row);
                values.Slice(_batch.Offsets[row], count).CopyTo(padded[start..]);
            }

            return spread;
        }
    }
}
