using Aha.Models;
using Aha.Tasks;
using Aha.Tasks.Preferences;
using Aha.Tensors;
using Aha.Tests.Models;
using Aha.Tokenization;
using Aha.Training.RewardModels;
using Aha.Verification.Format;

namespace Aha.Tests.Training.RewardModels;

public sealed class RewardModelTests
{
    private static readonly WordTokenizer s_words = new(["ask", "kind", "rude", "a", "b", "c", "d", "User:", "Assistant:"]);

    private static readonly RewardModelOptions s_quick = new() { BatchSize = 16, LearningRate = 0.01, Epochs = 4, WarmupSteps = 5, LengthBalanced = false };

    private static ModelConfig Small => CausalLanguageModelTests.Small() with { VocabSize = 12, EosTokenIds = [2], PadTokenId = 0 };

    [Theory]
    [InlineData(RewardObjective.Pairwise)]
    [InlineData(RewardObjective.Pointwise)]
    public void ItLearnsASeparableToy(RewardObjective objective)
    {
        RewardText text = Text(ResponsePart.Response);
        (RewardExample[] train, RewardExample[] held) = (Examples(objective, text, 400, 1), Examples(objective, text, 200, 2));
        using CausalLanguageModel model = NewModel();
        Dictionary<string, double> before = RewardQuality.Evaluate(model, held, ComputePrecision.Float32, 2048);
        Train(model, train, s_quick with { Objective = objective });
        Dictionary<string, double> after = RewardQuality.Evaluate(model, held, ComputePrecision.Float32, 2048);
        // All scores are 0 at first.
        Assert.Equal(0, before["accuracy"]);
        Assert.InRange(after["accuracy"], 0.95, 1);
        Assert.InRange(after["ece"], 0, 0.1);
        Assert.InRange(after["length_correlation"], -0.3, 0.3);
    }

    [Fact]
    public void ResumedEqualsUninterruptedToTheBit()
    {
        using var folder = new TemporaryFolder();
        RewardExample[] train = Examples(RewardObjective.Pairwise, Text(ResponsePart.Response), 100, 1);
        using CausalLanguageModel straight = NewModel(), resumed = NewModel();
        Train(straight, train, s_quick);
        using (var first = new RewardModelTrainer(resumed, train, s_quick, ComputePrecision.Float32, seed: 3))
        {
            for (int i = 0; i < 7; i++)
            {
                first.Advance();
            }

            first.Save(folder.File("checkpoint"), seconds: 1);
        }

        using CausalLanguageModel other = NewModel();
        using (var second = new RewardModelTrainer(other, train, s_quick, ComputePrecision.Float32, seed: 3))
        {
            second.Resume(folder.File("checkpoint"));
            Assert.Equal(7, second.State.Step);
            while (second.State.Step < second.Steps)
            {
                second.Advance();
            }
        }

        Assert.True(TensorMemory.Floats(straight.Parameters).SequenceEqual(TensorMemory.Floats(other.Parameters)));
    }

    [Theory]
    [InlineData(RewardObjective.Pairwise)]
    [InlineData(RewardObjective.Pointwise)]
    public void TheGradientDoesNotDependOnMicroBatches(RewardObjective objective)
    {
        RewardExample[] batch = Examples(objective, Text(ResponsePart.Response), 12, 5);
        using CausalLanguageModel model = NewModel();
        // A head of zeros passes no gradient on to the layers below.
        Train(model, batch, s_quick with { Objective = objective });
        float[] whole = Gradient(100_000);
        double norm = Math.Sqrt(whole.Sum(g => (double)g * g));
        Assert.True(norm > 0);
        foreach (int tokens in (int[])[1, 40, 100])
        {
            double distance = Math.Sqrt(whole.Zip(Gradient(tokens)).Sum(p => ((double)p.First - p.Second) * (p.First - p.Second)));
            Assert.True(distance <= 1e-5 * norm, $"{tokens} tokens a micro-batch: the gradient moved by {distance / norm:G3} of its norm");
        }

        float[] Gradient(int tokens)
        {
            model.Parameters.grad?.zero_();
            RewardModelTrainer.Accumulate(model, batch, s_quick with { Objective = objective, MicroBatchTokens = tokens }, ComputePrecision.Float32);
            return TensorMemory.Floats(model.Parameters.grad!).ToArray();
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ItIsSavedAsAStandardFolderAndScoresTheSameAfterwards(bool tied)
    {
        using var folder = new TemporaryFolder();
        using CausalLanguageModel language = CausalLanguageModel.Create(Small with { TieWordEmbeddings = tied }, seed: 5);
        using CausalLanguageModel model = language.WithScoreHead();
        RewardText text = Text(ResponsePart.Summary);
        RewardExample[] train = Examples(RewardObjective.Pairwise, text, 60, 1);
        Train(model, train, s_quick);
        Save(folder.Path, model, new RewardModelNote(RewardObjective.Pairwise, ResponsePart.Summary, "nano", null));

        string config = File.ReadAllText(folder.File("config.json"));
        Assert.Contains("Qwen2ForSequenceClassification", config, StringComparison.Ordinal);
        Assert.Contains("\"id2label\"", config, StringComparison.Ordinal);
        using CausalLanguageModel loaded = CausalLanguageModel.Load(folder.Path);
        Assert.Contains(loaded.Layout, slice => slice is { Name: "score.weight", Shape: [1, 16] });
        Assert.DoesNotContain(loaded.Layout, slice => slice.Name == "lm_head.weight");
        Assert.True(TensorMemory.Floats(model.Parameters).SequenceEqual(TensorMemory.Floats(loaded.Parameters)));

        using RewardModel reward = RewardModel.Load(folder.Path, ComputePrecision.Float32);
        Assert.Equal(ResponsePart.Summary, reward.Part);
        IReadOnlyList<double?> scores = reward.Score([("ask", "kind a"), ("ask", "<think> rude </think> kind a"), ("ask", "rude a"), ("ask", "unheard-of")]);
        Assert.Equal(scores[0]!.Value, scores[1]!.Value, 1e-6);
        Assert.True(scores[0] > scores[2]);
        Assert.Null(scores[3]);
    }

    [Fact]
    public void ALanguageModelIsNoRewardModelAndAnEngineRefusesOne()
    {
        using var folder = new TemporaryFolder();
        using CausalLanguageModel model = NewModel();
        Assert.Contains("reward model", Assert.Throws<ArgumentException>(() => new Aha.Generation.RolloutEngine(model.Config)).Message, StringComparison.Ordinal);
        using CausalLanguageModel language = CausalLanguageModel.Create(Small, seed: 5);
        language.Save(folder.Path);
        Assert.Contains("reward_model.json", Assert.Throws<ModelFormatException>(() => RewardModel.Load(folder.Path, ComputePrecision.Float32)).Message, StringComparison.Ordinal);
        Save(folder.Path, model, new RewardModelNote(RewardObjective.Pointwise, ResponsePart.Response, "nano", null));
        language.Save(folder.Path);
        Assert.Contains("no reward model", Assert.Throws<ModelFormatException>(() => RewardModel.Load(folder.Path, ComputePrecision.Float32)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void CalibrationErrorIsTheGapBetweenConfidenceAndAccuracy()
    {
        Assert.Equal(0.25, RewardQuality.CalibrationError([(0.75, true), (0.75, false)]), 1e-12);
        Assert.Equal(0, RewardQuality.CalibrationError([(0.75, true), (0.75, true), (0.75, true), (0.75, false)]), 1e-12);
        // Two bins of equal size: |0.55 - 1| and |0.95 - 0|.
        Assert.Equal(0.7, RewardQuality.CalibrationError([(0.55, true), (0.95, false)]), 1e-12);
    }

    [Fact]
    public void PearsonIsInvariantToScaleAndSign() => Gen.Select(Gen.Double[-10, 10].Array[5, 20], Gen.Double[0.1, 5], Gen.Double[-5, 5]).Sample((x, scale, shift) =>
    {
        double[] y = [.. x.Select((value, i) => value * value + i)];
        double r = Correlation.Pearson(x, y);
        Assert.Equal(r, Correlation.Pearson([.. x.Select(value => scale * value + shift)], y), 1e-9);
        Assert.Equal(-r, Correlation.Pearson([.. x.Select(value => -value)], y), 1e-9);
        Assert.Equal(1, Correlation.Pearson(x, [.. x.Select(value => scale * value + shift)]), 1e-9);
        Assert.Equal(0, Correlation.Pearson(x, [.. x.Select(_ => 3.0)]));
    });

    private static CausalLanguageModel NewModel()
    {
        using CausalLanguageModel language = CausalLanguageModel.Create(Small, seed: 5);
        return language.WithScoreHead();
    }

    private static void Save(string folder, CausalLanguageModel model, RewardModelNote note)
    {
        model.Save(folder);
        s_words.Save(folder);
        note.Save(folder);
    }

    private static RewardText Text(ResponsePart part) => new(s_words, PromptTemplate.Nano, part);

    private static void Train(CausalLanguageModel model, RewardExample[] examples, RewardModelOptions options)
    {
        using var trainer = new RewardModelTrainer(model, examples, options, ComputePrecision.Float32, seed: 3);
        while (trainer.State.Step < trainer.Steps)
        {
            trainer.Advance();
        }
    }

    // Kind is good, rude is bad, wherever the word stands and however long the rest is.
    private static RewardExample[] Examples(RewardObjective objective, RewardText text, int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(i => objective == RewardObjective.Pairwise
            ? RewardExample.Of(new PreferencePair("ask", Reply("kind"), Reply("rude")), text)
            : RewardExample.Of(new LabelledResponse("ask", Reply(i % 2 == 0 ? "kind" : "rude"), i % 2 == 0), text))];

        string Reply(string word)
        {
            List<string> words = [.. Enumerable.Range(0, random.Next(6)).Select(_ => ((string[])["a", "b", "c", "d"])[random.Next(4)])];
            words.Insert(random.Next(words.Count + 1), word);
            return string.Join(' ', words);
        }
    }
}
