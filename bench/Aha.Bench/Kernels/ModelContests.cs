using Aha.Benchmarks;
using Aha.Benchmarks.Workloads;
using Aha.Generation;
using Aha.Models;
using Aha.Tensors;
using Aha.Training.Batching;
using Aha.Training.Fused;
using BenchmarkDotNet.Attributes;
using TorchSharp;
using static TorchSharp.torch;

namespace Aha.Bench.Kernels;

/// <summary>Whole models on all cores: the rollout engine and the fused decoder against the plain TorchSharp forward of the same weights.</summary>
public abstract class ModelContest
{
    private protected const int Sequences = 8;
    private readonly Stack<IDisposable> _owned = [];

    [Params("N", "M")]
    public string Model { get; set; } = "";

    private protected CausalLanguageModel Plain { get; private set; } = null!;

    private protected RolloutEngine Rollouts { get; private set; } = null!;

    [GlobalSetup]
    public void SetUp()
    {
        NativeRuntime.EnsureLoaded();
        set_num_threads(Environment.ProcessorCount);
        Plain = Own(BenchmarkModel.Find(Model).Create());
        Rollouts = Own(new RolloutEngine(Plain.Config));
        Rollouts.LoadWeights(Plain, 0);
        Prepare();
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        while (_owned.TryPop(out IDisposable? held)) held.Dispose();
    }

    private protected abstract void Prepare();

    /// <summary>Disposed of after the last measurement.</summary>
    private protected T Own<T>(T held)
        where T : IDisposable
    {
        _owned.Push(held);
        return held;
    }
}

/// <summary>8 sequences of 256 tokens at once: the engine's prefill (logits of the last position), the fused decoder and TorchSharp (of every position).</summary>
public class WholeForward : ModelContest
{
    private const int Length = 256;
    private static readonly SamplingOptions s_one = new() { MaxNewTokens = 1 };
    private RolloutRequest[] _requests = [];
    private TrainingSequence[] _sequences = [];
    private FusedDecoder _fused = null!;
    private Tensor _ids = null!;

    private protected override void Prepare()
    {
        _requests = Prompts.Random(Plain.Config, Sequences, Length);
        _sequences = [.. _requests.Select((r, i) => new TrainingSequence(i, r.Prompt[..1], r.Prompt[1..]))];
        _fused = Own(new FusedDecoder(Plain, Environment.ProcessorCount));
        _ids = Own(tensor(_requests.SelectMany(r => r.Prompt).Select(id => (long)id).ToArray(), Sequences, Length));
    }

    [Benchmark]
    public int Engine() => Rollouts.Generate(_requests, s_one).Length;

    [Benchmark]
    public int Fused() => _fused.Forward(_sequences, keepForBackward: false).LogProbs.Length;

    [Benchmark]
    public void TorchSharp()
    {
        using var noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Plain.Logits(Plain.HiddenStates(_ids, ComputePrecision.Float32).view(-1, Plain.Config.HiddenSize), ComputePrecision.Float32);
    }
}

/// <summary>8 prompts of 16 tokens continued by 32: the engine, and TorchSharp with a whole forward for every token, as it has no cache.</summary>
public class WholeDecode : ModelContest
{
    private const int NewTokens = 32;
    private static readonly SamplingOptions s_options = new() { MaxNewTokens = NewTokens };
    private RolloutRequest[] _requests = [];
    private Tensor _prompts = null!;

    private protected override void Prepare()
    {
        _requests = Prompts.Random(Plain.Config, Sequences, 16);
        _prompts = Own(tensor(_requests.SelectMany(r => r.Prompt).Select(id => (long)id).ToArray(), Sequences, 16));
    }

    [Benchmark]
    public int Engine() => Rollouts.Generate(_requests, s_options).Length;

    [Benchmark]
    public void TorchSharp()
    {
        using var noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor ids = _prompts;
        for (int i = 0; i < NewTokens; i++)
        {
            Tensor last = Plain.HiddenStates(ids, ComputePrecision.Float32).select(1, ids.shape[1] - 1);
            ids = cat([ids, nn.functional.softmax(Plain.Logits(last, ComputePrecision.Float32), -1).multinomial(1)], 1);
        }
    }
}
