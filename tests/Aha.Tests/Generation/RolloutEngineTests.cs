using Aha.Generation;
using Aha.Models;

namespace Aha.Tests.Generation;

public class RolloutEngineTests
{
    private static readonly TestModel Model = TestModel.Random(TestModel.Tiny);

    [Fact]
    public void Results_do_not_depend_on_threads_slots_or_order()
    {
        Gen.Select(Gen.Int[1, 4], Gen.Int[1, 20], Gen.Int[0, 1000], Gen.Int[1, 12]).Sample(
            (threads, slots, seed, groups) =>
            {
                var random = new Random(seed);
                RolloutRequest[] requests = [.. Enumerable.Range(0, groups).Select(i =>
                    new RolloutRequest(DecoderEqualityTests.Ids(Model.Config, random.Next(1, 40), seed + i), random.Next(1, 7), (ulong)random.Next(5)))];
                var options = new SamplingOptions { MaxNewTokens = 40, StopTokens = [3, 7], TopK = random.Next(2) * 10 };
                var alone = Generate(1, 1, requests, options);

                int[] order = [.. Enumerable.Range(0, groups)];
                random.Shuffle(order);
                var shuffled = Generate(threads, slots, [.. order.Select(i => requests[i])], options);
                AssertSame(alone, [.. shuffled.Select(c => c with { Request = order[c.Request] }).OrderBy(c => c.Request).ThenBy(c => c.Sample)]);
            },
            iter: 40,
            threads: 1);
    }

    [Fact]
    public void Completions_come_by_request_and_sample_with_finish_reasons()
    {
        RolloutRequest[] requests = [new([1, 2, 3], 20, 1), new([4], 30, 2)];
        var completions = Generate(2, 4, requests, new SamplingOptions { MaxNewTokens = 12, StopTokens = [5, 9] });
        Assert.Equal(50, completions.Length);
        Assert.Equal(completions.OrderBy(c => c.Request).ThenBy(c => c.Sample), completions);
        Assert.Equal(Enumerable.Range(0, 30), completions.Where(c => c.Request == 1).Select(c => c.Sample));
        foreach (var c in completions)
        {
            Assert.Equal(c.Tokens.Length, c.LogProbs.Length);
            Assert.All(c.LogProbs, p => Assert.InRange(p, -100f, 0f));
            Assert.DoesNotContain(c.Tokens[..^1], id => id is 5 or 9);
            Assert.Equal(7, c.PolicyVersion);
            if (c.Tokens[^1] is 5 or 9) Assert.Equal(FinishReason.Stop, c.Finish);
            else
            {
                Assert.Equal(FinishReason.Length, c.Finish);
                Assert.Equal(12, c.Tokens.Length);
            }
        }

        Assert.Contains(completions, c => c.Finish == FinishReason.Stop && c.Tokens[^1] == 5);
        Assert.Contains(completions, c => c.Finish == FinishReason.Stop && c.Tokens[^1] == 9);
        Assert.Contains(completions, c => c.Finish == FinishReason.Length);
    }

    [Fact]
    public void Samples_and_seeds_have_streams_of_their_own()
    {
        var options = new SamplingOptions { MaxNewTokens = 20 };
        var completions = Generate(2, 8, [new([1, 2], 4, 1), new([1, 2], 4, 2)], options);
        Assert.Equal(8, completions.Select(c => string.Join(' ', c.Tokens)).Distinct().Count());
        var fewer = Generate(2, 8, [new([1, 2], 2, 2)], options);
        Assert.Equal(completions[4].Tokens, fewer[0].Tokens);
        Assert.Equal(completions[5].Tokens, fewer[1].Tokens);
    }

    [Fact]
    public void New_weights_take_effect_and_stamp_their_version()
    {
        using var engine = new RolloutEngine(TestModel.Tiny);
        RolloutRequest[] requests = [new([1, 2, 3], 3, 1)];
        var options = new SamplingOptions { MaxNewTokens = 30 };
        engine.LoadWeights(Model, 7);
        var first = engine.Run(requests, options);
        engine.LoadWeights(TestModel.Random(TestModel.Tiny, 2), 8);
        var second = engine.Run(requests, options);
        Assert.Equal(8, second[0].PolicyVersion);
        Assert.NotEqual(first[0].Tokens, second[0].Tokens);
        engine.LoadWeights(Model, 7);
        AssertSame(first, engine.Run(requests, options));
    }

    [Fact]
    public void Cancellation_keeps_what_is_there_and_returns_promptly()
    {
        using var engine = Engine(2, 4);
        using var source = new CancellationTokenSource();
        var options = new SamplingOptions { MaxNewTokens = 100 };
        RolloutRequest[] requests = [new([1, 2, 3], 5000, 1)];
        // Cancelled from within, after a given number of tokens: no clock decides the outcome.
        var completions = engine.Generate(requests, options, source.Token, new Progress(done =>
        {
            if (done > 3000) source.Cancel();
        }));
        Assert.Equal(5000, completions.Length);
        Assert.InRange(completions.Sum(c => c.Tokens.Length), 3000, 10_000);
        Assert.Contains(completions, c => c.Finish == FinishReason.Length);
        Assert.Contains(completions, c => c.Finish == FinishReason.Cancelled && c.Tokens.Length > 0);
        Assert.Contains(completions, c => c.Finish == FinishReason.Cancelled && c.Tokens.Length == 0);
        Assert.Equal(0, engine.BlocksInUse);

        var whole = engine.Run([new([1, 2, 3], 3, 1)], options);
        Assert.All(whole, c => Assert.Equal(FinishReason.Length, c.Finish));
        Assert.Equal(whole[0].Tokens, completions[0].Tokens);
    }

    [Fact]
    public void Progress_ends_with_the_number_of_new_tokens()
    {
        int last = 0;
        using var engine = Engine(1, 8);
        var completions = engine.Generate([new([1], 100, 1)], new SamplingOptions { MaxNewTokens = 50 }, TestContext.Current.CancellationToken, new Progress(n => last = n));
        Assert.Equal(completions.Sum(c => c.Tokens.Length), last);
    }

    [Theory]
    [InlineData(RolloutPrecision.Fp32)]
    [InlineData(RolloutPrecision.Bf16)]
    public void The_decode_loop_allocates_nothing_per_token(RolloutPrecision precision)
    {
        using var engine = new RolloutEngine(Model.Config, new RolloutEngineOptions { Threads = 1, SlotsPerThread = 8, Precision = precision });
        engine.LoadWeights(Model, 7);
        long Bytes(int newTokens)
        {
            RolloutRequest[] requests = [new([1, 2, 3], 8, 1)];
            var options = new SamplingOptions { MaxNewTokens = newTokens, TopP = 0.9f };
            engine.Run(requests, options);
            // The least of several: a collection in between counts a thread's unused allocation space as used.
            return Enumerable.Range(0, 8).Min(_ =>
            {
                long before = GC.GetAllocatedBytesForCurrentThread();
                engine.Run(requests, options);
                return GC.GetAllocatedBytesForCurrentThread() - before;
            });
        }

        // Ids and log-probs of the results are 8 bytes a token; 64 is slack for array headers.
        long few = Bytes(20), many = Bytes(120);
        Assert.InRange(many - few, 8 * 100 * 8, 8 * 100 * 8 + 64);
    }

    [Fact]
    public void Cache_blocks_are_returned()
    {
        using var engine = Engine(3, 5);
        engine.Run([new(DecoderEqualityTests.Ids(Model.Config, 33, 1), 7, 1), new([1], 20, 2)], new SamplingOptions { MaxNewTokens = 60, StopTokens = [1] });
        engine.LogProbs(DecoderEqualityTests.Ids(Model.Config, 50, 2));
        Assert.Equal(0, engine.BlocksInUse);
    }

    [Fact]
    public void No_requests_give_no_completions() => Assert.Empty(Generate(2, 2, [], new SamplingOptions()));

    [Theory]
    [InlineData(new int[0], 1, 10, "Request 0 has an empty prompt.")]
    [InlineData(new[] { 1, 40 }, 1, 10, "The prompt of request 0 holds id 40 at index 1; the vocabulary has 40 ids, from 0.")]
    [InlineData(new[] { -1 }, 1, 10, "The prompt of request 0 holds id -1 at index 0; the vocabulary has 40 ids, from 0.")]
    [InlineData(new[] { 1 }, 0, 10, "Request 0 asks for 0 samples; at least 1 is needed.")]
    [InlineData(new[] { 1, 2 }, 1, 127, "Request 0: a prompt of 2 and 127 new tokens exceed the model's 128 positions.")]
    [InlineData(new[] { 1 }, 1, 0, "MaxNewTokens is 0; it must be at least 1.")]
    public void Bad_requests_are_refused_in_one_line(int[] prompt, int samples, int newTokens, string message)
    {
        using var engine = Engine(1, 1);
        var e = Assert.Throws<ArgumentException>(() => engine.Run([new(prompt, samples, 0)], new SamplingOptions { MaxNewTokens = newTokens }));
        Assert.Equal(message, e.Message);
    }

    [Fact]
    public void Bad_options_are_refused()
    {
        using var engine = Engine(1, 1);
        SamplingOptions[] bad =
        [
            new() { Temperature = -1 }, new() { Temperature = float.NaN }, new() { TopP = 0 }, new() { TopP = 1.1f }, new() { TopK = -1 },
            new() { MinP = 2 }, new() { StopTokens = [40] },
        ];
        foreach (var options in bad) Assert.Throws<ArgumentException>(() => engine.Run([new([1], 1, 0)], options with { MaxNewTokens = 2 }));
        Assert.Throws<ArgumentException>(() => engine.LogProbs([1]));
        Assert.Throws<ArgumentException>(() => engine.LogProbs([1, 99]));
        Assert.Throws<ArgumentException>(() => engine.LogProbs(new int[129]));
    }

    [Fact]
    public void Impossible_models_are_refused()
    {
        ModelConfig[] bad =
        [
            TestModel.Tiny with { HeadDim = 15 }, TestModel.Tiny with { NumAttentionHeads = 3, NumKeyValueHeads = 2 },
            TestModel.Tiny with { VocabSize = 0 },
            TestModel.Latent with { NumKeyValueHeads = 1 }, TestModel.Latent with { Experts = TestModel.Latent.Experts! with { PerToken = 5 } },
        ];
        foreach (var config in bad) Assert.Throws<ArgumentException>(() => new RolloutEngine(config));
    }

    [Fact]
    public void Weights_that_do_not_fit_are_refused_by_name()
    {
        using var engine = new RolloutEngine(TestModel.Tiny);
        Assert.Throws<InvalidOperationException>(() => engine.Run([new([1], 1, 0)], new SamplingOptions { MaxNewTokens = 1 }));
        var wide = TestModel.Random(TestModel.Tiny with { IntermediateSize = 50 });
        Assert.Contains("model.layers.0.mlp.gate_proj.weight", Assert.Throws<ArgumentException>(() => engine.LoadWeights(wide, 0)).Message);
        var unbiased = TestModel.Random(TestModel.Tiny with { AttentionBias = false });
        Assert.Contains("q_proj.bias", Assert.Throws<ArgumentException>(() => engine.LoadWeights(unbiased, 0)).Message);
    }

    [Fact]
    public void Diverged_weights_are_an_error_and_the_engine_survives_it()
    {
        using var engine = Engine(2, 4);
        var broken = TestModel.Random(TestModel.Tiny);
        broken.Tensors["model.layers.1.mlp.up_proj.weight"][5] = float.NaN;
        engine.LoadWeights(broken, 1);
        var options = new SamplingOptions { MaxNewTokens = 30 };
        RolloutRequest[] requests = [new([1, 2, 3], 10, 1)];
        Assert.Throws<InvalidOperationException>(() => engine.Run(requests, options));
        Assert.Equal(0, engine.BlocksInUse);
        engine.LoadWeights(Model, 7);
        AssertSame(Generate(1, 1, requests, options), engine.Run(requests, options));
    }

    internal static void AssertSame(Completion[] expected, Completion[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        foreach (var (e, a) in expected.Zip(actual))
        {
            Assert.Equal((e.Request, e.Sample, e.Finish, e.PolicyVersion), (a.Request, a.Sample, a.Finish, a.PolicyVersion));
            Assert.Equal(e.Tokens, a.Tokens);
            Assert.Equal(e.LogProbs, a.LogProbs);
        }
    }

    private static Completion[] Generate(int threads, int slots, RolloutRequest[] requests, SamplingOptions options)
    {
        using var engine = Engine(threads, slots);
        return engine.Run(requests, options);
    }

    private static RolloutEngine Engine(int threads, int slots)
    {
        var engine = new RolloutEngine(TestModel.Tiny, new RolloutEngineOptions { Threads = threads, SlotsPerThread = slots });
        engine.LoadWeights(Model, 7);
        return engine;
    }

    private sealed class Progress(Action<int> report) : IProgress<int>
    {
        public void Report(int value) => report(value);
    }
}
