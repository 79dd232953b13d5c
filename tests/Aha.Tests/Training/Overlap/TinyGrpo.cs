using Aha.Evaluation;
using Aha.Generation;
using Aha.Models;
using Aha.Runs;
using Aha.Tasks;
using Aha.Tasks.Countdown;
using Aha.Tokenization;
using Aha.Training.Backends;
using Aha.Training.Batching;
using Aha.Training.Grpo;
using Aha.Verification.Format;
using Aha.Verification.Rewards;

namespace Aha.Tests.Training.Overlap;

/// <summary>A GRPO stage's parts around a tiny model. Advantages come from lengths: an untrained model gets no answer right.</summary>
internal sealed class TinyGrpo : IDisposable
{
    private readonly RolloutEngine _engine;
    private readonly TrainingBackend _backend;

    /// <param name="onScore">Told before each micro-batch is scored.</param>
    public TinyGrpo(GrpoOptions options, BackendKind backend = BackendKind.Fused, Action? onScore = null, params WeightedReward[] further)
    {
        Model = CausalLanguageModel.Create(Config, seed: 1);
        _engine = new RolloutEngine(Config, new RolloutEngineOptions { Threads = 2 });
        RolloutSampler sampler = Sampler(_engine, further);
        _backend = new WatchedBackend(BackendChoice.Create(backend, Model, threads: 2), onScore);
        Trainer = new GrpoTrainer(
            Model, _engine, sampler, [.. new CountdownTask(new CountdownOptions()).Problems(Split.Train).Take(40)], [], [.. Enumerable.Range(2, 6)], options, seed: 7, _backend);
    }

    public static ModelConfig Config { get; } = new()
    {
        VocabSize = 144, HiddenSize = 32, IntermediateSize = 48, NumHiddenLayers = 2, NumAttentionHeads = 4, NumKeyValueHeads = 2, HeadDim = 8, MaxPositionEmbeddings = 64,
        InitializerRange = 0.2, EosTokenIds = [2],
    };

    public static RolloutSampler Sampler(RolloutEngine engine, params WeightedReward[] further) => new(
        engine, new WordTokenizer(CountdownVocabulary.Words), PromptTemplate.Nano,
        new RewardSet([new WeightedReward(new AccuracyReward(), 1), new WeightedReward(new FormatReward(), 0.2), .. further]), ReflectiveWords.Nano);

    public static GrpoOptions Options(bool overlap = true) => new()
    {
        Steps = 5, PromptsPerStep = 6, GroupSize = 4, MaxNewTokens = 24, OverlongBuffer = 23, LearningRate = 3e-3, OverlapRollouts = overlap,
    };

    public CausalLanguageModel Model { get; }

    public GrpoTrainer Trainer { get; }

    public float[] Weights => [.. Model.Parameters.data<float>()];

    /// <summary>So many steps, each as a line of all its metrics but times, to the bit.</summary>
    public List<string> Advance(int steps) => [.. Enumerable.Range(0, steps).Select(_ => Line(Trainer.Advance(CancellationToken.None)))];

    public static string Line(GrpoStep step) => string.Join(
        ' ', step.Metrics.Where(m => !m.Key.Contains("time", StringComparison.Ordinal) && !m.Key.Contains("per_second", StringComparison.Ordinal)).OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => $"{m.Key}={m.Value:R}"));

    public void Dispose()
    {
        Trainer.Dispose();
        _backend.Dispose();
        _engine.Dispose();
        Model.Dispose();
    }

    private sealed class WatchedBackend(TrainingBackend inner, Action? onScore) : TrainingBackend
    {
        public override BackendKind Kind => inner.Kind;

        public override TokenScores Score(MicroBatch micro, double temperature, bool keep)
        {
            onScore?.Invoke();
            return inner.Score(micro, temperature, keep);
        }

        public override IReadOnlyList<MicroBatch> Cut(IEnumerable<TrainingSequence> sequences, int maxTokens) => inner.Cut(sequences, maxTokens);

        public override TrainingBackend For(CausalLanguageModel other) => inner.For(other);

        protected override void Dispose(bool disposing) => inner.Dispose();
    }
}
