using Aha.Data;
using Aha.Data.Conversations;
using Aha.Models;
using Aha.Models.Adapters;
using Aha.Tasks;
using Aha.Tokenization;
using Aha.Training.Backends;
using Aha.Training.Batching;
using Aha.Training.Optimization;
using Aha.Training.SupervisedTuning;
using TorchSharp;
using static TorchSharp.torch;

namespace Aha.Tests.Training;

public class SupervisedTuningTests
{
    private static readonly WordTokenizer s_tokenizer = new(["User:", "Assistant:", "q", "r", "s", "x", "y", "z"]);

    private static Conversation Talk(params Turn[] turns) => new("talk.jsonl:1", turns);

    private static Turn User(string text) => new(Speaker.User, text);

    private static Turn Assistant(string text, bool learned = true) => new(Speaker.Assistant, text, learned);

    // Learned tokens in capitals.
    private static string Show(TuningExample example) => string.Join(' ', example.Ids.Select((id, i) =>
        s_tokenizer.Decode([id], skipSpecial: false) is var word && example.Learned[i] ? word.ToUpperInvariant() : word.ToLowerInvariant()));

    public static TheoryData<Turn[], string> Masks => new()
    {
        { [User("q"), Assistant("x y")], "<bos> user: q assistant: X Y <EOS>" },
        { [User("q"), Assistant("x"), User("r"), Assistant("y z")], "<bos> user: q assistant: X <EOS> user: r assistant: Y Z <EOS>" },
        { [User("q"), Assistant("x", learned: false), User("r"), Assistant("y")], "<bos> user: q assistant: x <eos> user: r assistant: Y <EOS>" },
        { [new Turn(Speaker.System, "s"), User("q"), User("r"), Assistant("x"), User("left over")], "<bos> user: s q r assistant: X <EOS>" },
    };

    [Theory]
    [MemberData(nameof(Masks))]
    public void OnlyTheAssistantsTokensAreLearned(Turn[] turns, string expected) =>
        Assert.Equal(expected, Show(Assert.Single(new PlainConversationEncoder(s_tokenizer, PromptTemplate.Nano).Encode(Talk(turns)))));

    [Fact]
    public void WhatATemplateHasNoPlaceForIsNamed()
    {
        var encoder = new PlainConversationEncoder(s_tokenizer, PromptTemplate.Nano);
        foreach (Conversation bad in (Conversation[])[Talk(Assistant("x")), Talk(User("q"), Assistant("x"), Assistant("y")), Talk(User("q"), new Turn(Speaker.Tool, "x"), Assistant("y")), Talk(User("q"), Assistant("unknown"))])
        {
            Assert.StartsWith("talk.jsonl:1: ", Assert.Throws<DataFileException>(() => encoder.Encode(bad)).Message, StringComparison.Ordinal);
        }
    }

    private static readonly Gen<TuningExample[]> s_batches = Gen.Select(Gen.Int[0, 29].Array[2, 24], Gen.Bool.Array[24], Gen.Int[1, 23]).Select((ids, learned, forced) =>
        new TuningExample(ids, [.. ids.Select((_, i) => i > 0 && (learned[i] || i == 1 + (forced % (ids.Length - 1))))])).Array[2, 9];

    [Theory]
    [InlineData(BackendKind.Fused)]
    [InlineData(BackendKind.LibtorchFp32)]
    public void NeitherMicroBatchesNorNeighboursChangeTheGradient(BackendKind kind)
    {
        using CausalLanguageModel model = CausalLanguageModel.Create(Small(), seed: 3);
        using TrainingBackend backend = BackendChoice.Create(kind, model, threads: 2);
        s_batches.Sample(
            batch =>
            {
                (double loss, float[] whole) = Gradient(model, backend, batch, 1 << 20);
                (double cutLoss, float[] cut) = Gradient(model, backend, batch, 30);
                Assert.Equal(loss, cutLoss, 1e-5);
                RequireClose(whole, cut);

                // Alone in its batch, a conversation sees no other, and its first token is at position 0.
                var sum = new double[whole.Length];
                double learned = batch.Sum(e => e.LearnedTokens), alone = 0;
                foreach (TuningExample example in batch)
                {
                    (double own, float[] gradient) = Gradient(model, backend, [example], 1 << 20);
                    alone += own * example.LearnedTokens / learned;
                    for (int i = 0; i < sum.Length; i++)
                    {
                        sum[i] += gradient[i] * example.LearnedTokens / learned;
                    }
                }

                Assert.Equal(loss, alone, 1e-5);
                RequireClose([.. sum.Select(x => (float)x)], whole);
            },
            iter: 12, threads: 1);
    }

    [Fact]
    public void TheLossIsTheMeanCrossEntropyOfTheLearnedTokens()
    {
        using CausalLanguageModel model = CausalLanguageModel.Create(Small(), seed: 4);
        using TrainingBackend backend = BackendChoice.Create(BackendKind.Fused, model, threads: 1);
        s_batches.Sample(
            batch =>
            {
                (double loss, _) = Gradient(model, backend, batch, 1 << 20);
                using DisposeScope scope = NewDisposeScope();
                using var noGrad = no_grad();
                double sum = 0;
                foreach (TuningExample example in batch)
                {
                    Tensor ids = tensor(example.Ids.Select(i => (long)i).ToArray()).unsqueeze(0);
                    Tensor logits = model.Logits(model.HiddenStates(ids, Aha.Tensors.ComputePrecision.Float32).squeeze(0), Aha.Tensors.ComputePrecision.Float32);
                    float[] losses = [.. nn.functional.cross_entropy(logits[..^1], ids.squeeze(0)[1..], reduction: nn.Reduction.None).data<float>()];
                    sum += losses.Where((_, i) => example.Learned[i + 1]).Sum(l => (double)l);
                }

                Assert.Equal(sum / batch.Sum(e => e.LearnedTokens), loss, 1e-4);
            },
            iter: 12, threads: 1);
    }

    [Fact]
    public void ATurnThatIsNotLearnedMovesNothing()
    {
        using CausalLanguageModel model = CausalLanguageModel.Create(Small(), seed: 5);
        using TrainingBackend backend = BackendChoice.Create(BackendKind.Fused, model, threads: 1);
        var example = new TuningExample([1, 5, 6, 7, 8, 9], [false, false, true, false, false, true]);
        TrainingSequence sequence = example.Sequence(0);
        Assert.Equal([1, 5], sequence.Prompt);
        Assert.Equal([6, 7, 8, 9], sequence.Completion);
        Assert.Equal([1f, 0, 0, 1], example.Weights());
        // What stands in the middle, said or not, is context: its own probability does not count.
        (double loss, _) = Gradient(model, backend, [example], 1 << 20);
        (double first, _) = Gradient(model, backend, [new TuningExample([1, 5, 6], [false, false, true])], 1 << 20);
        (double last, _) = Gradient(model, backend, [new TuningExample([1, 5, 6, 7, 8, 9], [false, false, false, false, false, true])], 1 << 20);
        Assert.Equal((first + last) / 2, loss, 1e-5);
    }

    [Theory]
    [InlineData(10, 4, 2.0, 5)]
    [InlineData(10, 4, 0.5, 2)]
    [InlineData(3, 64, 1.0, 1)]
    [InlineData(1, 1, 0.1, 1)]
    public void StepsFollowFromEpochs(int conversations, int batch, double epochs, long steps) =>
        Assert.Equal(steps, SftTrainer.StepsFor(conversations, new SftOptions { BatchSize = batch, Epochs = epochs }));

    [Fact]
    public void EveryEpochShowsEveryConversationOnceAndTheRateEndsAtATenth()
    {
        using CausalLanguageModel model = CausalLanguageModel.Create(Small(), seed: 6);
        using TrainingBackend backend = BackendChoice.Create(BackendKind.Fused, model, threads: 1);
        TuningExample[] examples = [.. Enumerable.Range(0, 7).Select(i => new TuningExample([.. Enumerable.Repeat(1, 2 + i)], [.. Enumerable.Range(0, 2 + i).Select(t => t == 1)]))];
        var options = new SftOptions { BatchSize = 3, Epochs = 3, LearningRate = 1e-3, WarmupFraction = 0 };
        using var trainer = new SftTrainer(model, examples, options, seed: 1, backend);
        Dictionary<string, double> metrics = [];
        while (trainer.State.Step < trainer.Steps)
        {
            trainer.Advance(CancellationToken.None);
            metrics = trainer.TakeMetrics(trainer.State.Step);
        }

        Assert.Equal(7, trainer.Steps);
        Assert.Equal(3 * examples.Sum(e => e.Ids.Length), trainer.State.Tokens);
        Assert.Equal(3.0, metrics["epoch"]);
        Assert.InRange(metrics["learning_rate"], 1e-4, 1.6e-4);
    }

    [Theory]
    [InlineData(BackendKind.Fused)]
    [InlineData(BackendKind.LibtorchFp32)]
    public void AnAdapterLearnsResumesBitForBitAndLeavesTheRestAsItWas(BackendKind kind)
    {
        using var folder = new TemporaryFolder();
        TuningExample[] examples = [.. Enumerable.Range(0, 6).Select(i => new TuningExample([1, 5 + i, 12 + i, 20 - i, 2], [false, false, true, true, true]))];
        var options = new SftOptions { BatchSize = 2, Epochs = 10, LearningRate = 2e-2, Lora = new LoraOptions { Rank = 2, Targets = ["q_proj", "down_proj"] } };
        float[] before = Weights(seed: 7);
        (float[] straight, double[] losses) = Train(options, examples, kind, stopAt: null, folder.Path);
        (float[] resumed, _) = Train(options, examples, kind, stopAt: 11, folder.Path);
        Assert.Equal(straight, resumed);
        Assert.True(losses[^3..].Average() < 0.7 * losses[..3].Average(), $"from {losses[0]} to {losses[^1]}");

        using CausalLanguageModel model = CausalLanguageModel.Create(Small(), seed: 7);
        foreach (ParameterSlice slice in model.Layout)
        {
            Range place = (int)slice.Offset..(int)(slice.Offset + slice.Count);
            bool adapted = slice.Name.Contains("q_proj.weight", StringComparison.Ordinal) || slice.Name.Contains("down_proj", StringComparison.Ordinal);
            Assert.Equal(adapted, !before.AsSpan(place).SequenceEqual(straight.AsSpan(place)));
        }
    }

    // The weights at the end; with stopAt after a checkpoint of that step went through another model and trainer.
    private static (float[] Weights, double[] Losses) Train(SftOptions options, TuningExample[] examples, BackendKind kind, long? stopAt, string folder)
    {
        var losses = new List<double>();
        foreach (long? end in stopAt is null ? (long?[])[null] : [stopAt, null])
        {
            using CausalLanguageModel model = CausalLanguageModel.Create(Small(), seed: 7);
            using TrainingBackend backend = BackendChoice.Create(kind, model, threads: 2);
            // What an adapter begins with comes from the checkpoint, not from its seed.
            using LoraAdapter adapter = LoraAdapter.Attach(model, options.Lora!.ToConfig(), seed: end is null && stopAt is not null ? 99 : 1);
            using var trainer = new SftTrainer(model, examples, options, seed: 1, backend, adapter);
            if (end is null && stopAt is not null)
            {
                trainer.Resume(folder);
            }

            while (trainer.State.Step < (end ?? trainer.Steps))
            {
                losses.Add(trainer.Advance(CancellationToken.None));
            }

            if (end is null)
            {
                return ([.. model.Parameters.detach().data<float>()], [.. losses]);
            }

            trainer.Save(folder, seconds: 1);
        }

        throw new InvalidOperationException("the last session ends the training");
    }

    private static float[] Weights(long seed)
    {
        using CausalLanguageModel model = CausalLanguageModel.Create(Small(), seed);
        return [.. model.Parameters.detach().data<float>()];
    }

    private static (double Loss, float[] Gradient) Gradient(CausalLanguageModel model, TrainingBackend backend, TuningExample[] batch, int microBatchTokens)
    {
        double loss = SftTrainer.Accumulate(backend, batch, microBatchTokens, CancellationToken.None);
        float[] gradient = [.. model.Parameters.grad!.data<float>()];
        model.Parameters.grad!.zero_();
        return (loss, gradient);
    }

    private static void RequireClose(float[] expected, float[] actual)
    {
        double norm = Math.Sqrt(expected.Sum(g => (double)g * g));
        double distance = Math.Sqrt(expected.Zip(actual).Sum(p => ((double)p.First - p.Second) * (p.First - p.Second)));
        Assert.True(distance <= 1e-5 * norm, $"the gradient moved by {distance / norm:G3} of its norm");
    }

    private static ModelConfig Small() => new()
    {
        VocabSize = 30, HiddenSize = 16, IntermediateSize = 24, NumHiddenLayers = 2, NumAttentionHeads = 2, NumKeyValueHeads = 1, HeadDim = 8, MaxPositionEmbeddings = 32,
        InitializerRange = 0.2, EosTokenIds = [2],
    };
}
