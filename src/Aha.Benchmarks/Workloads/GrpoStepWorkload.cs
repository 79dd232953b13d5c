using System.Globalization;
using Aha.Evaluation;
using Aha.Generation;
using Aha.Models;
using Aha.Runs;
using Aha.Tasks;
using Aha.Tensors;
using Aha.Tokenization;
using Aha.Training.Backends;
using Aha.Training.Grpo;
using Aha.Verification;
using Aha.Verification.Rewards;

namespace Aha.Benchmarks.Workloads;

/// <summary>
/// A whole step of reinforcement learning through the real trainer: 32 questions x 8 completions, rollouts (in bf16 where the backend is), rewards, update. Counted: 2 FLOP a parameter
/// and new token for the rollouts, 6 for each token of prompt and completion in the update.
/// </summary>
/// <remarks>
/// The weights are random and so are the answers: the verifier tosses a coin by the answer's hash, so that groups differ in reward as they do in training.
/// </remarks>
internal sealed class GrpoStepWorkload : IWorkload
{
    private const int NewTokens = 128;
    private readonly BenchmarkModel _shape;
    private readonly RolloutEngine _engine;
    private readonly TrainingBackend _backend;
    private readonly GrpoTrainer _trainer;
    private readonly bool _ragged;

    /// <param name="ragged">Completions end early, as they do in training (half of them before 45 tokens), instead of all at 128.</param>
    public GrpoStepWorkload(BenchmarkModel shape, CausalLanguageModel model, BackendKind backend, int threads, bool ragged)
    {
        (_shape, _ragged) = (shape, ragged);
        RolloutPrecision precision = BackendChoice.PrecisionOf(backend) == ComputePrecision.BFloat16 ? RolloutPrecision.Bf16 : RolloutPrecision.Fp32;
        _engine = new RolloutEngine(shape.Config, new RolloutEngineOptions { Threads = threads, Precision = precision });
        _backend = BackendChoice.Create(backend, model, threads);
        var tokenizer = new WordTokenizer(Enumerable.Range(0, shape.Config.VocabSize - 3).Select(i => i.ToString(CultureInfo.InvariantCulture)));
        var sampler = new RolloutSampler(_engine, tokenizer, new PromptTemplate("{prompt}"), new RewardSet(new WeightedReward(new AccuracyReward(), 1)), ReflectiveWords.Nano);
        bool large = shape.Parameters > 20_000_000;
        // One id in 64 ends a completion: lengths are then geometric.
        int[] stops = ragged ? [.. Enumerable.Range(3, Math.Max(1, shape.Config.VocabSize / 64))] : [];
        _trainer = new GrpoTrainer(
            model, _engine, sampler, [.. Enumerable.Range(0, 64).Select(i => new CoinProblem(i, shape.Config.VocabSize))], [], stops,
            new GrpoOptions { PromptsPerStep = large ? 4 : 32, GroupSize = large ? 4 : 8, MaxNewTokens = NewTokens, LearningRate = 1e-12, Steps = 1_000_000 }, seed: 1, _backend);
    }

    public string What => _ragged ? "grpo-step-ragged" : "grpo-step";

    public string Unit => "seconds";

    public WorkDone Run()
    {
        GrpoStep step = _trainer.Advance(CancellationToken.None);
        double sampled = step.Completions.Sum(c => (double)c.Tokens);
        double trained = step.Metrics["trained_fraction"] * step.Completions.Sum(c => (double)c.Tokens + c.Prompt.Length);
        return new(1, _shape.Parameters * (2 * sampled + 6 * trained));
    }

    public void Dispose()
    {
        _trainer.Dispose();
        _backend.Dispose();
        _engine.Dispose();
    }

    private sealed class CoinProblem(int number, int vocabulary) : Problem
    {
        private readonly string _question = string.Join(' ', Enumerable.Range(0, DecodeWorkload.PromptTokens - 1)
            .Select(i => (Seeds.Derive(number, i) % (ulong)(vocabulary - 3)).ToString(CultureInfo.InvariantCulture)));

        public override string Id { get; } = number.ToString(CultureInfo.InvariantCulture);

        public override string Question => _question;

        public override Judgement Judge(string completion) => Seeds.Hash(completion) % 2 == 0 ? Judgement.Correct() : Judgement.Wrong();
    }
}
